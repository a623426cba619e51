// openclaw.json: what the user wrote, and what the program needs beside it to run in this pod. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/secret_bytes.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/program_version.hpp"

namespace rotor::openclaw {

// What decides about the members that are added.
struct ConfigFacts {
  bool proxy = true;                // another container speaks for the gateway, which listens on loopback only
  bool metrics = true;              // a collector waits for them
  std::set<std::string> origins{};  // of browsers that may use the Control UI
  SecretBytes token{};              // empty: none is written
  VersionRules rules{};
  InPlaceKeys in_place{};  // of providers that read them as files
};

// Where something else than a JSON object was written (JSON5, a mistake), the text comes back as it is: the program
// reads it, or says what is wrong with it. Nothing that the user wrote is replaced.
std::string complete_config(std::string_view text, const ConfigFacts& facts);

// Does the configuration leave it to a proxy to know who calls? Then there is no token.
bool config_trusts_proxy(std::string_view text);

// gateway.bind; empty when nothing, or nothing readable, says it.
std::string config_bind(std::string_view text);

}  // namespace rotor::openclaw
