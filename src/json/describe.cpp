#include "json/describe.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/encoding.hpp"

namespace rotor::json {
namespace {

template <Shape kShape>
const Type& scalar() {
  static const Type type = {.shape = kShape};
  return type;
}

// Where in the object the reader stands, for messages: `spec.data[0].remoteRef.key`.
class Path {
 public:
  std::size_t enter_member(std::string_view name) {
    const std::size_t mark = text_.size();
    if (!text_.empty()) text_ += '.';
    text_ += name;
    return mark;
  }
  std::size_t enter_item(std::size_t index) {
    const std::size_t mark = text_.size();
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), index).ptr;
    text_.append(1, '[').append(digits.data(), end).append(1, ']');
    return mark;
  }
  std::size_t enter_key(std::string_view key) {
    const std::size_t mark = text_.size();
    text_ += '[';
    text_ += quote(key);
    text_ += ']';
    return mark;
  }
  void leave(std::size_t mark) { text_.resize(mark); }
  std::string message(std::string_view what) const {
    return text_.empty() ? std::string(what) : text_ + ": " + std::string(what);
  }

 private:
  std::string text_;
};

class ObjectReader {
 public:
  explicit ObjectReader(Reader& reader) : reader_(reader) {}

  void value(const Type& type, void* object) {
    if (type.shape != Shape::kRaw && reader_.peek() == Kind::kNull) {
      reader_.read_null();
      if (type.clear != nullptr) type.clear(object);
      return;
    }
    switch (type.shape) {
      case Shape::kString:
        if (expect(Kind::kString)) *static_cast<std::string*>(object) = reader_.read_string();
        break;
      case Shape::kBool:
        if (expect(Kind::kBool)) *static_cast<bool*>(object) = reader_.read_bool();
        break;
      case Shape::kInt32:
        integer(static_cast<std::int32_t*>(object));
        break;
      case Shape::kInt64:
        integer(static_cast<std::int64_t*>(object));
        break;
      case Shape::kDouble:
        number(static_cast<double*>(object));
        break;
      case Shape::kSecretBytes:
        secret_bytes(static_cast<SecretBytes*>(object));
        break;
      case Shape::kSecretText:
        if (expect(Kind::kString)) static_cast<SecretText*>(object)->value = reader_.read_secret();
        break;
      case Shape::kRaw:
        static_cast<Raw*>(object)->text = reader_.read_raw();
        break;
      case Shape::kStruct:
        members(type, object);
        break;
      case Shape::kOptional:
      case Shape::kBox:
        value(type.element(), type.emplace(object));
        break;
      case Shape::kList:
        list(type, object);
        break;
      case Shape::kMap:
        map(type, object);
        break;
    }
  }

 private:
  bool expect(Kind kind) {
    const Kind found = reader_.peek();
    if (found == kind) return true;
    if (found == Kind::kEnd) {
      reader_.read_raw();  // records what is wrong with the text
    } else {
      fail(fmt::format("expected {}, found {}", to_string(kind), to_string(found)));
    }
    return false;
  }

  void fail(std::string_view what) { reader_.fail(path_.message(what)); }

  template <class Int>
  void integer(Int* out) {
    if (!expect(Kind::kNumber)) return;
    const std::string_view text = reader_.read_number();
    Int value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) {
      fail(fmt::format("the number does not fit {} bits", sizeof(Int) * 8));
    } else if (error != std::errc{} || end != text.data() + text.size()) {
      fail("expected a whole number, found one with a fraction or an exponent");
    } else {
      *out = value;
    }
  }

  void number(double* out) {
    if (!expect(Kind::kNumber)) return;
    const std::string_view text = reader_.read_number();
    double value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc::result_out_of_range) {
      return fail("the number is out of range");
    }
    *out = value;
  }

  void secret_bytes(SecretBytes* out) {
    if (!expect(Kind::kString)) return;
    const SecretBytes text = reader_.read_secret();
    auto bytes = base64_decode_secret(text.reveal());
    if (bytes) {
      *out = *std::move(bytes);
    } else {
      fail(bytes.error().message);
    }
  }

  void list(const Type& type, void* object) {
    if (!expect(Kind::kArray)) return;
    type.clear(object);
    reader_.begin_array();
    for (std::size_t i = 0; reader_.next_element(); ++i) {
      const std::size_t mark = path_.enter_item(i);
      value(type.element(), type.emplace(object));
      path_.leave(mark);
    }
  }

  void map(const Type& type, void* object) {
    if (!expect(Kind::kObject)) return;
    type.clear(object);
    reader_.begin_object();
    std::string key;
    while (reader_.next_member(key)) {
      const std::size_t mark = path_.enter_key(key);
      value(type.element(), type.emplace_key(object, std::move(key)));
      path_.leave(mark);
    }
  }

  void members(const Type& type, void* object) {
    if (!expect(Kind::kObject)) return;
    reader_.begin_object();
    std::string key;
    while (reader_.next_member(key)) {
      const std::size_t mark = path_.enter_member(key);
      if (!member(type, object, key)) reader_.read_raw();
      path_.leave(mark);
    }
  }

  bool member(const Type& type, void* object, std::string_view key) {
    for (const Field& field : type.fields) {
      if (field.name == key && !field.name.empty()) {
        value(field.type(), field.access(object));
        return true;
      }
    }
    for (const Field& field : type.fields) {
      if (field.name.empty() && member(field.type(), field.access(object), key)) return true;
    }
    return false;
  }

  Reader& reader_;
  Path path_;
};

}  // namespace

template <>
const Type& type_of<std::string>() {
  return scalar<Shape::kString>();
}
template <>
const Type& type_of<bool>() {
  return scalar<Shape::kBool>();
}
template <>
const Type& type_of<std::int32_t>() {
  return scalar<Shape::kInt32>();
}
template <>
const Type& type_of<std::int64_t>() {
  return scalar<Shape::kInt64>();
}
template <>
const Type& type_of<double>() {
  return scalar<Shape::kDouble>();
}
template <>
const Type& type_of<SecretBytes>() {
  return scalar<Shape::kSecretBytes>();
}
template <>
const Type& type_of<SecretText>() {
  return scalar<Shape::kSecretText>();
}
template <>
const Type& type_of<Raw>() {
  return scalar<Shape::kRaw>();
}

void read(Reader& reader, const Type& type, void* object) { ObjectReader(reader).value(type, object); }

Result<void> read(std::string_view text, const Type& type, void* object) {
  Reader reader(text);
  read(reader, type, object);
  return reader.finish();
}

}  // namespace rotor::json
