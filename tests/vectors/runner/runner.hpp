// Runs executable vectors: one function a kind, from an entry to what went wrong.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "json/document.hpp"

namespace rotor::vectors {

using Entry = json::Object;

// What an entry expected and what came instead, both for people.
struct Failure {
  std::string input, expected, got;
};
using Outcome = std::optional<Failure>;

// Nothing for an unknown kind.
using Run = Outcome (*)(const Entry&);
Run runner_of(std::string_view kind);

Outcome run_template(const Entry& e);
Outcome run_apply(const Entry& e);
Outcome run_yaml_any(const Entry& e);
Outcome run_gjson(const Entry& e);
Outcome run_property(const Entry& e);
Outcome run_extract(const Entry& e);
Outcome run_convert(const Entry& e);
Outcome run_reverse(const Entry& e);
Outcome run_validate(const Entry& e);
Outcome run_decode(const Entry& e);
Outcome run_rewrite(const Entry& e);
Outcome run_find(const Entry& e);
Outcome run_duration(const Entry& e);
Outcome run_cron(const Entry& e);
Outcome run_sync_window(const Entry& e);
Outcome run_data_hash(const Entry& e);

// A text member, "" when absent; NAME_b64 is decoded.
std::string text(const Entry& e, std::string_view name);
bool has(const Entry& e, std::string_view name);
// A map of texts, base64 variants decoded.
std::map<std::string, std::string> text_map(const Entry& e, std::string_view name);
bool wants_error(const Entry& e);

SecretMap secrets(const Entry& e, std::string_view name);
std::string show_secrets(const SecretMap& map);

// Compares a result with `expected` or "error": true.
Outcome check(const Entry& e, std::string input, const Result<std::string>& got, const std::string& expected);
std::string show(const std::map<std::string, std::string>& map);

}  // namespace rotor::vectors
