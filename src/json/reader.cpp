#include "json/reader.hpp"

#include <array>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "json/plain_run.hpp"

namespace rotor::json {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four hexadecimal digits at `at`, or -1.
int hex4(std::string_view text, std::size_t at) {
  if (text.size() < at + 4) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool is_high_surrogate(int v) { return v >= 0xD800 && v <= 0xDBFF; }
bool is_low_surrogate(int v) { return v >= 0xDC00 && v <= 0xDFFF; }

char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

Position position(std::string_view text, std::size_t at) {
  Position p;
  for (const char c : text.substr(0, at)) {
    if (c == '\n') {
      ++p.line;
      p.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++p.column;
    }
  }
  return p;
}

// Takes what is decoded and keeps nothing: for skipping.
struct Discard {
  void append(std::string_view) {}
};

}  // namespace

std::string_view to_string(Kind kind) {
  static constexpr std::array<std::string_view, 7> kNames = {"null",     "a boolean", "a number", "a string",
                                                             "an array", "an object", "the end"};
  return kNames[static_cast<std::size_t>(kind)];
}

Reader::Reader(std::string_view text, int max_depth) : text_(text), max_depth_(max_depth) {}

void Reader::fail(std::string message) {
  if (!error_) error_ = Error{Code::kInvalid, std::move(message)};
}

void Reader::syntax(std::string_view what) {
  if (error_) return;
  const Position p = position(text_, at_);
  fail(fmt::format("invalid JSON at line {}, column {}: {}", p.line, p.column, what));
}

void Reader::skip_space() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

Kind Reader::peek() {
  if (error_) return Kind::kEnd;
  skip_space();
  if (at_ == text_.size()) return Kind::kEnd;
  switch (text_[at_]) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 't':
    case 'f':
      return Kind::kBool;
    case 'n':
      return Kind::kNull;
    default:
      break;
  }
  if (text_[at_] == '-' || is_digit(text_[at_])) return Kind::kNumber;
  syntax("expected a value");
  return Kind::kEnd;
}

bool Reader::expect(Kind kind) {
  const Kind found = peek();
  if (found == kind) return true;
  if (error_) return false;
  if (found == Kind::kEnd) {
    syntax("unexpected end of input");
  } else {
    const Position p = position(text_, at_);
    fail(fmt::format("expected {}, found {} at line {}, column {}", to_string(kind), to_string(found), p.line,
                     p.column));
  }
  return false;
}

void Reader::literal(std::string_view word) {
  if (text_.substr(at_, word.size()) == word) {
    at_ += word.size();
  } else {
    syntax("expected true, false or null");
  }
}

void Reader::read_null() {
  if (expect(Kind::kNull)) literal("null");
}

bool Reader::read_bool() {
  if (!expect(Kind::kBool)) return false;
  const bool value = text_[at_] == 't';
  literal(value ? "true" : "false");
  return value && !error_;
}

std::string_view Reader::read_number() {
  if (!expect(Kind::kNumber)) return {};
  return scan_number();
}

std::string_view Reader::scan_number() {
  const std::size_t start = at_;
  const auto digits = [&] {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > from;
  };
  const auto at = [&](char c) { return at_ < text_.size() && text_[at_] == c; };
  if (at('-')) ++at_;
  if (at('0')) {
    ++at_;
    if (at_ < text_.size() && is_digit(text_[at_])) return syntax("a number must not start with 0"), std::string_view{};
  } else if (!digits()) {
    return syntax("expected a digit"), std::string_view{};
  }
  if (at('.')) {
    ++at_;
    if (!digits()) return syntax("expected a digit after the decimal point"), std::string_view{};
  }
  if (at('e') || at('E')) {
    ++at_;
    if (at('+') || at('-')) ++at_;
    if (!digits()) return syntax("expected a digit in the exponent"), std::string_view{};
  }
  return text_.substr(start, at_ - start);
}

template <class Out>
void Reader::decode_string(Out& out) {
  ++at_;  // the opening quote
  for (;;) {
    const std::size_t run = plain_run<Plain::kInJson>(text_.substr(at_));
    out.append(text_.substr(at_, run));
    at_ += run;
    if (at_ == text_.size()) return syntax("unexpected end of input in a string");
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return;
    }
    if (c == '\\') {
      if (!decode_escape(out)) return;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return syntax("control character in a string");
    } else {
      const Rune rune = decode_rune(text_.substr(at_));
      append_rune(out, rune.value);
      at_ += rune.size;
    }
  }
}

