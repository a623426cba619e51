#include "base/encoding.hpp"
#include "json/describe.hpp"

namespace rotor::json {
namespace {

template <class T>
const T& as(const void* object) {
  return *static_cast<const T*>(object);
}

const void* member_of(const Field& field, const void* object) { return field.access(const_cast<void*>(object)); }

// Would Go's omitempty leave it out? A struct counts as empty when all of its fields are.
bool is_empty(const Type& type, const void* object) {
  switch (type.shape) {
    case Shape::kString:
      return as<std::string>(object).empty();
    case Shape::kBool:
      return !as<bool>(object);
    case Shape::kInt32:
      return as<std::int32_t>(object) == 0;
    case Shape::kInt64:
      return as<std::int64_t>(object) == 0;
    case Shape::kDouble:
      return as<double>(object) == 0;
    case Shape::kSecretBytes:
      return as<SecretBytes>(object).empty();
    case Shape::kSecretText:
      return as<SecretText>(object).value.empty();
    case Shape::kRaw:
      return as<Raw>(object).text.empty() || as<Raw>(object).text == "null";
    case Shape::kOptional:
      return type.get(object) == nullptr;
    case Shape::kBox:
      return is_empty(type.element(), type.get(object));
    case Shape::kList:
    case Shape::kMap:
      return type.size(object) == 0;
    case Shape::kStruct:
      break;
  }
  for (const Field& field : type.fields) {
    if (!is_empty(field.type(), member_of(field, object))) return false;
  }
  return true;
}

void write_members(Writer& writer, const Type& type, const void* object) {
  for (const Field& field : type.fields) {
    const void* member = member_of(field, object);
    const Type& member_type = field.type();
    if (field.name.empty()) {
      write_members(writer, member_type, member);
    } else if (field.rules.required || field.rules.keep_empty || !is_empty(member_type, member)) {
      writer.key(field.name);
      write(writer, member_type, member);
    }
  }
}

void write_map(Writer& writer, const Type& type, const void* object) {
  struct Context {
    Writer& writer;
    const Type& element;
  } context{writer, type.element()};
  writer.begin_object();
  type.each(object, &context, [](void* ctx, const std::string& key, const void* value) {
    auto& c = *static_cast<Context*>(ctx);
    c.writer.key(key);
    write(c.writer, c.element, value);
  });
  writer.end_object();
}

void write_secret_bytes(Writer& writer, const SecretBytes& bytes) {
  const SecretBytes text = base64_encode_secret(bytes.reveal());
  writer.string(text.reveal());
}

}  // namespace

void write(Writer& writer, const Type& type, const void* object) {
  switch (type.shape) {
    case Shape::kString:
      return writer.string(as<std::string>(object));
    case Shape::kBool:
      return writer.boolean(as<bool>(object));
    case Shape::kInt32:
      return writer.integer(as<std::int32_t>(object));
    case Shape::kInt64:
      return writer.integer(as<std::int64_t>(object));
    case Shape::kDouble:
      return writer.number(as<double>(object));
    case Shape::kSecretBytes:
      return write_secret_bytes(writer, as<SecretBytes>(object));
    case Shape::kSecretText:
      return writer.string(as<SecretText>(object).value.reveal());
    case Shape::kRaw:
      return writer.raw(as<Raw>(object).text.empty() ? "null" : std::string_view(as<Raw>(object).text));
    case Shape::kMap:
      return write_map(writer, type, object);
    case Shape::kOptional:
    case Shape::kBox: {
      const void* value = type.get(object);
      return value == nullptr ? writer.null() : write(writer, type.element(), value);
    }
    case Shape::kList:
      writer.begin_array();
      for (std::size_t i = 0; i < type.size(object); ++i) write(writer, type.element(), type.at(object, i));
      return writer.end_array();
    case Shape::kStruct:
      writer.begin_object();
      write_members(writer, type, object);
      return writer.end_object();
  }
}

}  // namespace rotor::json
