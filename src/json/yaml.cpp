#include "json/yaml.hpp"

#include <charconv>

#include "json/go_float.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "json/yaml_build.hpp"

namespace rotor::json {
namespace {

using yaml::Budget;
using yaml::Node;
using yaml::NodePtr;

struct Chunk {
  std::string_view text;
  int line = 1;
};

// `---` at the start of a line, alone or before white space, begins a document wherever it stands.
bool begins_document(std::string_view line) {
  return line.starts_with("---") &&
         (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\n' || line[3] == '\r');
}

// A line that may stand before `---` and belongs to the document after it.
bool is_prologue(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || line[first] == '#' || line[0] == '%';
}

std::string_view without_bom(std::string_view text) { return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text; }

std::vector<Chunk> split_documents(std::string_view text) {
  std::vector<Chunk> chunks;
  std::size_t start = 0;
  int start_line = 1;
  int line = 1;
  bool only_prologue = true;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string_view here = text.substr(at, end - at);
    const bool begins = begins_document(here);
    if (begins && !only_prologue) {
      chunks.push_back({text.substr(start, at - start), start_line});
      start = at;
      start_line = line;
    }
    only_prologue = !begins && only_prologue && is_prologue(here);
    at = end;
  }
  if (start < text.size()) chunks.push_back({text.substr(start), start_line});
  return chunks;
}

bool is_empty_document(const Node& root) {
  return root.kind == Node::Kind::kScalar && root.plain && root.tag.empty() && root.scalar.empty();
}

Result<void> parse_chunk(const Chunk& chunk, std::vector<YamlDocument>& out) {
  TRY(const std::vector<NodePtr> roots, yaml::compose(chunk.text, chunk.line));
  for (const NodePtr& root : roots) {
    if (is_empty_document(*root)) continue;
    Budget budget(chunk.text.size());
    TRY(Value value, yaml::to_value(*root, Duplicates::kRefuse, budget));
    if (!value.is_null()) out.push_back({std::move(value), root->line});
  }
  return {};
}

// Would whoever reads the JSON document, member by member, get back these very characters? Whole numbers come out as
// they stand, fractions in their shortest form: 1.5 does, 1.10 and 1e5 do not.
bool reads_back_as_written(std::string_view text) {
  if (text == "true" || text == "false") return true;
  Reader number(text);
  number.read_number();
  if (!number.finish()) return false;
  if (text.find_first_of(".eE") == std::string_view::npos) return true;
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && go_float(value, kPlainLayout) == text;
}

void write_scalar(Writer& writer, const YamlNode& node) {
  const std::string_view text = node.scalar.reveal();
  if (!node.quoted && reads_back_as_written(text)) return writer.raw(text);
  writer.string(text);
}

void write_node(Writer& writer, const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kScalar:
      return write_scalar(writer, node);
    case YamlNode::Kind::kSequence:
      writer.begin_array();
      for (const YamlNode& item : node.items) write_node(writer, item);
      return writer.end_array();
    case YamlNode::Kind::kMapping:
      writer.begin_object();
      for (const auto& [key, value] : node.members) {
        writer.key(key);
        write_node(writer, value);
      }
      return writer.end_object();
  }
}

}  // namespace

YamlStream parse_yaml_leniently(std::string_view text) {
  YamlStream stream;
  for (const Chunk& chunk : split_documents(without_bom(text))) {
    if (auto done = parse_chunk(chunk, stream.documents); !done) stream.errors.push_back(std::move(done).error());
  }
  return stream;
}

Result<std::vector<YamlDocument>> parse_yaml_stream(std::string_view text) {
  YamlStream stream = parse_yaml_leniently(text);
  if (!stream.errors.empty()) return std::unexpected(std::move(stream.errors.front()));
  return std::move(stream.documents);
}

Result<Value> parse_yaml(std::string_view text, Duplicates duplicates) {
  TRY(const NodePtr root, yaml::compose_first(without_bom(text)));
  if (root == nullptr) return Value(nullptr);
  Budget budget(text.size());
  return yaml::to_value(*root, duplicates, budget);
}

Result<YamlNode> parse_yaml_node(std::string_view text) {
  TRY(const std::vector<NodePtr> roots, yaml::compose(without_bom(text), 1));
  if (roots.empty()) return YamlNode{};
  if (roots.size() > 1) return yaml::fail_at(*roots[1], "expected a single document");
  Budget budget(text.size());
  return yaml::to_yaml_node(*roots[0], budget);
}

SecretBytes to_json(const YamlNode& node) {
  SecretBytes out;
  Writer writer(out);
  write_node(writer, node);
  return out;
}

}  // namespace rotor::json
