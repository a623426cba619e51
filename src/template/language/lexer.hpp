// The tokens of a Go template. https://pkg.go.dev/text/template
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rotor::tmpl {

enum class TokenKind : std::uint8_t {
  kError,
  kEof,
  kText,
  kLeftDelim,
  kRightDelim,
  kSpace,
  kAssign,
  kDeclare,
  kPipe,
  kChar,
  kCharConstant,
  kComplex,
  kNumber,
  kString,
  kRawString,
  kBool,
  kDot,
  kField,
  kIdentifier,
  kVariable,
  kLeftParen,
  kRightParen,
  kBlock,
  kBreak,
  kContinue,
  kDefine,
  kElse,
  kEnd,
  kIf,
  kNil,
  kRange,
  kTemplate,
  kWith,
};

struct Token {
  TokenKind kind = TokenKind::kEof;
  std::size_t offset = 0;
  int line = 1;
  std::string_view text;  // a part of the template
  bool is_keyword() const { return kind >= TokenKind::kBlock; }
};

class Lexer {
 public:
  Lexer(std::string_view text, std::string_view left, std::string_view right)
      : text_(text), left_(left), right_(right) {}

  Token next();
  // Of the token kError, which is the last: what is wrong, and where; nullopt: the action as a whole.
  const std::string& message() const { return message_; }
  std::optional<std::size_t> error_offset() const { return error_offset_; }

 private:
  Token lex_text();
  Token lex_left();
  Token lex_comment();
  Token lex_right();
  Token lex_inside();
  Token lex_space();
  Token lex_quoted(char mark, TokenKind kind, std::string_view unterminated);
  Token lex_raw();
  Token lex_field_or_variable(TokenKind kind);
  Token lex_identifier();
  Token lex_number();
  Token emit(TokenKind kind);
  Token error(std::string message, std::optional<std::size_t> at);
  struct Right {
    bool found, trim;
  };
  Right at_right() const;
  bool at_terminator() const;
  bool scan_number();
  bool accept(std::string_view set);
  void accept_run(std::string_view set);
  char32_t peek() const;
  void skip_runes_of_word();

  std::string_view text_, left_, right_;
  std::size_t start_ = 0, at_ = 0, counted_ = 0;
  int line_ = 1, parens_ = 0;
  bool inside_ = false;
  bool stopped_ = false;
  std::string message_;
  std::optional<std::size_t> error_offset_;
};

}  // namespace rotor::tmpl
