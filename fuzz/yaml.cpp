// Any text as YAML, for both readers: nothing may crash, what is read as a values file comes out as valid JSON, and
// what a template reads and writes reads and writes the same.
#include "json/yaml.hpp"

#include <cstdlib>
#include <string_view>

#include "json/reader.hpp"
#include "template/go/json.hpp"
#include "template/go/yaml_value.hpp"

using namespace rotor;

namespace {

// What toYaml writes.
Result<std::string> written(const tmpl::Value& value) {
  TRY(const std::string json, tmpl::write_json(value, {.html = false}));
  TRY(const tmpl::Value read, tmpl::read_yaml(json));
  return tmpl::write_yaml(read);
}

void check_template_yaml(std::string_view text) {
  (void)tmpl::read_yaml_strings(text);
  const auto value = tmpl::read_yaml_as_json(text, true);
  if (!value) return;
  const auto once = written(*value);
  if (!once || once->contains("<<")) return;                       // written plain, as today, it merges
  const auto again = tmpl::read_yaml_as_json(*once + "\n", true);  // toYaml takes off the last line break
  if (!again || written(*again).value_or("") != *once) std::abort();
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
