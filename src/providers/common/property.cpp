#include "providers/common/property.hpp"

#include <fmt/format.h>

#include "json/reader.hpp"

namespace rotor::providers {

Lookup<SecretBytes> property_of(tmpl::LookupRule rule, const SecretBytes& payload, std::string_view property,
                                std::string missing) {
  auto found = tmpl::find_property(rule, payload, property);
  if (!found) return std::unexpected(std::move(found).error());
  if (*found) return **std::move(found);
  if (const auto valid = json::validate(payload.reveal()); !valid) {
    return fail(Code::kInvalid, fmt::format("{}: the payload is not valid JSON: {}", missing, valid.error().message));
  }
  return Absent{std::move(missing)};
}

Lookup<SecretBytes> property_of(const SecretMap& data, std::string_view property, std::string missing) {
  const tmpl::Holder holder = tmpl::holder_of(data, property);
  if (holder.value == nullptr) return Absent{std::move(missing)};
  if (holder.path.empty()) return *holder.value;
  return property_of(tmpl::LookupRule::kPath, *holder.value, holder.path, std::move(missing));
}

Lookup<SecretMap> extracted(Lookup<SecretBytes> value, const RemoteRef& ref, std::string_view words, Members members) {
  if (!value) return std::move(value).none();
  auto found = members(*value);
  if (!found) return std::unexpected(no_object(std::move(found).error(), ref, words));
  return Lookup<SecretMap>(*std::move(found)).made_of(value);
}

Error no_object(Error error, const RemoteRef& ref, std::string_view words) {
  if (!words.empty()) error = std::move(error).prefixed(words);
  const std::string part = ref.property.empty() ? std::string() : fmt::format("property \"{}\" of ", ref.property);
  error.message += fmt::format(
      "; {}key \"{}\" is no JSON object, and dataFrom.extract makes a key of every member: "
      "read it with spec.data",
      part, ref.key);
  return error;
}

}  // namespace rotor::providers
