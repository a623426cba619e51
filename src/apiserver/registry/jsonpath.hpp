// The JSONPath of printer columns and selectable fields: `.a.b`, `['a.b']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`.
// https://kubernetes.io/docs/reference/kubectl/jsonpath/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "json/document.hpp"

namespace rotor::apiserver {

class JsonPath {
 public:
  static Result<JsonPath> parse(std::string_view text);

  // Every value the path leads to, in document order; nothing when a part is absent.
  std::vector<const json::Value*> find(const json::Value& root) const;
  // The same for an object's members; a path that is only the root finds nothing.
  std::vector<const json::Value*> find(const json::Object& root) const;

 private:
  struct Step {
    enum class Kind : std::uint8_t { kField, kIndex, kAll, kFilter } kind = Kind::kField;
    std::string name{};        // field, or the filter's left side without "@."
    std::ptrdiff_t index = 0;  // negative counts from the end
    std::string value{};       // the filter's right side
    bool equal = true;         // == or !=
  };

  static Result<Step> parse_bracket(std::string_view inside);
  static void take(const Step& step, const json::Value& from, std::vector<const json::Value*>& out);

  std::vector<Step> steps_;
};

}  // namespace rotor::apiserver
