// Any text as YAML: nothing may crash, and what is read as a values file comes out as valid JSON.
#include "json/yaml.hpp"

#include <cstdlib>
#include <string_view>

#include "json/reader.hpp"

using namespace rotor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const json::YamlStream stream = json::parse_yaml_leniently(text);
  for (const json::YamlDocument& document : stream.documents) {
    if (!json::validate(json::serialize(document.value))) std::abort();
  }
  const auto node = json::parse_yaml_node(text);
  if (node && !json::validate(json::to_json(*node).reveal())) std::abort();
  return 0;
}
