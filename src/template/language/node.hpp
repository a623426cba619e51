// The parsed form of a template: nodes in one arena, so that neither building nor dropping a deep tree recurses.
#pragma once

#include <complex>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "template/go/value.hpp"

namespace rotor::tmpl {

struct Function;

enum class NodeKind : std::uint8_t {
  kText,
  kAction,
  kIf,
  kWith,
  kRange,
  kTemplate,
  kBreak,
  kContinue,
  kElse,
  kEnd,  // statements
  kPipe,
  kCommand,
  kBool,
  kNumber,
  kString,
  kNil,
  kDot,
  kField,
  kVariable,
  kIdentifier,
  kChain,  // terms
};

// A literal that may serve as any of the types flagged.
struct Number {
  bool is_int = false, is_uint = false, is_float = false, is_complex = false;
  std::int64_t integer = 0;
  std::uint64_t unsigned_integer = 0;
  double real = 0;
  std::complex<double> complex;
};

struct Node;
using NodeList = std::vector<Node*>;

// Texts are parts of the source or of the constant.
struct Node {
  NodeKind kind = NodeKind::kText;
  bool assign = false;  // `=` rather than `:=`
  bool boolean = false;
  std::uint32_t offset = 0;
  int line = 1;
  std::string_view text;                 // source of a literal, name of a template, text to print
  std::vector<std::string_view> idents;  // of a field, variable or chain, without dots; declared names of a pipe
  NodeList children;                     // commands of a pipe, arguments of a command, the term of a chain
  Node* pipe = nullptr;                  // of a statement
  NodeList body, otherwise;
  std::unique_ptr<Number> number;  // of a number
  Value constant;                  // of a string, or a number or bool by its default type; the name of a template
  const Function* function = nullptr;
};

// Nodes stay where they are made.
class Arena {
 public:
  Node& make() {
    if (chunks_.empty() || chunks_.back().size() == kChunk) chunks_.emplace_back().reserve(kChunk);
    return chunks_.back().emplace_back();
  }

 private:
  static constexpr std::size_t kChunk = 16;
  std::vector<std::vector<Node>> chunks_;
};

struct Tree {
  std::string source;  // what offsets count in
  Arena arena;
  std::map<std::string, NodeList, std::less<>> templates;  // by name, the main one under the name it is rendered for
};

// A short form of a node for messages; literal texts are left out, because they may be secrets.
std::string describe(const Node& node);

}  // namespace rotor::tmpl
