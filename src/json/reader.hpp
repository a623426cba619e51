// A pull reader of JSON text that loses nothing: numbers and sub-documents come as raw slices of the source,
// strings decode as Go's encoding/json decodes them (U+FFFD for invalid UTF-8 and lone surrogates).
// The text must outlive the reader. Errors are sticky: after the first one every call answers "nothing more"
// and finish() says what was wrong and where, without quoting the document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::json {

enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject, kEnd };  // kEnd: also after an error

std::string_view to_string(Kind kind);

inline constexpr int kMaxDepth = 1000;

class Reader {
 public:
  explicit Reader(std::string_view text, int max_depth = kMaxDepth);

  // The kind of the next value; consumes only white space.
  Kind peek();

  // Each consumes one value of the kind it names; another kind is an error.
  void read_null();
  bool read_bool();
  std::string_view read_number();  // the slice as written: `1.10`, `1e3`, `12345678901234567890123`
  std::string read_string();
  SecretBytes read_secret();  // a string that never passes through unwiped memory

  // Any value, checked and skipped: its slice, as written, without surrounding white space.
  std::string_view read_raw();

  // `while (reader.next_member(key)) { … consume one value … }` after begin_object(); likewise for arrays.
  // Keys come in document order; on duplicates the caller's last assignment wins, as in Go.
  void begin_object();
  bool next_member(std::string& key);
  void begin_array();
  bool next_element();

  bool failed() const { return error_.has_value(); }
  std::size_t offset() const { return at_; }

  // Marks the document as wrong for a reason the caller knows; the first error stays.
  void fail(std::string message);

  // After the last value: nothing but white space may follow. The error names line and column.
  Result<void> finish();

 private:
  struct Level {
    bool object;
    bool first;
  };

  bool expect(Kind kind);
  bool open(char bracket);
  void skip_space();
  bool next_item(char close);
  bool colon();
  void skip_value();
  void skip_string();
  bool skip_member_name();
  std::string_view scan_number();
  template <class Out>
  void decode_string(Out& out);
  template <class Out>
  bool decode_escape(Out& out);
  void literal(std::string_view word);
  void syntax(std::string_view what);

  std::string_view text_;
  std::size_t at_ = 0;
  int max_depth_;
  std::vector<Level> levels_;
  std::optional<Error> error_;
};

// Is `text` exactly one JSON document?
Result<void> validate(std::string_view text, int max_depth = kMaxDepth);

}  // namespace rotor::json
