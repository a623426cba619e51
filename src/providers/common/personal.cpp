#include "providers/common/personal.hpp"

#include <string>

#include "providers/common/endpoint.hpp"
#include "providers/common/header_token.hpp"
#include "providers/common/small_file.hpp"

namespace rotor::providers {
namespace {

std::string set_or_empty(const Services& services, std::string_view name) {
  return name.empty() ? std::string() : services.environment(name).value_or("");
}

Result<std::optional<PersonalToken>> checked(std::string source, const SecretBytes& held) {
  TRY(SecretBytes token, header_token(source, held));
  return PersonalToken{std::move(token), std::move(source)};
}

}  // namespace

Result<std::optional<PersonalToken>> personal_token(const Services& services, const PersonalPlaces& places,
                                                    std::string_view base) {
  if (services.personal != PersonalLogins::kPreferred) return std::nullopt;
  if (!places.address.empty() && !same_origin(set_or_empty(services, places.address), base)) return std::nullopt;
  if (std::string token = set_or_empty(services, places.token); !token.empty()) {
    const SecretBytes held(token);
    wipe(token.data(), token.size());
    return checked(std::string(places.token), held);
  }
  const std::string home = set_or_empty(services, "HOME");
  if (places.file.empty() || home.empty()) return std::nullopt;
  std::string path = home + "/" + std::string(places.file);
  TRY(const std::optional<SecretBytes> held, read_small_file(path));
  if (!held) return std::nullopt;
  return checked(std::move(path), *held);
}

}  // namespace rotor::providers
