#include "openclaw/secret_state.hpp"

namespace rotor::json {
using namespace openclaw;

ROTOR_DESCRIBE(SecretEntry, "One Secret as the pods were started with it.", field<&SecretEntry::absent>("absent"),
               field<&SecretEntry::digest>("digest"), field<&SecretEntry::usage>("usage"),
               field<&SecretEntry::start_digest>("start"), field<&SecretEntry::content>("content"),
               field<&SecretEntry::resource_version>("version"), field<&SecretEntry::immutable>("immutable"));

ROTOR_DESCRIBE(SecretState, "The Secrets the pods were started with.", field<&SecretState::hash>("hash"),
               field<&SecretState::delivered>("delivered"),
               field<&SecretState::secrets>("secrets", {.keep_empty = true}));

}  // namespace rotor::json

namespace rotor::openclaw {

std::optional<SecretState> parse_state(std::string_view annotation) {
  if (annotation.empty()) return std::nullopt;
  auto state = json::read<SecretState>(annotation);
  if (!state) return std::nullopt;
  return *std::move(state);
}

std::string state_text(const SecretState& state) { return json::write(state); }

}  // namespace rotor::openclaw
