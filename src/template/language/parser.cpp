#include "template/language/parser.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "template/functions/registry.hpp"
#include "template/go/parse_number.hpp"
#include "template/go/quote.hpp"
#include "template/go/unicode.hpp"
#include "template/language/budget.hpp"
#include "template/language/deep_stack.hpp"
#include "template/language/lexer.hpp"

namespace rotor::tmpl {

namespace {

constexpr int kMaxNesting = 10000;
constexpr std::size_t kMaxVariables = 1000;

using Parsed = Placed<Node*>;

// What may start an operand.
bool starts_operand(TokenKind k) {
  switch (k) {
    case TokenKind::kBool:
    case TokenKind::kCharConstant:
    case TokenKind::kComplex:
    case TokenKind::kDot:
    case TokenKind::kField:
    case TokenKind::kIdentifier:
    case TokenKind::kNumber:
    case TokenKind::kNil:
    case TokenKind::kRawString:
    case TokenKind::kString:
    case TokenKind::kVariable:
    case TokenKind::kLeftParen:
      return true;
    default:
      return false;
  }
}

std::string describe(const Token& t) {
  if (t.kind == TokenKind::kEof) return "EOF";
  if (t.is_keyword()) return fmt::format("<{}>", t.text);
  if (t.kind == TokenKind::kString || t.kind == TokenKind::kRawString || t.kind == TokenKind::kCharConstant)
    return "a literal";
  if (t.kind == TokenKind::kText) return "text";
  if (t.text.size() > 10) return quote(t.text.substr(0, 10)) + "...";
  return quote(t.text);
}

class Parser {
 public:
  Parser(std::string_view name, Tree& tree, const Delimiters& d)
      : name_(name), tree_(tree), lexer_(tree.source, d.left, d.right) {}

  Placed<void> run() {
    NodeList list;
    while (peek().kind != TokenKind::kEof) {
      if (peek().kind == TokenKind::kLeftDelim) {
        const Token delim = next();
        if (peek_non_space().kind == TokenKind::kDefine) {
          next_non_space();
          TRY_VOID(definition());
          continue;
        }
        back(delim);
      }
      TRY(Node * node, text_or_action());
      if (node->kind == NodeKind::kEnd || node->kind == NodeKind::kElse) return unexpected_node(*node, "");
      list.push_back(node);
    }
    return add(name_, std::move(list));
  }

 private:
  // --- tokens
  const Token& peek() {
    if (ahead_.empty()) ahead_.push_back(lexer_.next());
    return ahead_.back();
  }
  Token next() {
    Token t = peek();
    ahead_.pop_back();
    line_ = t.line;
    if (t.kind == TokenKind::kLeftDelim) opened_ = t;
    return t;
  }
  Token next_non_space() {
    Token t = next();
    while (t.kind == TokenKind::kSpace) t = next();
    return t;
  }
  const Token& peek_non_space() {
    while (peek().kind == TokenKind::kSpace) next();
    return peek();
  }
  void back(const Token& t) { ahead_.push_back(t); }

