#include "json/unknown_fields.hpp"

#include <fmt/format.h>

#include "json/list_keys.hpp"
#include "json/reader.hpp"

namespace rotor::json {
namespace {

void add_names(const Type& type, std::vector<std::string>& out) {
  for (const Field& field : type.fields) {
    if (field.name.empty()) {
      add_names(field.type(), out);
    } else {
      out.emplace_back(field.name);
    }
  }
}

class Search {
 public:
  explicit Search(std::string_view document) : reader_(document) {}

  std::vector<UnknownField> run(const Type& type) {
    value(type, "");
    return std::move(found_);
  }

 private:
  void value(const Type& type, const std::string& path) {
    const Kind kind = reader_.peek();
    if (type.shape == Shape::kOptional || type.shape == Shape::kBox) {
      value(type.element(), path);
    } else if (type.shape == Shape::kStruct && kind == Kind::kObject && !type.preserve_unknown) {
      members(type, path);
    } else if (type.shape == Shape::kMap && kind == Kind::kObject) {
      reader_.begin_object();
      std::string key;
      while (reader_.next_member(key)) value(type.element(), fmt::format("{}[{}]", path, key));
    } else if (type.shape == Shape::kList && kind == Kind::kArray) {
      reader_.begin_array();
      for (std::size_t i = 0; reader_.next_element(); ++i) value(type.element(), fmt::format("{}[{}]", path, i));
    } else {
      reader_.read_raw();
    }
  }

  void members(const Type& type, const std::string& path) {
    reader_.begin_object();
    std::string key;
    while (reader_.next_member(key)) {
      const std::string at = path.empty() ? key : path + "." + key;
      if (const Field* field = find_field(type, key)) {
        value(field->type(), at);
        continue;
      }
      UnknownField unknown{at, key, {}};
      add_names(type, unknown.known);
      found_.push_back(std::move(unknown));
      reader_.read_raw();
    }
  }

  Reader reader_;
  std::vector<UnknownField> found_;
};

}  // namespace

std::vector<UnknownField> unknown_fields(std::string_view document, const Type& type) {
  return Search(document).run(type);
}

}  // namespace rotor::json
