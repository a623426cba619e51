// What all kinds of generators.external-secrets.io/v1alpha1 are: objects whose spec says how new values are made.
// https://external-secrets.io/latest/guides/generator/
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api::gen {

inline constexpr std::string_view kGroup = "generators.external-secrets.io";
inline constexpr std::string_view kVersion = "v1alpha1";
inline constexpr std::string_view kApiVersion = "generators.external-secrets.io/v1alpha1";

// An object of any of these kinds: its spec is for the kind to read.
struct Generator {
  std::string api_version;
  std::string kind;
  kube::ObjectMeta metadata;
  std::optional<json::Raw> spec;
};

// The kinds have the status subresource, as in the published API, and nothing in it.
struct NoStatus {};

}  // namespace rotor::api::gen

namespace rotor::json {
ROTOR_DESCRIBED(api::gen::Generator);
ROTOR_DESCRIBED(api::gen::NoStatus);
}  // namespace rotor::json
