#include "apiserver/schema/label_selector.hpp"

#include <algorithm>
#include <string_view>

namespace rotor::apiserver::schema {

namespace {

bool holds(const json::Value& requirement, const json::Object* labels) {
  const std::string_view operation = json::find_string(requirement, "operator");
  const json::Value* label = labels == nullptr ? nullptr : labels->if_contains(json::find_string(requirement, "key"));
  if (operation == "Exists") return label != nullptr;
  if (operation == "DoesNotExist") return label == nullptr;
  const json::Value* values = json::find(requirement, "values");
  const bool listed = label != nullptr && values != nullptr && values->is_array() &&
                      std::ranges::find(values->get_array(), *label) != values->get_array().end();
  return operation == "NotIn" ? !listed : listed;
}

}  // namespace

bool selects(const json::Object& selector, const json::Value* labels) {
  const json::Object* have = labels == nullptr ? nullptr : labels->if_object();
  if (const json::Value* pairs = selector.if_contains("matchLabels"); pairs != nullptr && pairs->is_object()) {
    for (const auto& [key, value] : pairs->get_object()) {
      const json::Value* label = have == nullptr ? nullptr : have->if_contains(std::string_view(key));
      if (label == nullptr || *label != value) return false;
    }
  }
  const json::Value* expressions = selector.if_contains("matchExpressions");
  if (expressions == nullptr || !expressions->is_array()) return true;
  return std::ranges::all_of(expressions->get_array(), [&](const json::Value& one) { return holds(one, have); });
}

}  // namespace rotor::apiserver::schema
