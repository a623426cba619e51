// Any text as YAML, for both readers: nothing may crash, what is read as a values file comes out as valid JSON, and
// what a template reads it writes so that it reads the same.
#include "json/yaml.hpp"

#include <cstdlib>
#include <string_view>

#include "json/reader.hpp"
#include "template/json_value.hpp"
#include "template/yaml_value.hpp"

using namespace rotor;

namespace {

void check_template_yaml(std::string_view text) {
  (void)tmpl::read_yaml_strings(text);
  const auto value = tmpl::read_yaml_as_json(text, true);
  if (!value) return;
  const auto json = tmpl::write_json(*value, {.html = false});
  const auto written = tmpl::write_yaml(*value);
  if (!json || !written || json->contains("\"<<\"")) return;          // written plain, as today, it merges
  const auto again = tmpl::read_yaml_as_json(*written + "\n", true);  // toYaml takes off the last line break
  if (!again || tmpl::write_json(*again, {.html = false}).value_or("") != *json) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const json::YamlStream stream = json::parse_yaml_leniently(text);
  for (const json::YamlDocument& document : stream.documents) {
    if (!json::validate(json::serialize(document.value))) std::abort();
  }
  const auto node = json::parse_yaml_node(text);
  if (node && !json::validate(json::to_json(*node).reveal())) std::abort();
  check_template_yaml(text);
  return 0;
}
