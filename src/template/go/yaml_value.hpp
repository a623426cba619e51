// YAML as Kubernetes tools read and write it: go-yaml v2 (YAML 1.1) with JSON between document and value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "template/go/value.hpp"

namespace rotor::tmpl {

// What errors may say. Documents are secret: kPublic quotes nothing of them. kExact is Go's own text, for `fromYaml`,
// whose error is a value of the template.
enum class YamlErrors : std::uint8_t { kPublic, kExact };

// The first document. Integers are kInt64 or kUint64, keys are strings; infinities and NaN are kept.
Result<Value> read_yaml(std::string_view text, YamlErrors errors = YamlErrors::kPublic, std::size_t* nodes = nullptr);

// The same through JSON, as everything but KeysAndValues reads it: kInvalid for infinities and NaN, whole floats become
// integers. `floats`: all numbers are float64.
Result<Value> read_yaml_as_json(std::string_view text, bool floats, YamlErrors errors = YamlErrors::kPublic,
                                std::size_t* nodes = nullptr);

// A flat map of strings: scalars become text (floats in 32-bit form), null is "". Lists and maps inside are refused.
Result<std::map<std::string, std::string>> read_yaml_strings(std::string_view text);

// How a plain scalar is read: kNil, kBool, a number, or kString. Timestamps are no strings to the writer.
struct YamlScalar {
  Value value;
  bool is_timestamp = false;
};
YamlScalar resolve_plain(std::string_view text);
bool reads_as_text(std::string_view text);  // and is no timestamp
bool is_yaml_timestamp(std::string_view text);

// Block style, without the final newline.
Result<std::string> write_yaml(const Value& value);

// What writing `value` as JSON, reading that as YAML and writing it again gives, in one go. Nothing when the way
// through JSON may change more than numbers, or fail: then that way has to be taken.
std::optional<std::string> write_yaml_at_once(const Value& value);

}  // namespace rotor::tmpl
