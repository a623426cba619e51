// The kinds that are looked at before they are stored: a row each. Who asks (the webhook's endpoint, the embedded
// server, `rotor plan`) gets the same verdict.
#pragma once

#include <span>
#include <string_view>

#include "admission/verdict.hpp"
#include "providers/registry.hpp"

namespace rotor::admission {

// An object as JSON text, and what it replaces; "" when it is new.
struct Change {
  std::string_view object;
  std::string_view old = {};
};

struct JudgedKind {
  std::string_view group;
  std::string_view kind;     // in any version
  std::string_view webhook;  // its name, as denials say it
  std::string_view path;     // of the endpoint
  Verdict (*judge)(const Change& change, const providers::ProviderRegistry& registry);

  // Of kinds that have a defaulting webhook, too: its path, and the object with its defaults.
  std::string_view defaults_path = {};
  std::string (*with_defaults)(std::string_view object) = nullptr;
};

std::span<const JudgedKind> judged_kinds();
// Null: not one of them.
const JudgedKind* judged_kind(std::string_view group, std::string_view kind);
const JudgedKind* judged_at(std::string_view path);
const JudgedKind* defaulted_at(std::string_view path);

}  // namespace rotor::admission
