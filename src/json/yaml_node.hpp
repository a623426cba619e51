// The composed form of one YAML document, before scalars are resolved. Internal to the YAML reader.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::json::yaml {

inline constexpr int kMaxDepth = 100;

struct Node;
// Shared, because an alias is its anchor's node again: expansion is counted where values are built.
using NodePtr = std::shared_ptr<const Node>;

struct Node {
  enum class Kind : std::uint8_t { kScalar, kMapping, kSequence } kind = Kind::kScalar;
  SecretBytes scalar;
  bool plain = false;  // neither quoted nor a block
  std::string tag;     // "" or in full, as in tag:yaml.org,2002:str
  int line = 0;
  int column = 0;
  int height = 1;
  std::vector<std::pair<NodePtr, NodePtr>> members;
  std::vector<NodePtr> items;
};

// "line 3, column 5: what" — never with text from the document.
std::unexpected<Error> fail_at(int line, int column, std::string_view what);
std::unexpected<Error> fail_at(const Node& node, std::string_view what);

// All documents of `text`; line numbers start at `first_line`.
Result<std::vector<NodePtr>> compose(std::string_view text, int first_line);

// The first document, null when there is none.
Result<NodePtr> compose_first(std::string_view text);

}  // namespace rotor::json::yaml
