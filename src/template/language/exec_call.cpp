// Calls of functions and methods: argument typing as Go's reflection does it.
#include <algorithm>

#include <fmt/format.h>

#include "template/functions/registry.hpp"
#include "template/go/format.hpp"
#include "template/language/exec.hpp"

namespace rotor::tmpl {

namespace {

struct Kind {
  char letter;
  Type type;
  std::string_view name;
  bool nilable;
};

constexpr Kind kKinds[] = {
    {'a', Type::kNil, "interface {}", true},
    {'s', Type::kString, "string", false},
    {'b', Type::kBool, "bool", false},
    {'i', Type::kInt, "int", false},
    {'f', Type::kFloat64, "float64", false},
    {'u', Type::kNil, "uint32", false},
    {'m', Type::kAnyMap, "map[string]interface {}", true},
    {'l', Type::kAnyList, "[]interface {}", true},
    {'t', Type::kTime, "time.Time", false},
    {'c', Type::kCertificate, "sprig.certificate", false},
    {'h', Type::kNil, "sprig.HashAlgorithm", false},
    {'d', Type::kDuration, "time.Duration", false},
    {'v', Type::kVersion, "*semver.Version", true},
};

const Kind& kind_of(char letter) {
  return *std::ranges::find_if(kKinds, [letter](const Kind& k) { return k.letter == letter; });
}

Value nil_of(char letter) {
  if (letter == 'm') return Value::nil_map();
  if (letter == 'l') return Value::nil_list();
  return {};
}

struct Shape {
  std::string_view letters;  // of the parameters that stand by themselves
  char repeated = '\0';      // of all that follow
  std::size_t least = 0;     // how many must be there

