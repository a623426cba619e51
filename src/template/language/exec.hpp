// Runs a parsed template.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "template/language/context.hpp"
#include "template/language/fault.hpp"
#include "template/language/node.hpp"
#include "template/language/template.hpp"

namespace rotor::tmpl {

class Execution {
 public:
  Execution(const Tree& tree, std::string_view name, Context& context, const RenderOptions& options)
      : tree_(tree), name_(name), context_(context), options_(options) {}

  Placed<std::string> run(const Value& data);

 private:
  struct Variable {
    std::string_view name;
    Value value;
  };
  // What a body ended with.
  enum class Flow : std::uint8_t { kNext, kBreak, kContinue };
  using Flowed = Placed<Flow>;
  using Evaluated = Placed<Value>;
  using Final = const Value*;  // the piped value, or null

  Flowed walk(const NodeList& list, const Value& dot);
  Flowed walk_node(const Node& node, const Value& dot);
  Flowed walk_branch(const Node& node, const Value& dot);
  Flowed walk_range(const Node& node, const Value& dot);
  Flowed range_over(const Node& node, const Value& over, bool& any);
  Flowed iterate(const Node& node, const Value& index, const Value& element);
  Flowed walk_template(const Node& node, const Value& dot);

  Evaluated pipeline(const Node& pipe, const Value& dot);
  Evaluated command(const Node& cmd, const Value& dot, Final final);
  Evaluated function(const Node& node, const NodeList& args, const Value& dot, Final final);
  Evaluated short_circuit(const Function& f, const NodeList& args, const Value& dot, Final final);
  Evaluated call(const Node& node, const Function& f, std::vector<Value> ready, const NodeList& args, const Value& dot,
                 Final final);
  std::string_view spoken(const Function& f, const NodeList& args, std::string_view message) const;
  Evaluated argument(const Node& node, char kind, const Value& dot);
  Evaluated literal(const Node& node, char kind);
  Evaluated validate(const Node& node, Value value, char kind);
  Evaluated field_node(const Node& node, const NodeList& args, const Value& dot, Final final);
  Evaluated variable_node(const Node& node, const NodeList& args, const Value& dot, Final final);
  Evaluated chain_node(const Node& node, const NodeList& args, const Value& dot, Final final);
  Evaluated field_chain(const Node& node, std::size_t first, Value receiver, const NodeList& args, const Value& dot,
                        Final final);
  Evaluated field(const Node& node, std::string_view name, const Value& receiver, const NodeList& args,
                  const Value& dot, Final final);
  Placed<void> no_arguments(const Node& node, const NodeList& args, Final final);
  Placed<void> assign(const Node& node, std::string_view name, Value value);
  Placed<void> declare(const Node& pipe, const Value& value);
  Placed<void> print(const Node& node, const Value& value);
  Placed<void> check_output(const Node& node) const;
  Placed<void> charged(const Node& node, Result<void> spent) const;  // a budget's error, with its place
  Placed<std::size_t> find_variable(const Node& node, std::string_view name);

  std::unexpected<TemplateError> error(const Node& at, std::string message, Fault::Kind kind = Fault::Kind::kOther,
                                       std::string_view subject = {}) const;

  const Tree& tree_;
  std::string_view name_;
  Context& context_;
  const RenderOptions& options_;
  std::string_view running_;  // the name of the template being run
  std::vector<Variable> variables_;
  std::size_t frame_ = 0;  // where the variables of the running template begin
  const Node* pipe_ = nullptr;
  int depth_ = 0;
  int templates_ = 0;
  std::string out_;
};

}  // namespace rotor::tmpl
