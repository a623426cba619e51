#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "template/language/lexer.hpp"
#include "template/language/node.hpp"

namespace rotor::tmpl {

// A number or character literal; the error is Go's words without a position.
Result<Number> parse_number(std::string_view text, TokenKind kind);

// The value a literal has where any type will do; kInvalid when it only fits an unsigned 64-bit integer.
Result<Value> default_value(const Number& number, std::string_view text);

}  // namespace rotor::tmpl
