// YAML as Kubernetes tools read it (sigs.k8s.io/yaml): libyaml's events and a small composer of our own.
// Refused, each with line and column: duplicate keys, invalid UTF-8, depth over 100, aliases that expand to more than
// the document could plausibly mean. Merge keys (`<<`) work. Scalars resolve by the YAML 1.1 rules Go's yaml.v2 uses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret_bytes.hpp"
#include "json/document.hpp"

namespace rotor::json {

struct YamlDocument {
  Value value;
  int line = 1;  // where it starts in the stream, for messages
};

// All documents of a stream (`---`); empty ones are left out. JSON is YAML.
Result<std::vector<YamlDocument>> parse_yaml_stream(std::string_view text);

// The first document alone, null when the text is empty: what a template's fromYaml reads. Go's reader lets the last
// duplicate key win there.
enum class Duplicates : std::uint8_t { kRefuse, kLastWins };
Result<Value> parse_yaml(std::string_view text, Duplicates duplicates = Duplicates::kRefuse);

// The documents that are good, and one error for each that is not: a broken manifest among good ones
// must not stop the others. A syntax error ends its own document at the next `---` line.
struct YamlStream {
  std::vector<YamlDocument> documents;
  std::vector<Error> errors;
};
YamlStream parse_yaml_leniently(std::string_view text);

// A scalar-preserving reading: every scalar keeps its source text and whether it was quoted, so that a values file
// can hand out `1.10` as `1.10`. Mappings keep document order.
struct YamlMember;
struct YamlNode {
  enum class Kind : std::uint8_t { kScalar, kMapping, kSequence } kind = Kind::kScalar;
  SecretBytes scalar;   // source text after YAML unescaping
  bool quoted = false;  // quoted or block scalar: a string whatever it looks like
  std::vector<YamlMember> members;
  std::vector<YamlNode> items;
  int line = 0;
};
// Not a std::pair: its traits would need YamlNode whole inside YamlNode.
struct YamlMember {
  std::string key;
  YamlNode value;
};
Result<YamlNode> parse_yaml_node(std::string_view text);  // one document; an empty text is a plain empty scalar

// JSON text of a node. A plain scalar stays bare only if every reader of JSON gives it back as written: true, false,
// 42, 1.5. Any other (0123, 1.10, 0x1F, yes, ~, null) is a string, whatever YAML would make of it.
SecretBytes to_json(const YamlNode& node);

}  // namespace rotor::json
