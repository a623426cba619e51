// The validation rules of the OpenClawInstance CRD that are written in CEL. The embedded API server evaluates no CEL:
// it knows these rules by their text and has a check of its own for each, so whoever changes one changes both.
#pragma once

#include <array>
#include <string_view>

namespace rotor::api {

struct ValidationRule {
  std::string_view path;  // where in the object the rule stands
  std::string_view rule;  // CEL, verbatim as in the CRD
  std::string_view message;
};

inline constexpr std::string_view kImageTagOrDigestRule =
    "(has(self.tag) && size(self.tag) > 0) || (has(self.digest) && size(self.digest) > 0)";
inline constexpr std::string_view kImageTagOrDigestMessage =
    "spec.image: one of tag or digest must be set; leave tag out for \"latest\", or name a digest";

// The same as schema text.
inline constexpr std::string_view kImageRulesJson =
    R"("x-kubernetes-validations":[{"rule":)"
    R"x("(has(self.tag) && size(self.tag) > 0) || (has(self.digest) && size(self.digest) > 0)",)x"
    R"("message":"spec.image: one of tag or digest must be set; leave tag out for \"latest\", or name a digest"}])";

inline constexpr std::array<ValidationRule, 1> kOpenClawInstanceRules = {{
    {"spec.image", kImageTagOrDigestRule, kImageTagOrDigestMessage},
}};

}  // namespace rotor::api
