#include "openclaw/config_problem.hpp"

#include <array>

#include <fmt/format.h>

#include "json/document.hpp"
#include "json/json5.hpp"
#include "openclaw/builders/config.hpp"

namespace rotor::openclaw {
namespace {

// Members that are read as objects by the program, and that ours are laid into.
constexpr std::array<std::string_view, 4> kObjects = {"diagnostics", "gateway", "gateway.auth", "gateway.controlUi"};

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

}  // namespace

std::string config_problem(const api::InstanceSpec& spec, const Surroundings& around) {
  if (!spec.config) return {};
  const std::string place = place_of(*spec.config);
  const std::string text = users_config(spec, around);
  const auto document = json::parse(text);
  const bool merges = spec.config->merge_mode == "merge" && spec.config->format != "json5";
  if (document && document->is_object()) return no_object(place, *document);
  if (!document) {
    if (const auto fault = json::json5_fault(text)) {
      return fmt::format("{}: it is neither JSON nor JSON5: {}. Correct it there; until then the pod is left as it is",
                         place, fault->text());
    }
  }
  return merges ? unmergeable(place, document.has_value()) : std::string();
}

}  // namespace rotor::openclaw
