#include "providers/onepassword/select.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

namespace rotor::providers::onepassword {
namespace {

constexpr std::string_view kFieldPrefix = "field/";
constexpr std::string_view kFilePrefix = "file/";
constexpr std::string_view kUsualLabel = "password";

}  // namespace

Part part_of(const Item& item, std::string_view property) {
  using enum Part::Kind;
  if (property.starts_with(kFieldPrefix)) return {kField, std::string(property.substr(kFieldPrefix.size()))};
  if (property.starts_with(kFilePrefix)) return {kFile, std::string(property.substr(kFilePrefix.size()))};
  return {item.is_document() ? kFile : kField, std::string(property)};
}

Result<void> check_count(const Item& item, std::string_view label, std::ptrdiff_t count) {
  if (count == 1) return {};
  return fail(Code::kInvalid,
              fmt::format("expected one 1Password ItemField matching: '{}' in '{}', got {}", label, item.title, count));
}

Result<void> check_unique(const Item& item, std::string_view label) {
  return check_count(item, label, std::ranges::count(item.fields, label, &ItemField::label));
}

Result<SecretBytes> field_value(const Item& item, std::string_view label) {
  if (label.empty()) label = kUsualLabel;
  TRY_VOID(check_unique(item, label));
  return std::ranges::find(item.fields, label, &ItemField::label)->value.value;
}

Result<SecretMap> field_values(const Item& item, std::string_view label) {
  SecretMap values;
  std::unordered_map<std::string_view, std::ptrdiff_t> counts;
  for (const ItemField& field : item.fields) ++counts[field.label];
  for (const ItemField& field : item.fields) {
    if (!label.empty() && field.label != label) continue;
    TRY_VOID(check_count(item, field.label, counts.at(field.label)));
    values.emplace(field.label, field.value.value);
  }
  return values;
}

Result<std::size_t> file_at(const Item& item, std::string_view name, std::string_view property) {
  const auto file = name.empty() ? item.files.begin() : std::ranges::find(item.files, name, &ItemFile::name);
  if (file != item.files.end()) return static_cast<std::size_t>(file - item.files.begin());
  return fail(Code::kInvalid, fmt::format("error finding 1Password Document: '{}', '{}'", item.title, property));
}

bool has_tags(const Summary& item, const kube::StringMap& tags) {
  return std::ranges::all_of(
      tags, [&](const auto& tag) { return std::ranges::find(item.tags, tag.first) != item.tags.end(); });
}

}  // namespace rotor::providers::onepassword
