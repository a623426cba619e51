#include "template/language/lexer.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "template/go/quote.hpp"
#include "template/go/unicode.hpp"

namespace rotor::tmpl {

namespace {

constexpr char32_t kEof = 0xFFFFFFFF;
constexpr std::string_view kSpaces = " \t\r\n";

bool is_blank(char c) { return kSpaces.find(c) != std::string_view::npos; }
bool is_word(char32_t r) { return r != kEof && (r == '_' || is_letter(r) || is_digit(r)); }
bool left_trim_marker(std::string_view s) { return s.size() >= 2 && s[0] == '-' && is_blank(s[1]); }
bool right_trim_marker(std::string_view s) { return s.size() >= 2 && is_blank(s[0]) && s[1] == '-'; }
std::size_t leading_blanks(std::string_view s) { return std::min(s.find_first_not_of(kSpaces), s.size()); }

struct Keyword {
  std::string_view word;
  TokenKind kind;
};
constexpr std::array<Keyword, 11> kKeywords = {{{"block", TokenKind::kBlock},
                                                {"break", TokenKind::kBreak},
                                                {"continue", TokenKind::kContinue},
                                                {"define", TokenKind::kDefine},
                                                {"else", TokenKind::kElse},
                                                {"end", TokenKind::kEnd},
                                                {"if", TokenKind::kIf},
                                                {"nil", TokenKind::kNil},
                                                {"range", TokenKind::kRange},
                                                {"template", TokenKind::kTemplate},
                                                {"with", TokenKind::kWith}}};

std::string describe_rune(char32_t r) {
  std::string out = fmt::format("U+{:04X}", static_cast<std::uint32_t>(r));
  if (is_printable(r)) {
    out += " '";
    append_rune(out, r);
    out += '\'';
  }
  return out;
}

}  // namespace

Token Lexer::emit(TokenKind kind) {
  line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                       text_.begin() + static_cast<std::ptrdiff_t>(std::max(start_, counted_)), '\n'));
  counted_ = std::max(counted_, start_);
  Token t{kind, start_, line_, text_.substr(start_, at_ - start_)};
  start_ = at_;
  return t;
}

Token Lexer::error(std::string message, std::optional<std::size_t> at) {
  error_offset_ = at;
  start_ = std::max(start_, counted_);
  message_ = std::move(message);
  stopped_ = true;
  return emit(TokenKind::kError);
}

Token Lexer::next() {
  if (stopped_) return emit(TokenKind::kEof);
  return inside_ ? lex_inside() : lex_text();
}

Token Lexer::lex_text() {
  while (true) {
    const auto found = text_.find(left_, at_);
    if (found == std::string_view::npos) {
      at_ = text_.size();
      return emit(at_ > start_ ? TokenKind::kText : TokenKind::kEof);
    }
    std::string_view before = text_.substr(start_, found - start_);
    if (left_trim_marker(text_.substr(found + left_.size()))) {
      const auto last = before.find_last_not_of(kSpaces);
      before = before.substr(0, last == std::string_view::npos ? 0 : last + 1);
    }
    if (!before.empty()) {
      at_ = start_ + before.size();
      Token t = emit(TokenKind::kText);
      start_ = at_ = found;
      return t;
    }
    start_ = at_ = found;
    const std::string_view after = text_.substr(at_ + left_.size());
    const std::size_t marker = left_trim_marker(after) ? 2 : 0;
    if (!after.substr(marker).starts_with("/*")) return lex_left();
    at_ += left_.size() + marker;
    if (Token t = lex_comment(); t.kind == TokenKind::kError) return t;
  }
}

Token Lexer::lex_left() {
  at_ += left_.size();
  Token t = emit(TokenKind::kLeftDelim);
  if (left_trim_marker(text_.substr(at_))) at_ += 2;
  start_ = at_;
  inside_ = true;
  parens_ = 0;
  return t;
}

Token Lexer::lex_comment() {
  const auto end = text_.find("*/", at_ + 2);
  if (end == std::string_view::npos) return error("unclosed comment", start_);
  at_ = end + 2;
  const Right right = at_right();
  if (!right.found) return error("comment ends before closing delimiter", start_);
  at_ += right_.size() + (right.trim ? 2 : 0);
  if (right.trim) at_ += leading_blanks(text_.substr(at_));
  start_ = at_;
  return {};
}

Lexer::Right Lexer::at_right() const {
  const std::string_view rest = text_.substr(at_);
  if (right_trim_marker(rest) && rest.substr(2).starts_with(right_)) return {true, true};
  return {rest.starts_with(right_), false};
}

Token Lexer::lex_right() {
  const bool trim = at_right().trim;
  if (trim) start_ = at_ += 2;
  at_ += right_.size();
  Token t = emit(TokenKind::kRightDelim);
  if (trim) start_ = at_ += leading_blanks(text_.substr(at_));
  inside_ = false;
  return t;
}

char32_t Lexer::peek() const { return at_ >= text_.size() ? kEof : decode_rune(text_.substr(at_)).value; }