  char letter(std::size_t i) const { return i < letters.size() ? letters[i] : repeated; }
  bool takes(std::size_t count) const { return count >= least && (repeated != '\0' || count <= letters.size()); }
};

Shape shape_of(std::string_view signature) {
  if (signature.ends_with('*')) {
    const std::string_view fixed = signature.substr(0, signature.size() - 2);
    return {fixed, signature[signature.size() - 2], fixed.size()};
  }
  const bool optional = signature.ends_with('?');
  const std::string_view letters = signature.substr(0, signature.size() - (optional ? 1 : 0));
  return {letters, '\0', letters.size() - (optional ? 1 : 0)};
}

// Go counts a piped value only where the number of arguments is fixed.
std::string wrong_count(std::string_view name, const Shape& shape, std::size_t written, std::size_t count) {
  const bool repeated = shape.repeated != '\0';
  return fmt::format("wrong number of args for {}: want {}{} got {}", name, repeated ? "at least " : "",
                     repeated ? shape.least : shape.letters.size(), repeated ? written : count);
}

// What a call reads of what it is handed, in steps.
std::int64_t reading(const Function& f, const std::vector<Value>& values) {
  std::size_t steps = 0;
  for (const Value& v : values) {
    if (v.is_text())
      steps += v.text().size() / 32;
    else if (f.cost == Cost::kWalks && (v.is_list() || v.is_map()))
      steps += v.size() / 2;
  }
  return static_cast<std::int64_t>(steps);
}

// Is the text of this node written in the template, rather than taken from data?
bool is_literal(const Node& node, int depth = 0) {
  switch (node.kind) {
    case NodeKind::kField:
    case NodeKind::kVariable:
    case NodeKind::kDot:
      return false;
    default:
      break;
  }
  return depth < 50 && std::ranges::all_of(node.children, [depth](const Node* n) { return is_literal(*n, depth + 1); });
}

}  // namespace

Execution::Evaluated Execution::function(const Node& node, const NodeList& args, const Value& dot, Final final) {
  const Function& f = *node.function;
  if (f.lazy) {
    if (args.size() + (final != nullptr ? 1 : 0) < 2) {
      return error(node, fmt::format("wrong number of args for {}: want at least 1 got 0", f.name));
    }
    return short_circuit(f, args, dot, final);
  }
  return call(node, f, {}, args, dot, final);
}

Execution::Evaluated Execution::short_circuit(const Function& f, const NodeList& args, const Value& dot, Final final) {
  const bool stop_at = f.name == "or";
  Value v;
  for (std::size_t i = 1; i < args.size(); ++i) {
    TRY(v, argument(*args[i], 'a', dot));
    if (truth(v) == stop_at) return v;
  }
  return final != nullptr ? *final : v;
}

Execution::Evaluated Execution::call(const Node& node, const Function& f, std::vector<Value> ready,
                                     const NodeList& args, const Value& dot, Final final) {
  const Shape shape = shape_of(f.signature);
  const std::size_t written = args.empty() ? 0 : args.size() - 1;
  const std::size_t count = written + (final != nullptr ? 1 : 0);
  if (!shape.takes(count)) return error(node, wrong_count(f.name, shape, written, count));
  std::vector<Value> values = std::move(ready);
  values.reserve(values.size() + count);
  for (std::size_t i = 0; i < written; ++i) {
    TRY(Value v, argument(*args[i + 1], shape.letter(i), dot));
    values.push_back(std::move(v));
  }
  if (final != nullptr) {
    TRY(Value v, validate(node, *final, shape.letter(written)));
    values.push_back(std::move(v));
  }
  TRY_VOID(charged(node, context_.spend_steps(reading(f, values))));
  Returned result = f.call(context_, values);
  if (!result) {
    return error(node, fmt::format("error calling {}: {}", f.name, spoken(f, args, result.error().message)));
  }
  if (f.cost == Cost::kLooks) return result;
  if (result->is_text()) TRY_VOID(charged(node, context_.allow_text(result->text().size())));
  TRY_VOID(charged(node, context_.spend_bytes(weight(*result))));
  return result;
}

// A function's message may quote what it was given: only what stands in the template is told.
std::string_view Execution::spoken(const Function& f, const NodeList& args, std::string_view message) const {
  if (f.name == "fail" && (pipe_ == nullptr || !is_literal(*pipe_)))
    return "(the message is withheld: it is built from data)";
  const bool pattern_is_data = f.name.contains("egex") && (args.size() < 2 || !is_literal(*args[1]));
  return pattern_is_data ? message.substr(0, message.find(": `")) : message;
}

Execution::Evaluated Execution::argument(const Node& node, char kind, const Value& dot) {
  static const NodeList kNone;
  switch (node.kind) {
    case NodeKind::kDot:
      return validate(node, dot, kind);
    case NodeKind::kNil:
      if (kind_of(kind).nilable) return nil_of(kind);
      return error(node, fmt::format("cannot assign nil to {}", kind_of(kind).name));
    case NodeKind::kField: {
      TRY(Value v, field_node(node, kNone, dot, nullptr));
      return validate(node, std::move(v), kind);
    }
    case NodeKind::kVariable: {
      TRY(Value v, variable_node(node, kNone, dot, nullptr));
      return validate(node, std::move(v), kind);
    }
    case NodeKind::kPipe: {
      TRY(Value v, pipeline(node, dot));
      return validate(node, std::move(v), kind);
    }
    case NodeKind::kIdentifier: {
      TRY(Value v, function(node, kNone, dot, nullptr));
      return validate(node, std::move(v), kind);
    }
    case NodeKind::kChain: {
      TRY(Value v, chain_node(node, kNone, dot, nullptr));
      return validate(node, std::move(v), kind);
    }
    default:
      return literal(node, kind);
  }
}

Execution::Evaluated Execution::literal(const Node& node, char kind) {
  const bool number = node.kind == NodeKind::kNumber;
  const auto expected = [&](std::string_view what) {
    return error(node, fmt::format("expected {}; found {}", what, describe(node)));
  };
  switch (kind) {
    case 'a':
      if (node.constant.is_nil()) return error(node, fmt::format("{} overflows int", node.text));
      return node.constant;
    case 's':
    case 'h':
      if (node.kind != NodeKind::kString) return expected("string");
      return node.constant;
    case 'b':
      if (node.kind != NodeKind::kBool) return expected("bool");
      return node.constant;
    case 'i':
    case 'd':
      if (!number || !node.number->is_int) return expected("integer");
      return Value::integer(node.number->integer, kind == 'd' ? Type::kDuration : Type::kInt);
    case 'f':
      if (!number || !node.number->is_float) return expected("float");
      return Value::real(node.number->real);
    case 'u':
      if (!number || !node.number->is_uint) return expected("unsigned integer");
      return Value::unsigned_integer(node.number->unsigned_integer & 0xFFFFFFFF);
    default:
      return error(node, fmt::format("can't handle {} for arg of type {}", describe(node), kind_of(kind).name));
  }
}

Execution::Evaluated Execution::validate(const Node& node, Value value, char kind) {
  if (kind == 'a') return value;
  const Kind& k = kind_of(kind);
  if (value.is_nil()) {
    if (value.is_nil_entry())
      return error(node, fmt::format("wrong type for value; expected {}; got interface {{}}", k.name));
    if (k.nilable) return nil_of(kind);
    return error(node, fmt::format("invalid value; expected {}", k.name));
  }
  if (k.type != Type::kNil && value.type() == k.type) return value;
  return error(node, fmt::format("wrong type for value; expected {}; got {}", k.name, type_name(value.type())));
}

}  // namespace rotor::tmpl
