#include "template/language/exec.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "template/functions/methods.hpp"
#include "template/functions/registry.hpp"
#include "template/go/format.hpp"
#include "template/go/quote.hpp"
#include "template/language/deep_stack.hpp"

namespace rotor::tmpl {

std::unexpected<TemplateError> Execution::error(const Node& at, std::string message, Fault::Kind kind,
                                                std::string_view subject) const {
  const std::string_view before = std::string_view(tree_.source).substr(0, at.offset);
  const auto newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? before.size() : before.size() - newline - 1;
  std::string shown = describe(at);
  if (shown.size() > 40) shown = shown.substr(0, 40) + "...";
  Error words{Code::kInvalid, fmt::format("template: {}:{}:{}: executing {} at <{}>: {}", name_, at.line, column,
                                          quote(running_), shown, message)};
  return std::unexpected(TemplateError(
      std::move(words), {std::string(name_), at.line, column, std::move(message), kind, std::string(subject)}));
}

Placed<std::string> Execution::run(const Value& data) {
  const auto main = tree_.templates.find(name_);
  if (main == tree_.templates.end()) return std::string();
  running_ = name_;
  variables_.push_back({"$", data});
  TRY_VOID(walk(main->second, data));
  return std::move(out_);
}

Execution::Flowed Execution::walk(const NodeList& list, const Value& dot) {
  ++depth_;
  Flowed result = on_deep_stack(depth_, [&]() -> Flowed {
    for (const Node* node : list) {
      TRY(const Flow flow, walk_node(*node, dot));
      if (flow != Flow::kNext) return flow;
    }
    return Flow::kNext;
  });
  --depth_;
  return result;
}

Execution::Flowed Execution::walk_node(const Node& node, const Value& dot) {
  TRY_VOID(charged(node, context_.spend_steps(1)));
  switch (node.kind) {
    case NodeKind::kText: {
      out_ += node.text;
      TRY_VOID(check_output(node));
      return Flow::kNext;
    }
    case NodeKind::kAction: {
      TRY(const Value value, pipeline(*node.pipe, dot));
      if (node.pipe->idents.empty()) TRY_VOID(print(*node.pipe, value));
      return Flow::kNext;
    }
    case NodeKind::kIf:
    case NodeKind::kWith:
      return walk_branch(node, dot);
    case NodeKind::kRange:
      return walk_range(node, dot);
    case NodeKind::kTemplate:
      return walk_template(node, dot);
    case NodeKind::kBreak:
      return Flow::kBreak;
    case NodeKind::kContinue:
      return Flow::kContinue;
    default:
      return Flow::kNext;
  }
}

Execution::Flowed Execution::walk_branch(const Node& node, const Value& dot) {
  const std::size_t mark = variables_.size();
  TRY(const Value value, pipeline(*node.pipe, dot));
  Flowed result = Flow::kNext;
  if (truth(value))
    result = walk(node.body, node.kind == NodeKind::kWith ? value : dot);
  else if (!node.otherwise.empty())
    result = walk(node.otherwise, dot);
  variables_.resize(mark);
  return result;
}

Execution::Flowed Execution::walk_range(const Node& node, const Value& dot) {
  const std::size_t mark = variables_.size();
  TRY(const Value over, pipeline(*node.pipe, dot));
  bool any = false;
  Flowed result = range_over(node, over, any);
  if (result && !any && !node.otherwise.empty()) result = walk(node.otherwise, dot);
  variables_.resize(mark);
  // A break in the {{else}} ends this range, though the parser counts it to the outer one.
  if (result && *result == Flow::kBreak) return Flow::kNext;
  return result;
}

Execution::Flowed Execution::range_over(const Node& node, const Value& over, bool& any) {
  const auto step = [&](const Value& index, const Value& element) -> Flowed {
    any = true;
    return iterate(node, index, element);
  };
  if (over.is_nil()) return Flow::kNext;
  if (over.is_list()) {
    const Value list = over;  // keeps the storage
    for (std::size_t i = 0; i < list.size(); ++i) {
      TRY(const Flow flow, step(Value::integer(static_cast<std::int64_t>(i)), list.at(i)));
      if (flow == Flow::kBreak) break;
    }
    return Flow::kNext;
  }
  if (over.is_map()) {
    if (over.is_nil_container()) return Flow::kNext;
    TRY_VOID(charged(node, context_.spend_bytes(weight_of_members(over.members()))));
    const Map members = over.members();  // a copy: the body may change the map
    for (const auto& [key, element] : members) {
      TRY(const Flow flow, step(Value::text(key), element.is_nil() ? Value::nil_entry() : element));
      if (flow == Flow::kBreak) break;
    }
    return Flow::kNext;
  }
  if (!over.is_signed() && !over.is_unsigned()) {
    return error(*node.pipe, fmt::format("range can't iterate over a value of type {}", type_name(over.type())));
  }
  if (node.pipe->idents.size() > 1)
    return error(*node.pipe, "can't use a number to iterate over more than one variable");
  const std::int64_t count =
      over.is_signed() ? over.integer()
                       : static_cast<std::int64_t>(std::min<std::uint64_t>(over.unsigned_integer(), INT64_MAX));
  for (std::int64_t i = 0; i < count; ++i) {
    const Value v = over.is(Type::kUint64) ? Value::unsigned_integer(static_cast<std::uint64_t>(i))
                                           : Value::integer(i, over.type());
    TRY(const Flow flow, step(v, v));
    if (flow == Flow::kBreak) break;
  }
  return Flow::kNext;
}

Execution::Flowed Execution::iterate(const Node& node, const Value& index, const Value& element) {
  TRY_VOID(charged(node, context_.spend_steps(1)));
  const auto& names = node.pipe->idents;
  const std::size_t mark = variables_.size();
  if (node.pipe->assign) {
    if (names.size() == 1) TRY_VOID(assign(*node.pipe, names[0], element));
    if (names.size() == 2) {
      TRY_VOID(assign(*node.pipe, names[0], index));
      TRY_VOID(assign(*node.pipe, names[1], element));
    }
  } else if (names.size() == 1) {
    variables_[mark - 1].value = element;
  } else if (names.size() == 2) {
    variables_[mark - 2].value = index;
    variables_[mark - 1].value = element;
  }
  Flowed result = walk(node.body, element);
  variables_.resize(mark);
  return result;
}

Execution::Flowed Execution::walk_template(const Node& node, const Value& dot) {
  const auto found = tree_.templates.find(node.text);
  if (found == tree_.templates.end()) return error(node, fmt::format("template {} not defined", quote(node.text)));
  if (templates_ >= options_.limits.template_depth) {
    return error(node, fmt::format("exceeded maximum template depth ({})", options_.limits.template_depth));
  }
  Value argument;
  if (node.pipe != nullptr) {
    TRY(argument, pipeline(*node.pipe, dot));
  }
  const std::size_t mark = variables_.size();
  const std::size_t frame = frame_;
  const std::string_view running = running_;
  frame_ = mark;
  running_ = node.text;
  variables_.push_back({"$", argument});
  ++templates_;
  Flowed result = walk(found->second, argument);
  --templates_;
  running_ = running;
  frame_ = frame;
  variables_.resize(mark);
  if (!result) return result;
  return Flow::kNext;
}

Placed<void> Execution::print(const Node& node, const Value& value) {
  if (value.is_nil()) {
    out_ += "<no value>";
  } else if (value.is_text()) {
    out_ += value.text();
  } else {
    TRY_VOID(charged(node, print_value(out_, value, static_cast<std::size_t>(options_.limits.output))));
  }
  return check_output(node);
}

Placed<void> Execution::check_output(const Node& node) const {
  const std::int64_t most = options_.limits.output;
  if (static_cast<std::int64_t>(out_.size()) > most) return charged(node, over_budget(most, "bytes of output"));
  return {};
}

Placed<void> Execution::charged(const Node& node, Result<void> spent) const {
  if (!spent) return error(node, spent.error().message);
  return {};
}

// A template may declare many variables; finding an old one takes longer.
Placed<std::size_t> Execution::find_variable(const Node& node, std::string_view name) {
  for (std::size_t i = variables_.size(); i-- > frame_;) {
    if (variables_[i].name != name) continue;
    TRY_VOID(charged(node, context_.spend_steps(static_cast<std::int64_t>((variables_.size() - i) / 16))));
    return i;
  }
  return error(node, fmt::format("undefined variable: {}", name));
}

Placed<void> Execution::assign(const Node& node, std::string_view name, Value value) {
  TRY(const std::size_t i, find_variable(node, name));
  variables_[i].value = std::move(value);
  return {};
}

Placed<void> Execution::declare(const Node& pipe, const Value& value) {
  for (const std::string_view name : pipe.idents) {
    if (pipe.assign) {
      TRY_VOID(assign(pipe, name, value));
    } else {
      variables_.push_back({name, value});
    }
  }
  return {};
}

Execution::Evaluated Execution::pipeline(const Node& pipe, const Value& dot) {
  ++depth_;
  const Node* outer = std::exchange(pipe_, &pipe);
  Evaluated result = on_deep_stack(depth_, [&]() -> Evaluated {
    Value value;
    bool first = true;
    for (const Node* cmd : pipe.children) {
      TRY(Value next, command(*cmd, dot, first ? nullptr : &value));
      value = next.is_nil() ? Value() : std::move(next);
      first = false;
    }
    TRY_VOID(declare(pipe, value));
    return value;
  });
  pipe_ = outer;
  --depth_;
  return result;
}

Placed<void> Execution::no_arguments(const Node& node, const NodeList& args, Final final) {
  if (args.size() <= 1 && final == nullptr) return {};
  return error(node, fmt::format("can't give argument to non-function {}", describe(*args[0])));
}

Execution::Evaluated Execution::command(const Node& cmd, const Value& dot, Final final) {
  TRY_VOID(charged(cmd, context_.spend_steps(1)));
  const Node& word = *cmd.children[0];
  switch (word.kind) {
    case NodeKind::kField:
      return field_node(word, cmd.children, dot, final);
    case NodeKind::kChain:
      return chain_node(word, cmd.children, dot, final);
    case NodeKind::kIdentifier:
      return function(word, cmd.children, dot, final);
    case NodeKind::kVariable:
      return variable_node(word, cmd.children, dot, final);
    case NodeKind::kPipe:
      TRY_VOID(no_arguments(word, cmd.children, final));
      return pipeline(word, dot);
    default:
      break;
  }
  TRY_VOID(no_arguments(word, cmd.children, final));
  switch (word.kind) {
    case NodeKind::kDot:
      return dot;
    case NodeKind::kNil:
      return error(word, "nil is not a command");
    default:
      break;
  }
  if (word.constant.is_nil()) return error(word, fmt::format("{} overflows int", word.text));
  return word.constant;
}

Execution::Evaluated Execution::field_node(const Node& node, const NodeList& args, const Value& dot, Final final) {
  return field_chain(node, 0, dot, args, dot, final);
}

Execution::Evaluated Execution::variable_node(const Node& node, const NodeList& args, const Value& dot, Final final) {
  TRY(const std::size_t i, find_variable(node, node.idents[0]));
  const Value value = variables_[i].value;
  if (node.idents.size() > 1) return field_chain(node, 1, value, args, dot, final);
  TRY_VOID(no_arguments(node, args, final));
  return value;
}

Execution::Evaluated Execution::chain_node(const Node& node, const NodeList& args, const Value& dot, Final final) {
  if (node.children[0]->kind == NodeKind::kNil) return error(node, "indirection through explicit nil");
  TRY(const Value receiver, argument(*node.children[0], 'a', dot));
  return field_chain(node, 0, receiver, args, dot, final);
}

Execution::Evaluated Execution::field_chain(const Node& node, std::size_t first, Value receiver, const NodeList& args,
                                            const Value& dot, Final final) {
  static const NodeList kNone;
  for (std::size_t i = first; i < node.idents.size(); ++i) {
    const bool last = i + 1 == node.idents.size();
    TRY(Value next, field(node, node.idents[i], receiver, last ? args : kNone, dot, last ? final : nullptr));
    receiver = std::move(next);
  }
  return receiver;
}

Execution::Evaluated Execution::field(const Node& node, std::string_view name, const Value& receiver,
                                      const NodeList& args, const Value& dot, Final final) {
  if (receiver.is_nil_entry()) return error(node, fmt::format("nil pointer evaluating interface {{}}.{}", name));
  if (receiver.is_nil()) {
    if (!options_.missing_key_is_error) return Value();
    return error(node, fmt::format("nil data; no entry for key {}", quote(name)));
  }
  if (const Function* method = find_method(receiver.type(), name))
    return call(node, *method, {receiver}, args, dot, final);
  const bool has_arguments = args.size() > 1 || final != nullptr;
  if (auto v = struct_field(receiver, name)) {
    if (has_arguments) return error(node, fmt::format("{} has arguments but cannot be invoked as function", name));
    return *v;
  }
  if (!receiver.is_map()) {
    return error(node, fmt::format("can't evaluate field {} in type {}", name, type_name(receiver.type())),
                 Fault::Kind::kNoFields, name);
  }
  if (has_arguments) return error(node, fmt::format("{} is not a method but has arguments", name));
  if (!receiver.is_nil_container()) {
    const auto found = receiver.members().find(name);
    if (found != receiver.members().end()) return found->second.is_nil() ? Value::nil_entry() : found->second;
  }
  if (!options_.missing_key_is_error) return Value();
  const bool of_data = node.kind == NodeKind::kField;
  return error(node, fmt::format("map has no entry for key {}", quote(name)),
               of_data ? Fault::Kind::kMissingKey : Fault::Kind::kMissingMember, name);
}

}  // namespace rotor::tmpl
