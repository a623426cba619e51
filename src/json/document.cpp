#include "json/document.hpp"

#include <charconv>
#include <cmath>

#include "json/reader.hpp"
#include "json/writer.hpp"

namespace rotor::json {
namespace {

constexpr int kMaxDocumentDepth = 100;

Value build(Reader& reader);

Value build_number(Reader& reader) {
  const std::string_view text = reader.read_number();
  const char* end = text.data() + text.size();
  if (text.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t whole = 0;
    if (std::from_chars(text.data(), end, whole).ec == std::errc{}) return whole;
    std::uint64_t large = 0;
    if (std::from_chars(text.data(), end, large).ec == std::errc{}) return large;
  }
  double value = 0;
  if (std::from_chars(text.data(), end, value).ec == std::errc::result_out_of_range && !reader.failed()) {
    reader.fail("a number is out of range");
  }
  return value;
}

Value build_object(Reader& reader) {
  Object object;
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) object.insert_or_assign(key, build(reader));
  return object;
}

Value build_array(Reader& reader) {
  Array array;
  reader.begin_array();
  while (reader.next_element()) array.push_back(build(reader));
  return array;
}

Value build(Reader& reader) {
  switch (reader.peek()) {
    case Kind::kNull:
      reader.read_null();
      return nullptr;
    case Kind::kBool:
      return reader.read_bool();
    case Kind::kNumber:
      return build_number(reader);
    case Kind::kString:
      return Value(boost::json::string(reader.read_string()));
    case Kind::kArray:
      return build_array(reader);
    case Kind::kObject:
      return build_object(reader);
    case Kind::kEnd:
      reader.read_raw();
      break;  // records what is wrong
  }
  return nullptr;
}

void write_value(Writer& writer, const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return writer.null();
    case boost::json::kind::bool_:
      return writer.boolean(value.get_bool());
    case boost::json::kind::int64:
      return writer.integer(value.get_int64());
    case boost::json::kind::uint64:
      return writer.raw(std::to_string(value.get_uint64()));
    case boost::json::kind::double_:
      return writer.number(value.get_double());
    case boost::json::kind::string:
      return writer.string(value.get_string());
    case boost::json::kind::array:
      writer.begin_array();
      for (const Value& item : value.get_array()) write_value(writer, item);
      return writer.end_array();
    case boost::json::kind::object:
      writer.begin_object();
      for (const auto& member : value.get_object()) {
        writer.key(member.key());
        write_value(writer, member.value());
      }
      return writer.end_object();
  }
}

}  // namespace

Result<Value> parse(std::string_view text) {
  Reader reader(text, kMaxDocumentDepth);
  Value value = build(reader);
  TRY_VOID(reader.finish());
  return value;
}

std::string serialize(const Value& value) {
  std::string out;
  Writer writer(out);
  write_value(writer, value);
  return out;
}

namespace {

std::string_view text_of(const Value* value) {
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

}  // namespace

const Value* find(const Object& object, std::string_view dotted_path) {
  const std::size_t dot = dotted_path.find('.');
  const Value* at = object.if_contains(dotted_path.substr(0, dot));
  return at == nullptr || dot == std::string_view::npos ? at : find(*at, dotted_path.substr(dot + 1));
}

const Value* find(const Value& value, std::string_view dotted_path) {
  if (dotted_path.empty()) return &value;
  const Object* object = value.if_object();
  return object == nullptr ? nullptr : find(*object, dotted_path);
}

std::string_view find_string(const Value& value, std::string_view dotted_path) {
  return text_of(find(value, dotted_path));
}

std::string_view find_string(const Object& object, std::string_view dotted_path) {
  return text_of(find(object, dotted_path));
}

}  // namespace rotor::json
