#include "openclaw/config_problem.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "json/document.hpp"
#include "json/json5.hpp"
#include "openclaw/builders/config.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::array<std::string_view, 5> kBindWords = {"auto", "lan", "loopback", "custom", "tailnet"};

// Members that are read as objects by the program, and that ours are laid into.
constexpr std::array<std::string_view, 4> kObjects = {"diagnostics", "gateway", "gateway.auth", "gateway.controlUi"};

// Members that the program takes in one form alone: with another one it does not start.
struct Form {
  std::string_view path, wanted;
  bool (*fits)(const json::Value& value);
};
bool is_list_of_texts(const json::Value& value) {
  return value.is_array() && std::ranges::all_of(value.get_array(), [](const json::Value& v) { return v.is_string(); });
}
constexpr std::array<Form, 2> kForms = {{
    {"gateway.trustedProxies", R"(a list of addresses, such as ["10.0.0.0/8"])", is_list_of_texts},
    {"gateway.controlUi.allowedOrigins", R"(a list of origins, such as ["https://agent.example.com"])",
     is_list_of_texts},
}};

std::string place_of(const api::InstanceConfig& config) {
  if (!config.config_map_ref) return "spec.config.raw";
  return fmt::format("ConfigMap \"{}\", key \"{}\"", config.config_map_ref->name, config_key(*config.config_map_ref));
}

// Of a text that is JSON5, what it is not: `merge` has it read by what reads JSON alone.
std::string unmergeable(const std::string& place, bool is_json) {
  const std::string_view why = is_json
                                   ? "it is no JSON object"
                                   : "it is JSON5 and no JSON: take out comments and trailing commas, and put names "
                                     "in double quotes";
  return fmt::format(
      "{}: spec.config.mergeMode merge cannot lay it over the file that is there: {}, or set mergeMode: "
      "overwrite",
      place, why);
}

std::string no_object(const std::string& place, const json::Value& document) {
  for (const std::string_view path : kObjects) {
    const json::Value* member = json::find(document, path);
    if (member == nullptr || member->is_null() || member->is_object()) continue;
    return fmt::format(
        "{}: {} has to be an object, and the program does not start with anything else: correct it there", place, path);
  }
  return {};
}

std::string other_form(const std::string& place, const json::Value& document) {
  for (const Form& form : kForms) {
    const json::Value* member = json::find(document, form.path);
    if (member == nullptr || form.fits(*member)) continue;
    return fmt::format("{}: {} has to be {}, and the program does not start with anything else: correct it there",
                       place, form.path, form.wanted);
  }
  return {};
}

}  // namespace

std::string bind_problem(const api::InstanceSpec& spec, const Surroundings& around) {
  const auto document = spec.config ? json::parse(users_config(spec, around)) : json::Value(nullptr);
  const json::Value* bind = document ? json::find(*document, "gateway.bind") : nullptr;
  if (bind == nullptr) return {};
  const std::string_view word = bind->is_string() ? std::string_view(bind->get_string()) : std::string_view();
  // $NAME and ${NAME} are what a variable holds, which the program looks up.
  if (word.contains('$') || std::ranges::find(kBindWords, word) != kBindWords.end()) return {};
  return fmt::format(
      "{}: gateway.bind takes one of {}, and the program does not start with anything else: take lan to "
      "listen on every address, or leave it out",
      place_of(*spec.config), fmt::join(kBindWords, ", "));
}

std::string config_problem(const api::InstanceSpec& spec, const Surroundings& around) {
  if (!spec.config) return {};
  const std::string place = place_of(*spec.config);
  const std::string text = users_config(spec, around);
  const auto document = json::parse(text);
  const bool merges = spec.config->merge_mode == "merge" && spec.config->format != "json5";
  if (document && document->is_object()) {
    std::string problem = no_object(place, *document);
    return problem.empty() ? other_form(place, *document) : problem;
  }
  if (!document) {
    if (const auto fault = json::json5_fault(text)) {
      return fmt::format("{}: it is neither JSON nor JSON5: {}. Correct it there; until then the pod is left as it is",
                         place, fault->text());
    }
  }
  return merges ? unmergeable(place, document.has_value()) : std::string();
}

}  // namespace rotor::openclaw