  // --- errors
  // What names no token is about the action that opened last, as far as that stands in this line.
  std::unexpected<TemplateError> error(std::string message) {
    return fault(opened_.line == line_ ? column_of(opened_.offset) : 0, std::move(message));
  }
  std::unexpected<TemplateError> error_at(std::size_t offset, std::string message,
                                          Fault::Kind kind = Fault::Kind::kOther, std::string_view subject = {}) {
    return fault(column_of(offset), std::move(message), kind, subject);
  }
  std::unexpected<TemplateError> fault(std::size_t column, std::string message, Fault::Kind kind = Fault::Kind::kOther,
                                       std::string_view subject = {}) {
    Error words{Code::kInvalid, fmt::format("template: {}:{}: {}", name_, line_, message)};
    return std::unexpected(
        TemplateError(std::move(words), {name_, line_, column, std::move(message), kind, std::string(subject)}));
  }
  std::size_t column_of(std::size_t offset) const {
    const std::size_t newline = offset == 0 ? std::string::npos : tree_.source.rfind('\n', offset - 1);
    return newline == std::string::npos ? offset : offset - newline - 1;
  }
  // Of a literal that is no Go: where its escape stands, as far as that is the reason.
  std::unexpected<TemplateError> invalid_literal(const Token& t, std::string message) {
    const auto at = bad_escape(t.text);
    if (!at) return error(std::move(message));
    const std::size_t offset = t.offset + *at;
    const std::size_t column = column_of(offset);
    const auto width = static_cast<std::size_t>(decode_rune(std::string_view(tree_.source).substr(offset + 1)).width);
    const std::string_view escape = std::string_view(tree_.source).substr(offset, 1 + width);
    std::string what =
        fmt::format("invalid syntax: {} is no escape: write \\{}, or put the text between backquotes", escape, escape);
    Error words{Code::kInvalid, fmt::format("template: {}:{}:{}: {}", name_, t.line, column, what)};
    return std::unexpected(TemplateError(std::move(words), {name_, t.line, column, std::move(what)}));
  }
  std::unexpected<TemplateError> unexpected(const Token& t, std::string_view context) {
    if (t.kind == TokenKind::kError) {
      line_ = t.line;
      const auto at = lexer_.error_offset();
      return at ? error_at(*at, lexer_.message()) : error(lexer_.message());
    }
    std::string message = fmt::format("unexpected {} in {}", describe(t), context);
    return t.kind == TokenKind::kEof ? error(std::move(message)) : error_at(t.offset, std::move(message));
  }
  std::unexpected<TemplateError> unexpected_node(const Node& n, std::string_view where) {
    return error_at(n.offset, fmt::format("unexpected {}{}", n.kind == NodeKind::kEnd ? "{{end}}" : "{{else}}", where));
  }
  Placed<Token> expect(TokenKind kind, std::string_view context) {
    Token t = next_non_space();
    if (t.kind != kind) return unexpected(t, context);
    return t;
  }

  Node* make(NodeKind kind, const Token& at) {
    Node& n = tree_.arena.make();
    n.kind = kind;
    n.offset = static_cast<std::uint32_t>(at.offset);
    n.line = at.line;
    return &n;
  }

  static bool blank(const NodeList& list) {
    return std::ranges::all_of(list,
                               [](const Node* n) { return n->kind == NodeKind::kText && trim_space(n->text).empty(); });
  }

  Placed<void> add(const std::string& name, NodeList list) {
    const auto found = tree_.templates.find(name);
    if (found == tree_.templates.end() || blank(found->second)) {
      tree_.templates.insert_or_assign(name, std::move(list));
      return {};
    }
    if (!blank(list)) return error("template: multiple definition of template " + quote(name));
    return {};
  }

  // --- statements
  // A body parsed on its own: only `$` is in scope, and no loop to break out of.
  struct Scope {
    std::vector<std::string_view> variables;
    int loops;
  };
  Scope enter() {
    Scope outer{std::move(variables_), loops_};
    variables_ = {"$"};
    loops_ = 0;
    return outer;
  }
  void leave(Scope outer) {
    variables_ = std::move(outer.variables);
    loops_ = outer.loops;
  }

  Placed<std::string> template_name(const Token& t, std::string_view context) {
    if (t.kind != TokenKind::kString && t.kind != TokenKind::kRawString) return unexpected(t, context);
    auto name = unquote(t.text);
    if (!name) return invalid_literal(t, "invalid syntax");
    return *name;
  }

  static void set_name(Node& n, std::string name) {
    n.constant = Value::text(std::move(name));
    n.text = n.constant.text();
  }

  Placed<void> definition() {
    constexpr std::string_view kContext = "define clause";
    const Token t = next_non_space();
    TRY(const std::string name, template_name(t, kContext));
    TRY_VOID(expect(TokenKind::kRightDelim, kContext));
    Scope outer = enter();
    NodeList list;
    TRY(Node * end, item_list(list));
    if (end->kind != NodeKind::kEnd) return unexpected_node(*end, " in define clause");
    leave(std::move(outer));
    return add(name, std::move(list));
  }

  // Reads until {{end}} or {{else}}, which it returns.
  Parsed item_list(NodeList& list) {
    while (peek_non_space().kind != TokenKind::kEof) {
      TRY(Node * n, text_or_action());
      if (n->kind == NodeKind::kEnd || n->kind == NodeKind::kElse) return n;
      list.push_back(n);
    }
    return error("unexpected EOF");
  }

  Parsed text_or_action() {
    const Token t = next_non_space();
    switch (t.kind) {
      case TokenKind::kText: {
        Node* n = make(NodeKind::kText, t);
        n->text = t.text;
        return n;
      }
      case TokenKind::kLeftDelim: {
        if (depth_ >= kMaxNesting) return error("max expression depth exceeded");
        ++depth_;
        Parsed result = on_deep_stack(depth_, [this] { return action(); });
        --depth_;
        return result;
      }
      default:
        return unexpected(t, "input");
    }
  }

