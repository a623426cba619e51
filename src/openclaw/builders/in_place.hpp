// Model keys that reach the assistant without a restart: as files that it reads again when it is told to, instead of
// variables, which a process sees once. For instances that ask for it. docs/rotation-in-place.md tells the whole of it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/core/pod.hpp"
#include "openclaw/builders/json_members.hpp"
#include "openclaw/managed.hpp"

namespace rotor::openclaw {

inline constexpr std::string_view kSecretDelivery = "openclaw.rocks/secret-delivery";  // instance
inline constexpr std::string_view kReloadContainer = "secret-reload";
inline constexpr std::string_view kReloadValues = "secret-reload-values";  // the volume that the keys arrive in
inline constexpr std::string_view kReloadTools = "secret-reload-tools";
inline constexpr std::string_view kReloadValuesPath = "/opt/rotor/secrets";
inline constexpr std::string_view kReloadToolsPath = "/opt/rotor/tools";
inline constexpr std::string_view kResolverFile = "/opt/rotor/tools/resolver.mjs";

bool wants_reload(const api::OpenClawInstance& instance);
// What is wrong with the annotation, and the way out; empty: nothing is.
std::string delivery_problem(const api::OpenClawInstance& instance);

struct InPlaceKey {
  std::string variable;  // what the key is otherwise called in the environment; here the name of its file
  std::string provider;  // of models, in the configuration
  std::string secret, key;
  friend bool operator==(const InPlaceKey&, const InPlaceKey&) = default;
};
using InPlaceKeys = std::vector<InPlaceKey>;

// Keys of model providers that come from Secrets, that nothing but the provider's entry in the configuration uses, and
// of which it is known where they come from. None for an instance that does not ask.
InPlaceKeys in_place_keys(const api::OpenClawInstance& instance, const Surroundings& around);

// openclaw.json: the providers read their keys by the resolver.
void read_by_resolver(const InPlaceKeys& keys, JsonMembers& config);

// The main container: its variables are gone, the files are there.
void deliver_in_place(const InPlaceKeys& keys, api::Container& main);
std::vector<api::Volume> in_place_volumes(const InPlaceKeys& keys);
// Variable -> key: what of the Secret pods of that kind read while they run.
std::map<std::string, std::string, std::less<>> delivered_keys(const api::PodSpec& pod, std::string_view secret);
// The init container, which runs as the pod's user: the program runs a resolver of its own user only.
void write_resolver(api::Container& init);
// Beside the assistant: tells it to read again, tries the result with one call, says how that went as it ends. Knows
// the values that it may load by the token in that Secret; empty: there is none.
api::Container build_secret_reload(const api::Container& main, const std::string& token_secret);

// Compiled in: in_place/resolver.mjs and in_place/reload.js.
std::span<const std::string_view> in_place_resolver_lines();
std::span<const std::string_view> in_place_reload_lines();
std::string in_place_resolver();
std::string in_place_reload();

}  // namespace rotor::openclaw
