// Template values from and to JSON text, as Go's encoding/json does it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "template/go/value.hpp"

namespace rotor::tmpl {

struct JsonStyle {
  bool html = true;     // escape < > &
  bool indent = false;  // two spaces
};

// kInvalid for NaN, infinities, complex numbers, certificates' secrets aside; and for values nested too deeply or too
// large.
Result<std::string> write_json(const Value& value, JsonStyle style = {});

// All numbers are float64. `lenient`: a number out of range becomes nil instead of an error.
Result<Value> read_json(std::string_view text, bool lenient = false, std::size_t* values = nullptr);

// The same, but integers that fit stay int64 (or uint64).
Result<Value> read_json_keeping_integers(std::string_view text);

// A JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text, bool html);
// The number form of encoding/json; `v` is finite.
std::string json_float(double v);

}  // namespace rotor::tmpl