  Parsed action() {
    const Token t = next_non_space();
    switch (t.kind) {
      case TokenKind::kBlock:
        return block(t);
      case TokenKind::kBreak:
        return jump(t, NodeKind::kBreak, "{{break}}");
      case TokenKind::kContinue:
        return jump(t, NodeKind::kContinue, "{{continue}}");
      case TokenKind::kElse:
        return else_control(t);
      case TokenKind::kEnd:
        TRY_VOID(expect(TokenKind::kRightDelim, "end"));
        return make(NodeKind::kEnd, t);
      case TokenKind::kIf:
        return control(t, NodeKind::kIf, "if");
      case TokenKind::kRange:
        return control(t, NodeKind::kRange, "range");
      case TokenKind::kWith:
        return control(t, NodeKind::kWith, "with");
      case TokenKind::kTemplate:
        return template_control(t);
      default:
        break;
    }
    back(t);
    Node* n = make(NodeKind::kAction, t);
    TRY(n->pipe, pipeline("command", TokenKind::kRightDelim));
    return n;
  }

  Parsed jump(const Token& t, NodeKind kind, std::string_view word) {
    const Token end = next_non_space();
    if (end.kind != TokenKind::kRightDelim) return unexpected(end, word);
    if (loops_ == 0) return error(fmt::format("{} outside {{{{range}}}}", word));
    return make(kind, t);
  }

  Parsed else_control(const Token& t) {
    const Token& after = peek_non_space();
    if (after.kind == TokenKind::kIf || after.kind == TokenKind::kWith) return make(NodeKind::kElse, t);
    TRY_VOID(expect(TokenKind::kRightDelim, "else"));
    return make(NodeKind::kElse, t);
  }

  Parsed control(const Token& t, NodeKind kind, std::string_view context) {
    const std::size_t mark = variables_.size();
    Node* n = make(kind, t);
    TRY(n->pipe, pipeline(context, TokenKind::kRightDelim));
    if (kind == NodeKind::kRange) ++loops_;
    TRY(Node * stop, item_list(n->body));
    if (kind == NodeKind::kRange) --loops_;
    if (stop->kind == NodeKind::kElse) TRY_VOID(otherwise(n, kind));
    variables_.resize(mark);
    return n;
  }

  Placed<void> otherwise(Node* n, NodeKind kind) {
    const TokenKind again = kind == NodeKind::kIf ? TokenKind::kIf : TokenKind::kWith;
    if (kind != NodeKind::kRange && peek().kind == again) {
      const Token t = next();
      if (depth_ >= kMaxNesting) return error("max expression depth exceeded");
      ++depth_;
      const std::string_view context = kind == NodeKind::kIf ? "if" : "with";
      Parsed inner = on_deep_stack(depth_, [&, this] { return control(t, kind, context); });
      --depth_;
      TRY(Node * branch, std::move(inner));
      n->otherwise.push_back(branch);
      return {};
    }
    TRY(Node * end, item_list(n->otherwise));
    if (end->kind != NodeKind::kEnd) return error("expected end; found {{else}}");
    return {};
  }

  Parsed template_control(const Token& t) {
    const Token name = next_non_space();
    Node* n = make(NodeKind::kTemplate, name);
    TRY(std::string called, template_name(name, "template clause"));
    set_name(*n, std::move(called));
    (void)t;
    if (peek_non_space().kind == TokenKind::kRightDelim) {
      next();
      return n;
    }
    TRY(n->pipe, pipeline("template clause", TokenKind::kRightDelim));
    return n;
  }

  Parsed block(const Token& t) {
    const Token name = next_non_space();
    Node* n = make(NodeKind::kTemplate, t);
    TRY(std::string called, template_name(name, "block clause"));
    set_name(*n, std::move(called));
    TRY(n->pipe, pipeline("block clause", TokenKind::kRightDelim));
    Scope outer = enter();
    NodeList list;
    TRY(Node * end, item_list(list));
    if (end->kind != NodeKind::kEnd) return unexpected_node(*end, " in block clause");
    leave(std::move(outer));
    TRY_VOID(add(std::string(n->text), std::move(list)));
    return n;
  }

