#include "openclaw/last_good/record.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace rotor::json {
using namespace openclaw;

ROTOR_DESCRIBE(KeptValue, "A value of a Secret that pods ran well with.", field<&KeptValue::copy>("copy"),
               field<&KeptValue::digest>("digest"), field<&KeptValue::refused>("refused"));

ROTOR_DESCRIBE(LastGood, "The values that pods ran well with.", field<&LastGood::secrets>("secrets"),
               field<&LastGood::trying>("trying"), field<&LastGood::why>("why"));

}  // namespace rotor::json

namespace rotor::openclaw {

bool LastGood::refuses() const {
  return std::ranges::any_of(secrets, [](const auto& entry) { return !entry.second.refused.empty(); });
}

bool wants_rollback(const api::OpenClawInstance& instance) {
  const auto said = instance.metadata.annotations.find(kSecretRollback);
  return said != instance.metadata.annotations.end() && said->second == "true";
}

LastGood parse_last_good(std::string_view annotation) {
  if (annotation.empty()) return {};
  return json::read<LastGood>(annotation).value_or(LastGood{});
}

std::string last_good_text(const LastGood& record) { return record.empty() ? std::string() : json::write(record); }

std::string copy_prefix(std::string_view instance) { return fmt::format("{}-last-good-", instance); }

std::string copy_name(const api::OpenClawInstance& instance, std::string_view secret, std::string_view digest) {
  const std::string input = fmt::format("{}/{}/{}", instance.metadata.uid, secret, digest);
  return copy_prefix(instance.metadata.name) + hex_encode(sha256(input).substr(0, 5));
}

}  // namespace rotor::openclaw
