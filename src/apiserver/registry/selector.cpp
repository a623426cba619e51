#include "apiserver/registry/selector.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "apiserver/registry/meta.hpp"
#include "apiserver/registry/names.hpp"

namespace rotor::apiserver {

namespace {

using Op = LabelSelector::Op;
using Requirement = LabelSelector::Requirement;

// Words and the symbols = == != ! ( ) , < > of a label selector.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) { advance(); }

  const std::string& token() const { return token_; }
  bool at_end() const { return token_.empty(); }
  bool is_symbol() const { return symbol_; }

  void advance() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    token_.clear();
    symbol_ = false;
    if (at_ == text_.size()) return;
    if (is_special(text_[at_])) {
      read_symbol();
      return;
    }
    while (at_ < text_.size() && !is_special(text_[at_]) && !is_space(text_[at_])) token_ += text_[at_++];
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  static bool is_special(char c) { return std::string_view("=!(),<>").find(c) != std::string_view::npos; }

  void read_symbol() {
    symbol_ = true;
    token_ = text_[at_++];
    if ((token_ == "=" || token_ == "!") && at_ < text_.size() && text_[at_] == '=') token_ += text_[at_++];
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string token_;
  bool symbol_ = false;
};

class LabelParser {
 public:
  explicit LabelParser(std::string_view text) : lexer_(text) {}

  Answer<std::vector<Requirement>> parse() {
    std::vector<Requirement> out;
    if (lexer_.at_end()) return out;
    while (true) {
      auto one = requirement();
      if (!one) return std::unexpected(std::move(one).error());
      out.push_back(*std::move(one));
      if (lexer_.at_end()) return out;
      if (lexer_.token() != ",")
        return wrong(fmt::format("found '{}', expected: ',' or 'end of string'", lexer_.token()));
      lexer_.advance();
      if (lexer_.at_end()) return wrong(fmt::format("found '{}', expected: identifier after ','", lexer_.token()));
    }
  }

 private:
  static std::unexpected<Failure> wrong(const std::string& why) {
    return refuse(bad_request("unable to parse requirement: " + why));
  }

  Answer<Requirement> requirement() {
    Requirement out{.key = {}, .op = Op::kExists, .values = {}};
    if (lexer_.token() == "!") {
      out.op = Op::kDoesNotExist;
      lexer_.advance();
    }
    if (lexer_.is_symbol() || lexer_.at_end())
      return wrong(fmt::format("found '{}', expected: identifier", lexer_.token()));
    out.key = lexer_.token();
    if (const auto why = check_qualified_name(out.key); !why.empty()) {
      return wrong(fmt::format("<nil>: Invalid value: \"{}\": {}", out.key, why));
    }
    lexer_.advance();
    if (out.op == Op::kDoesNotExist || lexer_.at_end() || lexer_.token() == ",") return out;
    return operation(std::move(out));
  }

  Answer<Requirement> operation(Requirement out) {
    const std::string word = lexer_.token();
    if (word == "in" || word == "notin") {
      out.op = word == "in" ? Op::kIn : Op::kNotIn;
      lexer_.advance();
      return value_set(std::move(out));
    }
    if (word == "=" || word == "==") {
      out.op = Op::kIn;
    } else if (word == "!=") {
      out.op = Op::kNotIn;
    } else if (word == ">" || word == "gt") {
      out.op = Op::kGreater;
    } else if (word == "<" || word == "lt") {
      out.op = Op::kLess;
    } else {
      return wrong(fmt::format("found '{}', expected: in, notin, =, ==, !=, gt, lt", word));
    }
    lexer_.advance();
    std::string value;
    if (!lexer_.at_end() && lexer_.token() != ",") {
      if (lexer_.is_symbol()) return wrong(fmt::format("found '{}', expected: identifier", lexer_.token()));
      value = lexer_.token();
      lexer_.advance();
    }
    return with_value(std::move(out), std::move(value));
  }

  static Answer<Requirement> with_value(Requirement out, std::string value) {
    if (out.op == Op::kGreater || out.op == Op::kLess) {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (error != std::errc() || end != value.data() + value.size()) {
        return wrong(
            fmt::format("values[0][{}]: Invalid value: \"{}\": for 'Gt', 'Lt' operators, the value must be an integer",
                        out.key, value));
      }
    }
    if (const auto why = check_label_value(value); !why.empty()) {
      return wrong(fmt::format("values[0][{}]: Invalid value: \"{}\": {}", out.key, value, why));
    }
    out.values.push_back(std::move(value));
    return out;
  }