  // --- pipelines
  Parsed pipeline(std::string_view context, TokenKind end) {
    Node* pipe = make(NodeKind::kPipe, peek_non_space());
    TRY_VOID(declarations(*pipe, context));
    if (variables_.size() > kMaxVariables)
      return error(over_budget(kMaxVariables, "variables in scope").error().message);
    while (true) {
      const Token t = next_non_space();
      if (t.kind == end) return checked(pipe, context);
      if (!starts_operand(t.kind)) return unexpected(t, context);
      back(t);
      TRY(Node * c, command());
      pipe->children.push_back(c);
    }
  }

  Parsed checked(Node* pipe, std::string_view context) {
    if (pipe->children.empty()) return error(fmt::format("missing value for {}", context));
    for (std::size_t i = 1; i < pipe->children.size(); ++i) {
      switch (pipe->children[i]->children[0]->kind) {
        case NodeKind::kBool:
        case NodeKind::kDot:
        case NodeKind::kNil:
        case NodeKind::kNumber:
        case NodeKind::kString:
          return error(fmt::format("non executable command in pipeline stage {}", i + 1));
        default:
          break;
      }
    }
    return pipe;
  }

  Placed<void> declarations(Node& pipe, std::string_view context) {
    while (peek_non_space().kind == TokenKind::kVariable) {
      const Token variable = next();
      std::vector<Token> spaces;
      if (peek().kind == TokenKind::kSpace) spaces.push_back(next());
      const Token& after = peek_non_space();
      const bool comma = after.kind == TokenKind::kChar && after.text == ",";
      if (after.kind == TokenKind::kAssign || after.kind == TokenKind::kDeclare) {
        pipe.assign = after.kind == TokenKind::kAssign;
        next();
        declare(pipe, variable);
        return {};
      }
      if (!comma) {
        if (!spaces.empty()) back(spaces[0]);
        back(variable);
        return {};
      }
      next();
      declare(pipe, variable);
      if (context != "range" || pipe.idents.size() >= 2)
        return error(fmt::format("too many declarations in {}", context));
      const TokenKind second = peek_non_space().kind;
      if (second != TokenKind::kVariable && second != TokenKind::kRightDelim && second != TokenKind::kRightParen) {
        return error("range can only initialize variables");
      }
    }
    return {};
  }

  // Only presence counts here, so a name declared twice is kept once.
  void declare(Node& pipe, const Token& variable) {
    pipe.idents.emplace_back(variable.text);
    if (!declared(variable.text)) variables_.emplace_back(variable.text);
  }

  bool declared(std::string_view name) const { return std::ranges::find(variables_, name) != variables_.end(); }

  Parsed command() {
    Node* c = make(NodeKind::kCommand, peek_non_space());
    while (true) {
      peek_non_space();
      TRY(Node * o, operand());
      if (o != nullptr) c->children.push_back(o);
      const Token t = next();
      if (t.kind == TokenKind::kSpace) continue;
      if (t.kind == TokenKind::kRightDelim || t.kind == TokenKind::kRightParen) {
        back(t);
      } else if (t.kind != TokenKind::kPipe) {
        return unexpected(t, "operand");
      }
      break;
    }
    if (c->children.empty()) return error("empty command");
    return c;
  }

  Parsed operand() {
    TRY(Node * node, term());
    if (node == nullptr || peek().kind != TokenKind::kField) return node;
    std::vector<std::string_view> fields;
    const Token first = peek();
    while (peek().kind == TokenKind::kField) fields.emplace_back(next().text.substr(1));
    switch (node->kind) {
      case NodeKind::kField:
      case NodeKind::kVariable:
        node->idents.insert(node->idents.end(), fields.begin(), fields.end());
        return node;
      case NodeKind::kBool:
      case NodeKind::kString:
      case NodeKind::kNumber:
      case NodeKind::kNil:
      case NodeKind::kDot:
        return error_at(first.offset, fmt::format("unexpected . after term {}",
                                                  node->kind == NodeKind::kString ? "(a string)" : quote(node->text)));
      default:
        break;
    }
    Node* chain = make(NodeKind::kChain, first);
    chain->children.push_back(node);
    chain->idents = std::move(fields);
    return chain;
  }

