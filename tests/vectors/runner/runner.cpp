#include "tests/vectors/runner/runner.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"

namespace rotor::vectors {

namespace {

constexpr std::array kRunners = {
    std::pair<std::string_view, Run>{"template", run_template},
    std::pair<std::string_view, Run>{"apply", run_apply},
    std::pair<std::string_view, Run>{"yaml-any", run_yaml_any},
    std::pair<std::string_view, Run>{"gjson", run_gjson},
    std::pair<std::string_view, Run>{"property", run_property},
    std::pair<std::string_view, Run>{"extract", run_extract},
    std::pair<std::string_view, Run>{"find", run_find},
    std::pair<std::string_view, Run>{"duration", run_duration},
    std::pair<std::string_view, Run>{"datahash", run_data_hash},
    std::pair<std::string_view, Run>{"rewrite", run_rewrite},
    std::pair<std::string_view, Run>{"reverse", run_reverse},
    std::pair<std::string_view, Run>{"convert", run_convert},
    std::pair<std::string_view, Run>{"validate", run_validate},
    std::pair<std::string_view, Run>{"decode", run_decode},
    std::pair<std::string_view, Run>{"cron", run_cron},
    std::pair<std::string_view, Run>{"syncwindow", run_sync_window},
};

std::string as_text(const json::Value& v) {
  return v.is_string() ? std::string(v.get_string()) : boost::json::serialize(v);
}

}  // namespace

Run runner_of(std::string_view kind) {
  const auto* found = std::ranges::find(kRunners, kind, &std::pair<std::string_view, Run>::first);
  return found == kRunners.end() ? nullptr : found->second;
}

bool has(const Entry& e, std::string_view name) { return e.contains(name) || e.contains(std::string(name) + "_b64"); }

std::string text(const Entry& e, std::string_view name) {
  if (const auto* v = e.if_contains(name)) return as_text(*v);
  if (const auto* v = e.if_contains(std::string(name) + "_b64")) return base64_decode(as_text(*v)).value();
  return {};
}

std::map<std::string, std::string> text_map(const Entry& e, std::string_view name) {
  std::map<std::string, std::string> out;
  if (const auto* v = e.if_contains(name); v != nullptr && v->is_object()) {
    for (const auto& [key, value] : v->get_object()) out[std::string(key)] = as_text(value);
  }
  if (const auto* v = e.if_contains(std::string(name) + "_b64"); v != nullptr && v->is_object()) {
    for (const auto& [key, value] : v->get_object()) out[std::string(key)] = base64_decode(as_text(value)).value();
  }
  return out;
}

bool wants_error(const Entry& e) {
  const auto* v = e.if_contains("error");
  return v != nullptr && v->is_bool() && v->get_bool();
}

Outcome check(const Entry& e, std::string input, const Result<std::string>& got, const std::string& expected) {
  if (wants_error(e)) {
    if (!got) return std::nullopt;
    return Failure{std::move(input), "error: " + text(e, "error_text"), *got};
  }
  if (got && *got == expected) return std::nullopt;
  return Failure{std::move(input), expected, got ? *got : "error: " + got.error().message};
}

std::string show(const std::map<std::string, std::string>& map) {
  json::Object out;
  for (const auto& [key, value] : map) out[key] = value;
  return boost::json::serialize(out);
}

}  // namespace rotor::vectors
