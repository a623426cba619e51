// A JSON object that is changed in a few places and is otherwise kept as it was written, numbers included.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rotor::openclaw {

class JsonMembers {
 public:
  // Nothing when the text is no JSON object.
  static std::optional<JsonMembers> of(std::string_view text);

  const std::string* find(std::string_view name) const;  // JSON text; null when there is no such member
  bool says(std::string_view name, std::string_view word) const;
  bool empty() const { return members_.empty(); }
  // Replaces.
  void set(std::string_view name, std::string json) { members_.insert_or_assign(std::string(name), std::move(json)); }
  // Unless the member is there, be it null.
  void set_default(std::string_view name, std::string json) { members_.emplace(name, std::move(json)); }

  // Changes the object under `name`; what is not there, or null, counts as an empty one. Anything else is left alone.
  template <class Edit>
  void within(std::string_view name, Edit edit) {
    const std::string* text = find(name);
    std::optional<JsonMembers> inner = text == nullptr || *text == "null" ? JsonMembers() : of(*text);
    if (!inner) return;
    edit(*inner);
    if (!inner->empty()) set(name, inner->text());
  }

  std::string text() const;

 private:
  std::map<std::string, std::string, std::less<>> members_;
};

// The texts in a JSON array of strings and other things; nothing when it is no array.
std::optional<std::vector<std::string>> json_items(std::string_view text);

}  // namespace rotor::openclaw