  // Null when no term starts here.
  Parsed term() {
    const Token t = next_non_space();
    switch (t.kind) {
      case TokenKind::kIdentifier:
        return identifier(t);
      case TokenKind::kDot:
        return literal(NodeKind::kDot, t);
      case TokenKind::kNil:
        return literal(NodeKind::kNil, t);
      case TokenKind::kVariable:
        return variable(t);
      case TokenKind::kField: {
        Node* n = literal(NodeKind::kField, t);
        n->idents.emplace_back(t.text.substr(1));
        return n;
      }
      case TokenKind::kBool: {
        Node* n = literal(NodeKind::kBool, t);
        n->boolean = t.text == "true";
        n->constant = Value::boolean(n->boolean);
        return n;
      }
      case TokenKind::kCharConstant:
      case TokenKind::kComplex:
      case TokenKind::kNumber:
        return number(t);
      case TokenKind::kLeftParen:
        return parenthesis();
      case TokenKind::kString:
      case TokenKind::kRawString: {
        Node* n = literal(NodeKind::kString, t);
        auto text = unquote(t.text);
        if (!text) return invalid_literal(t, "invalid syntax");
        n->constant = Value::text(*std::move(text));
        return n;
      }
      default:
        back(t);
        return nullptr;
    }
  }

  Node* literal(NodeKind kind, const Token& t) {
    Node* n = make(kind, t);
    n->text = t.text;
    return n;
  }

  Parsed identifier(const Token& t) {
    Node* n = literal(NodeKind::kIdentifier, t);
    n->function = find_function(t.text);
    if (n->function == nullptr) {
      return error_at(t.offset, fmt::format("function {} not defined", quote(t.text)), Fault::Kind::kUnknownFunction,
                      t.text);
    }
    return n;
  }

  Parsed variable(const Token& t) {
    if (!declared(t.text)) return error_at(t.offset, fmt::format("undefined variable {}", quote(t.text)));
    Node* n = literal(NodeKind::kVariable, t);
    n->idents.emplace_back(t.text);
    return n;
  }

  Parsed number(const Token& t) {
    Node* n = literal(NodeKind::kNumber, t);
    auto parsed = parse_number(t.text, t.kind);
    if (!parsed) {
      return t.kind == TokenKind::kCharConstant ? invalid_literal(t, parsed.error().message)
                                                : error_at(t.offset, parsed.error().message);
    }
    n->number = std::make_unique<Number>(*parsed);
    if (auto v = default_value(*n->number, t.text)) n->constant = *std::move(v);
    return n;
  }

  Parsed parenthesis() {
    if (depth_ >= kMaxNesting) return error("max expression depth exceeded");
    ++depth_;
    Parsed result =
        on_deep_stack(depth_, [this] { return pipeline("parenthesized pipeline", TokenKind::kRightParen); });
    --depth_;
    return result;
  }

  std::string name_;
  Tree& tree_;
  Lexer lexer_;
  std::vector<Token> ahead_;
  std::vector<std::string_view> variables_ = {"$"};
  int loops_ = 0;
  int depth_ = 0;
  int line_ = 1;
  Token opened_;  // the last left delimiter
};

}  // namespace

std::string describe(const Node& node) {
  std::string out;
  const auto join = [&](const NodeList& list, std::string_view separator) {
    for (std::size_t i = 0; i < list.size() && out.size() < 40; ++i) {
      if (i > 0) out += separator;
      const NodeKind kind = list[i]->kind;
      out += kind == NodeKind::kPipe ? "(...)" : describe(*list[i]);
    }
  };
  switch (node.kind) {
    case NodeKind::kString:
      return "\"...\"";
    case NodeKind::kNumber:
      return "a number";
    case NodeKind::kField:
      for (const std::string_view i : node.idents) out.append(".").append(i);
      return out;
    case NodeKind::kVariable:
      for (const std::string_view i : node.idents) out.append(out.empty() ? "" : ".").append(i);
      return out;
    case NodeKind::kChain:
      return fmt::format("(...).{}", node.idents.front());
    case NodeKind::kCommand:
      join(node.children, " ");
      break;
    case NodeKind::kPipe:
      join(node.children, " | ");
      break;
    case NodeKind::kTemplate:
      return fmt::format("{{{{template {}}}}}", quote(node.text));
    default:
      return std::string(node.text);
  }
  return out;
}

Placed<std::shared_ptr<const Tree>> parse(std::string_view name, std::string_view text, const Delimiters& delimiters) {
  auto tree = std::make_shared<Tree>();
  tree->source = text;
  TRY_VOID(Parser(name, *tree, delimiters).run());
  return tree;
}

}  // namespace rotor::tmpl
