// Which part of an item a property means.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "providers/client.hpp"
#include "providers/onepassword/documents.hpp"

namespace rotor::providers::onepassword {

struct Part {
  enum class Kind : std::uint8_t { kField, kFile } kind;
  std::string name;  // a field's label or a file's name; empty: the usual one, or all of them
};

// `field/LABEL`, `file/NAME`; without such a beginning a file of a document, else a field.
Part part_of(const Item& item, std::string_view property);

// The value of the one field of that label, `password` when empty. Labels are looked for across all sections.
Result<SecretBytes> field_value(const Item& item, std::string_view label);

// Label → value: all fields, or those of that label.
Result<SecretMap> field_values(const Item& item, std::string_view label);

// The first file of that name, or the first of all; `property` is what the manifest says.
Result<std::size_t> file_at(const Item& item, std::string_view name, std::string_view property);

// Does an item carry all of these tags? Only the names of `tags` count.
bool has_tags(const Summary& item, const kube::StringMap& tags);

// kInvalid when that label is not on exactly one field.
Result<void> check_unique(const Item& item, std::string_view label);

}  // namespace rotor::providers::onepassword
