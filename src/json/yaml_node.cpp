#include "json/yaml_node.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "json/yaml_events.hpp"

namespace rotor::json::yaml {
namespace {

class Composer {
 public:
  Composer(std::string_view text, int first_line) : text_(text), events_(text), first_line_(first_line) {}

  // Stops after `limit` documents without a look at the rest.
  Result<std::vector<NodePtr>> run(std::size_t limit) {
    std::vector<NodePtr> documents;
    while (documents.size() < limit) {
      TRY_VOID(advance());
      switch (events_.type()) {
        case YAML_STREAM_END_EVENT:
          return documents;
        case YAML_DOCUMENT_START_EVENT: {
          anchors_.clear();
          TRY_VOID(advance());
          TRY(NodePtr root, node(1));
          documents.push_back(std::move(root));
          break;
        }
        default:
          break;  // stream start, document end
      }
    }
    return documents;
  }

 private:
  Result<void> advance() {
    if (events_.next()) return {};
    const yaml_parser_t& p = events_.parser();
    const char* problem = p.problem != nullptr ? p.problem : "not YAML";
    if (p.error == YAML_READER_ERROR) return fail_at_byte(p.problem_offset, problem);
    return fail_at(static_cast<int>(p.problem_mark.line) + first_line_, static_cast<int>(p.problem_mark.column) + 1,
                   problem);
  }

  // libyaml reads ahead of its marks: of what is no text it knows the byte alone.
  std::unexpected<Error> fail_at_byte(std::size_t offset, const char* problem) const {
    const std::string_view before = text_.substr(0, offset);
    const auto lines = std::ranges::count(before, '\n');
    const std::string_view line = before.substr(before.rfind('\n') + 1);  // npos + 1 is the beginning
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
    const auto column = std::ranges::count_if(line, std::not_fn(continues));
    return fail_at(static_cast<int>(lines) + first_line_, static_cast<int>(column) + 1, problem);
  }

  std::shared_ptr<Node> fresh(Node::Kind kind, const yaml_char_t* tag) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->tag = text_of(tag);
    node->line = static_cast<int>(events_.event().start_mark.line) + first_line_;
    node->column = static_cast<int>(events_.event().start_mark.column) + 1;
    return node;
  }

  // The node whose first event is the current one; consumes up to its last event.
  Result<NodePtr> node(int depth) {
    if (depth > kMaxDepth) {
      return fail_at(static_cast<int>(events_.event().start_mark.line) + first_line_,
                     static_cast<int>(events_.event().start_mark.column) + 1,
                     fmt::format("nested deeper than {} levels", kMaxDepth));
    }
    switch (events_.type()) {
      case YAML_ALIAS_EVENT:
        return alias();
      case YAML_SCALAR_EVENT:
        return scalar();
      case YAML_SEQUENCE_START_EVENT:
        return sequence(depth);
      case YAML_MAPPING_START_EVENT:
        return mapping(depth);
      default:
        return fail(Code::kInternal, "the YAML parser gave an event out of order");
    }
  }

  Result<NodePtr> alias() {
    const auto found = anchors_.find(text_of(events_.event().data.alias.anchor));
    const int line = static_cast<int>(events_.event().start_mark.line) + first_line_;
    const int column = static_cast<int>(events_.event().start_mark.column) + 1;
    if (found == anchors_.end()) return fail_at(line, column, "an alias (*) names an anchor (&) that does not exist");
    if (found->second == nullptr) return fail_at(line, column, "an anchor contains an alias to itself");
    return found->second;
  }

  Result<NodePtr> scalar() {
    const auto& s = events_.event().data.scalar;
    auto out = fresh(Node::Kind::kScalar, s.tag);
    out->scalar = SecretBytes(std::string_view(reinterpret_cast<const char*>(s.value), s.length));
    out->plain = s.style == YAML_PLAIN_SCALAR_STYLE;
    if (out->tag == "!") {  // the non-specific tag: a string
      out->tag.clear();
      out->plain = false;
    }
    if (s.anchor != nullptr) anchors_[std::string(text_of(s.anchor))] = out;
    return out;
  }

  Result<void> grow(Node& parent, const NodePtr& child) {
    parent.height = std::max(parent.height, child->height + 1);
    if (parent.height > kMaxDepth) return fail_at(*child, fmt::format("nested deeper than {} levels", kMaxDepth));
    return {};
  }

  Result<NodePtr> sequence(int depth) {
    auto out = fresh(Node::Kind::kSequence, events_.event().data.sequence_start.tag);
    const std::string anchor(text_of(events_.event().data.sequence_start.anchor));
    if (!anchor.empty()) anchors_[anchor] = nullptr;
    for (;;) {
      TRY_VOID(advance());
      if (events_.type() == YAML_SEQUENCE_END_EVENT) break;
      TRY(NodePtr item, node(depth + 1));
      TRY_VOID(grow(*out, item));
      out->items.push_back(std::move(item));
    }
    if (!anchor.empty()) anchors_[anchor] = out;
    return out;
  }

  Result<NodePtr> mapping(int depth) {
    auto out = fresh(Node::Kind::kMapping, events_.event().data.mapping_start.tag);
    const std::string anchor(text_of(events_.event().data.mapping_start.anchor));
    if (!anchor.empty()) anchors_[anchor] = nullptr;
    for (;;) {
      TRY_VOID(advance());
      if (events_.type() == YAML_MAPPING_END_EVENT) break;
      TRY(NodePtr key, node(depth + 1));
      TRY_VOID(advance());
      TRY(NodePtr value, node(depth + 1));
      TRY_VOID(grow(*out, key));
      TRY_VOID(grow(*out, value));
      out->members.emplace_back(std::move(key), std::move(value));
    }
    if (!anchor.empty()) anchors_[anchor] = out;
    return out;
  }

  std::string_view text_;
  Events events_;
  int first_line_;
  std::map<std::string, NodePtr, std::less<>> anchors_;
};

Result<void> check_utf8(std::string_view text, int line) {
  int column = 1;
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    if (!rune.valid) return fail_at(line, column, "invalid UTF-8");
    text.remove_prefix(rune.size);
    ++column;
    if (rune.value == '\n') ++line, column = 1;
  }
  return {};
}

}  // namespace

std::unexpected<Error> fail_at(int line, int column, std::string_view what) {
  return fail(Code::kInvalid, fmt::format("invalid YAML at line {}, column {}: {}", line, column, what));
}

std::unexpected<Error> fail_at(const Node& node, std::string_view what) {
  return fail_at(node.line, node.column, what);
}

Result<std::vector<NodePtr>> compose(std::string_view text, int first_line) {
  TRY_VOID(check_utf8(text, first_line));
  return Composer(text, first_line).run(std::numeric_limits<std::size_t>::max());
}

Result<NodePtr> compose_first(std::string_view text) {
  TRY_VOID(check_utf8(text, 1));
  TRY(const std::vector<NodePtr> documents, Composer(text, 1).run(1));
  return documents.empty() ? nullptr : documents.front();
}

}  // namespace rotor::json::yaml
