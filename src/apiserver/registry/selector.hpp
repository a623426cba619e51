// Label and field selectors as they come in a query string.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
// https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apiserver/registry/status.hpp"
#include "json/document.hpp"

namespace rotor::apiserver {

class LabelSelector {
 public:
  // BadRequest with the server's words; the empty text matches everything.
  static Answer<LabelSelector> parse(std::string_view text);

  bool matches(const json::Object& object) const;
  bool empty() const { return requirements_.empty(); }

  enum class Op : std::uint8_t { kIn, kNotIn, kExists, kDoesNotExist, kGreater, kLess };
  struct Requirement {
    std::string key;
    Op op;
    std::vector<std::string> values;
  };

 private:
  std::vector<Requirement> requirements_;
};

class FieldSelector {
 public:
  struct Term {
    std::string path;  // "metadata.name"
    std::string value;
    bool equal = true;
  };

  static Answer<FieldSelector> parse(std::string_view text);

  // `supported`: paths the kind offers besides metadata.name and metadata.namespace.
  Answer<void> check(const std::vector<std::string>& supported, bool namespaced) const;
  bool matches(const json::Object& object) const;
  bool empty() const { return terms_.empty(); }
  // The value of an equality on metadata.name, "" without one.
  std::string_view exact_name() const;

 private:
  std::vector<Term> terms_;
};

}  // namespace rotor::apiserver