template <class Out>
bool Reader::decode_escape(Out& out) {
  if (at_ + 1 >= text_.size()) return at_ = text_.size(), syntax("unexpected end of input in a string"), false;
  const char kind = text_[at_ + 1];
  if (kind != 'u') {
    const char plain = simple_escape(kind);
    if (plain == 0) return syntax("invalid escape in a string"), false;
    out.append(std::string_view(&plain, 1));
    at_ += 2;
    return true;
  }
  const int value = hex4(text_, at_ + 2);
  if (value < 0) return syntax("\\u must be followed by four hexadecimal digits"), false;
  at_ += 6;
  if (is_high_surrogate(value) && text_.substr(at_, 2) == "\\u") {
    if (const int low = hex4(text_, at_ + 2); is_low_surrogate(low)) {
      at_ += 6;
      append_rune(out, static_cast<char32_t>(0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00)));
      return true;
    }
  }
  append_rune(out, static_cast<char32_t>(value));
  return true;
}

std::string Reader::read_string() {
  std::string out;
  if (expect(Kind::kString)) decode_string(out);
  if (error_) out.clear();
  return out;
}

SecretBytes Reader::read_secret() {
  SecretBytes out;
  if (!expect(Kind::kString)) return out;
  const std::size_t close = text_.find('"', at_ + 1);
  if (close != std::string_view::npos) out.reserve(close - at_);
  decode_string(out);
  if (error_) out.clear();
  return out;
}

std::string_view Reader::read_raw() {
  if (peek() == Kind::kEnd) {
    if (!error_) syntax("unexpected end of input");
    return {};
  }
  const std::size_t start = at_;
  skip_value();
  return error_ ? std::string_view{} : text_.substr(start, at_ - start);
}

void Reader::skip_string() {
  const std::size_t end = at_ + 1 + plain_run<Plain::kInJson>(text_.substr(at_ + 1));
  if (end < text_.size() && text_[end] == '"') {
    at_ = end + 1;
    return;
  }
  Discard nowhere;
  decode_string(nowhere);
}

// Without recursion: the depth of what is skipped costs no stack.
void Reader::skip_value() {
  const std::size_t base = levels_.size();
  for (;;) {
    switch (peek()) {
      case Kind::kNull:
        literal("null");
        break;
      case Kind::kBool:
        literal(text_[at_] == 't' ? "true" : "false");
        break;
      case Kind::kNumber:
        scan_number();
        break;
      case Kind::kString:
        skip_string();
        break;
      case Kind::kObject:
        begin_object();
        break;
      case Kind::kArray:
        begin_array();
        break;
      case Kind::kEnd:
        if (!error_) syntax("unexpected end of input");
        break;
    }
    // Close what is complete, up to the next item or the value itself.
    for (;;) {
      if (error_ || levels_.size() == base) return;
      if (levels_.back().object ? skip_member_name() : next_element()) break;
    }
  }
}

bool Reader::skip_member_name() {
  if (!next_item('}')) return false;
  if (peek() != Kind::kString) return syntax("expected a member name in quotes"), false;
  skip_string();
  return colon();
}

bool Reader::colon() {
  if (error_) return false;
  skip_space();
  if (at_ == text_.size() || text_[at_] != ':') return syntax("expected ':' after a member name"), false;
  ++at_;
  return true;
}

bool Reader::open(char bracket) {
  const bool object = bracket == '{';
  if (!expect(object ? Kind::kObject : Kind::kArray)) return false;
  if (static_cast<int>(levels_.size()) >= max_depth_) {
    syntax(fmt::format("nested deeper than {} levels", max_depth_));
    return false;
  }
  ++at_;
  levels_.push_back({object, true});
  return true;
}

void Reader::begin_object() { open('{'); }
void Reader::begin_array() { open('['); }

bool Reader::next_item(char close) {
  if (error_ || levels_.empty()) return false;
  skip_space();
  if (at_ == text_.size()) return syntax("unexpected end of input"), false;
  if (text_[at_] == close) {
    ++at_;
    levels_.pop_back();
    return false;
  }
  Level& level = levels_.back();
  if (!level.first) {
    if (text_[at_] != ',') return syntax(close == '}' ? "expected ',' or '}'" : "expected ',' or ']'"), false;
    ++at_;
    skip_space();
  }
  level.first = false;
  return true;
}

bool Reader::next_member(std::string& key) {
  key.clear();
  if (!next_item('}')) return false;
  if (peek() != Kind::kString) return syntax("expected a member name in quotes"), false;
  decode_string(key);
  return colon();
}

bool Reader::next_element() { return next_item(']'); }

Result<void> Reader::finish() {
  if (!error_) {
    skip_space();
    if (at_ != text_.size()) syntax("more text after the document");
  }
  if (error_) return std::unexpected(*error_);
  return {};
}

Result<void> validate(std::string_view text, int max_depth) {
  Reader reader(text, max_depth);
  reader.read_raw();
  return reader.finish();
}

}  // namespace rotor::json