  Answer<Requirement> value_set(Requirement out) {
    if (lexer_.token() != "(") return wrong(fmt::format("found '{}' expected: '('", lexer_.token()));
    lexer_.advance();
    while (true) {
      std::string value;
      if (!lexer_.is_symbol() && !lexer_.at_end()) {
        value = lexer_.token();
        lexer_.advance();
      }
      if (const auto why = check_label_value(value); !why.empty()) {
        return wrong(fmt::format("values[{}][{}]: Invalid value: \"{}\": {}", out.values.size(), out.key, value, why));
      }
      out.values.push_back(std::move(value));
      if (lexer_.token() == ")") break;
      if (lexer_.token() != ",") return wrong(fmt::format("found '{}', expected: ',' or ')'", lexer_.token()));
      lexer_.advance();
    }
    lexer_.advance();
    return out;
  }

  Lexer lexer_;
};

bool compares(Op op, std::string_view actual, std::string_view wanted) {
  std::int64_t a = 0;
  std::int64_t b = 0;
  const auto left = std::from_chars(actual.data(), actual.data() + actual.size(), a);
  if (left.ec != std::errc() || left.ptr != actual.data() + actual.size()) return false;
  std::from_chars(wanted.data(), wanted.data() + wanted.size(), b);
  return op == Op::kGreater ? a > b : a < b;
}

bool satisfied(const Requirement& want, const json::Object* labels) {
  const bool present = labels != nullptr && labels->contains(want.key);
  const std::string_view actual = present ? text(*labels, want.key) : std::string_view();
  switch (want.op) {
    case Op::kExists:
      return present;
    case Op::kDoesNotExist:
      return !present;
    case Op::kIn:
      return present && std::ranges::find(want.values, actual) != want.values.end();
    case Op::kNotIn:
      return !present || std::ranges::find(want.values, actual) == want.values.end();
    case Op::kGreater:
    case Op::kLess:
      return present && compares(want.op, actual, want.values.front());
  }
  return false;
}

// The text a field selector compares with: strings as they are, other scalars as JSON, absent as "".
std::string field_text(const json::Object& object, std::string_view path) {
  const json::Object* at = &object;
  while (true) {
    const auto dot = path.find('.');
    const json::Value* value = at->if_contains(path.substr(0, dot));
    if (value == nullptr || value->is_null()) return {};
    if (dot == std::string_view::npos) {
      if (value->is_string()) return std::string(value->get_string());
      return value->is_structured() ? std::string() : json::serialize(*value);
    }
    if (!value->is_object()) return {};
    at = &value->get_object();
    path.remove_prefix(dot + 1);
  }
}

// Terms are split at commas that no backslash precedes.
std::vector<std::string_view> split_terms(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ',') {
      out.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  out.push_back(text.substr(start));
  return out;
}

std::optional<FieldSelector::Term> parse_term(std::string_view term) {
  for (std::size_t i = 0; i < term.size(); ++i) {
    const std::string_view rest = term.substr(i);
    for (const std::string_view op : {"!=", "==", "="}) {
      if (!rest.starts_with(op)) continue;
      FieldSelector::Term out{std::string(term.substr(0, i)), {}, op != "!="};
      const std::string_view value = rest.substr(op.size());
      for (std::size_t j = 0; j < value.size(); ++j) {
        if (value[j] == '\\' && j + 1 < value.size()) ++j;
        out.value += value[j];
      }
      return out;
    }
  }
  return std::nullopt;
}

}  // namespace

Answer<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector out;
  TRY(out.requirements_, LabelParser(text).parse());
  return out;
}

bool LabelSelector::matches(const json::Object& object) const {
  if (requirements_.empty()) return true;
  const json::Object* labels = child(metadata_of(object), "labels");
  return std::ranges::all_of(requirements_, [&](const Requirement& want) { return satisfied(want, labels); });
}

Answer<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector out;
  if (text.empty()) return out;
  for (const std::string_view term : split_terms(text)) {
    if (term.empty()) continue;
    auto parsed = parse_term(term);
    if (!parsed) return refuse(bad_request(fmt::format("invalid selector: '{}'; can't understand '{}'", text, term)));
    out.terms_.push_back(*std::move(parsed));
  }
  return out;
}

Answer<void> FieldSelector::check(const std::vector<std::string>& supported, bool namespaced) const {
  for (const Term& term : terms_) {
    if (term.path == "metadata.name" || (namespaced && term.path == "metadata.namespace")) continue;
    if (std::ranges::find(supported, term.path) == supported.end()) {
      return refuse(bad_request("field label not supported: " + term.path));
    }
  }
  return {};
}

bool FieldSelector::matches(const json::Object& object) const {
  return std::ranges::all_of(
      terms_, [&](const Term& term) { return (field_text(object, term.path) == term.value) == term.equal; });
}

std::string_view FieldSelector::exact_name() const {
  for (const Term& term : terms_) {
    if (term.equal && term.path == "metadata.name") return term.value;
  }
  return {};
}

}  // namespace rotor::apiserver
