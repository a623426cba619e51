// Writes JSON text the way Go's encoding/json does: its escapes (< > & when `html`), `\ufffd` for
// invalid UTF-8, no white space. The writer puts commas and colons; the caller keeps begin and end balanced.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::json {

enum class Escape : std::uint8_t { kHtml, kPlain };  // Go's Encoder.SetEscapeHTML(true / false)

class Writer {
 public:
  explicit Writer(std::string& out, Escape escape = Escape::kPlain) : text_(&out), escape_(escape) {}
  explicit Writer(SecretBytes& out, Escape escape = Escape::kPlain) : secret_(&out), escape_(escape) {}

  void begin_object();
  void key(std::string_view name);
  void end_object();
  void begin_array();
  void end_array();

  void null();
  void boolean(bool v);
  void integer(std::int64_t v);
  void number(double v);  // shortest form that reads back the same; exponents as Go writes them
  void string(std::string_view v);
  void raw(std::string_view json);          // one value, already JSON
  void raw_members(std::string_view json);  // `"a":1,"b":2`: members of the open object, already JSON

 private:
  void separate();
  void put(std::string_view bytes);

  std::string* text_ = nullptr;
  SecretBytes* secret_ = nullptr;
  Escape escape_;
  std::vector<bool> has_items_;
  bool after_key_ = false;
};

// `"text"`, quotes included.
std::string quote(std::string_view text, Escape escape = Escape::kPlain);

// Go's shortest decimal text of a double ('g' with the exponent limits of encoding/json).
std::string format_double(double v);

// `raw` again in Go's Marshal form: no white space, object keys sorted bytewise, last duplicate kept, numbers as
// written.
Result<std::string> compact_sorted(std::string_view raw, Escape escape);
Result<SecretBytes> compact_sorted_secret(std::string_view raw,
                                          Escape escape);  // member names are not secret, values are

}  // namespace rotor::json
