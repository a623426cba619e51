#include "api/openclaw/validation.hpp"

namespace rotor::api {
namespace {

constexpr std::string_view kKindOfInstance = "OpenClawInstance";

bool image_is_named(const json::Value& self) {
  return !json::find_string(self, "tag").empty() || !json::find_string(self, "digest").empty();
}

constexpr ValidationRule kRows[] = {
    {kKindOfInstance, "metadata.name", kNameTooLong},
    {kKindOfInstance, "metadata.name", kNameHasDot},
    {kKindOfInstance, "spec.image", kImageUnnamed,
     "(has(self.tag) && size(self.tag) > 0) || (has(self.digest) && size(self.digest) > 0)", image_is_named},
    {kKindOfInstance, "spec.security.podSecurityContext.runAsUser", kRunsAsRoot},
    {kKindOfInstance, "spec.security.caBundle", kTwoBundles},
    {kKindOfInstance, "spec.security.caBundle", kNoBundle},
    {kKindOfInstance, "spec.storage.persistence.storageClass", kAnotherClass},
};

}  // namespace

std::span<const ValidationRule> instance_validation_rows() { return kRows; }

}  // namespace rotor::api
