// From composed YAML nodes to values: merge keys, duplicate keys, tags, and the budget for what aliases expand to.
// Internal to the YAML reader.
#pragma once

#include "json/yaml.hpp"
#include "json/yaml_node.hpp"
#include "json/yaml_resolve.hpp"

namespace rotor::json::yaml {

// How much one document may expand to. Without aliases a text of n bytes cannot reach it.
class Budget {
 public:
  explicit Budget(std::size_t text_size) : nodes_(100'000 + 2 * text_size), bytes_((4U << 20U) + 2 * text_size) {}
  Result<void> take(const Node& node);

 private:
  std::size_t nodes_;
  std::size_t bytes_;
};

// What a scalar is, its tag taken into account; `binary` is set for !!binary, whose text is base64.
struct Meaning {
  Resolved resolved;
  bool binary = false;
};
Result<Meaning> meaning(const Node& scalar);

bool is_merge_key(const Node& key);

Result<Value> to_value(const Node& root, Duplicates duplicates, Budget& budget);
Result<YamlNode> to_yaml_node(const Node& root, Budget& budget);

}  // namespace rotor::json::yaml