Token Lexer::lex_inside() {
  if (at_right().found) return parens_ == 0 ? lex_right() : error("unclosed left paren", std::nullopt);
  if (at_ >= text_.size()) return error("unclosed action", std::nullopt);
  const char c = text_[at_];
  if (is_blank(c)) return lex_space();
  const Rune r = decode_rune(text_.substr(at_));
  at_ += static_cast<std::size_t>(r.width);
  switch (c) {
    case '=':
      return emit(TokenKind::kAssign);
    case ':':
      if (at_ >= text_.size() || text_[at_] != '=') return error("expected :=", start_);
      ++at_;
      return emit(TokenKind::kDeclare);
    case '|':
      return emit(TokenKind::kPipe);
    case '"':
      return lex_quoted('"', TokenKind::kString, "unterminated quoted string");
    case '`':
      return lex_raw();
    case '$':
      return lex_field_or_variable(TokenKind::kVariable);
    case '\'':
      return lex_quoted('\'', TokenKind::kCharConstant, "unterminated character constant");
    case '(':
      ++parens_;
      return emit(TokenKind::kLeftParen);
    case ')':
      if (--parens_ < 0) return error("unexpected right paren", start_);
      return emit(TokenKind::kRightParen);
    default:
      break;
  }
  const bool digit_follows = at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9';
  if (c == '.' && !digit_follows) return lex_field_or_variable(TokenKind::kField);
  if (c == '.' || c == '+' || c == '-' || (c >= '0' && c <= '9')) return lex_number();
  if (is_word(r.value)) return lex_identifier();
  if (c > 0x20 && c < 0x7F) return emit(TokenKind::kChar);
  return error("unrecognized character in action: " + describe_rune(r.value), start_);
}

Token Lexer::lex_space() {
  std::size_t end = at_;
  while (end < text_.size() && is_blank(text_[end])) ++end;
  // A space before `-}}` belongs to the delimiter.
  const std::string_view last = text_.substr(end - 1);
  if (right_trim_marker(last) && last.substr(2).starts_with(right_)) {
    --end;
    if (end == at_) return lex_right();
  }
  at_ = end;
  return emit(TokenKind::kSpace);
}

Token Lexer::lex_quoted(char mark, TokenKind kind, std::string_view unterminated) {
  while (at_ < text_.size()) {
    char c = text_[at_++];
    if (c == '\\') {
      if (at_ >= text_.size()) break;
      c = text_[at_++];
      if (c != '\n') continue;
    }
    if (c == '\n') break;
    if (c == mark) return emit(kind);
  }
  return error(std::string(unterminated), start_);
}

Token Lexer::lex_raw() {
  const auto end = text_.find('`', at_);
  if (end == std::string_view::npos) return error("unterminated raw quoted string", start_);
  at_ = end + 1;
  return emit(TokenKind::kRawString);
}

bool Lexer::at_terminator() const {
  if (at_ >= text_.size()) return true;
  const char c = text_[at_];
  return is_blank(c) || std::string_view(".,|:)(").find(c) != std::string_view::npos ||
         text_.substr(at_).starts_with(right_);
}

void Lexer::skip_runes_of_word() {
  while (is_word(peek())) at_ += static_cast<std::size_t>(decode_rune(text_.substr(at_)).width);
}

Token Lexer::lex_field_or_variable(TokenKind kind) {
  if (at_terminator()) return emit(kind == TokenKind::kVariable ? kind : TokenKind::kDot);
  skip_runes_of_word();
  if (!at_terminator()) return error("bad character " + describe_rune(peek()), at_);
  return emit(kind);
}

Token Lexer::lex_identifier() {
  skip_runes_of_word();
  if (!at_terminator()) return error("bad character " + describe_rune(peek()), at_);
  const std::string_view word = text_.substr(start_, at_ - start_);
  for (const Keyword& k : kKeywords) {
    if (k.word == word) return emit(k.kind);
  }
  return emit(word == "true" || word == "false" ? TokenKind::kBool : TokenKind::kIdentifier);
}

bool Lexer::accept(std::string_view set) {
  if (at_ >= text_.size() || set.find(text_[at_]) == std::string_view::npos) return false;
  ++at_;
  return true;
}

void Lexer::accept_run(std::string_view set) {
  while (accept(set)) {
  }
}

bool Lexer::scan_number() {
  accept("+-");
  constexpr std::string_view kDecimal = "0123456789_";
  std::string_view set = kDecimal;
  bool hex = false;
  if (accept("0")) {
    if (accept("xX")) {
      set = "0123456789abcdefABCDEF_";
      hex = true;
    } else if (accept("oO")) {
      set = "01234567_";
    } else if (accept("bB")) {
      set = "01_";
    }
  }
  accept_run(set);
  if (accept(".")) accept_run(set);
  if ((set == kDecimal && accept("eE")) || (hex && accept("pP"))) {
    accept("+-");
    accept_run(kDecimal);
  }
  accept("i");
  if (!is_word(peek())) return true;
  at_ += static_cast<std::size_t>(decode_rune(text_.substr(at_)).width);
  return false;
}

Token Lexer::lex_number() {
  at_ = start_;
  const auto bad = [this] { return error("bad number syntax: " + quote(text_.substr(start_, at_ - start_)), start_); };
  if (!scan_number()) return bad();
  if (const char32_t sign = peek(); sign != '+' && sign != '-') return emit(TokenKind::kNumber);
  if (!scan_number() || text_[at_ - 1] != 'i') return bad();
  return emit(TokenKind::kComplex);
}

}  // namespace rotor::tmpl
