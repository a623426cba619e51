#include "json/object_hash.hpp"

#include <array>
#include <charconv>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "json/go_float.hpp"

namespace rotor::json {
namespace {

std::string digest(const SecretBytes& rendering) { return hex_encode(sha3_224(rendering.reveal())); }

void render(SecretBytes& out, const Value& value);

void render_bytes(SecretBytes& out, std::string_view bytes) {
  out.append("[");
  std::array<char, 4> room{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out.append(" ");
    const auto end = std::to_chars(room.data(), room.data() + room.size(), static_cast<unsigned char>(bytes[i])).ptr;
    out.append({room.data(), end});
  }
  out.append("]");
}

template <class Map, class RenderValue>
void render_map(SecretBytes& out, const Map& map, RenderValue render_value) {
  out.append("map[");
  bool first = true;
  for (const auto& [key, value] : map) {
    if (!first) out.append(" ");
    first = false;
    out.append(key);
    out.append(":");
    render_value(value);
  }
  out.append("]");
}

void render_strings(SecretBytes& out, const StringMap& map) {
  render_map(out, map, [&](const std::string& text) { out.append(text); });
}

void render_object(SecretBytes& out, const Object& object) {
  std::map<std::string_view, const Value*> sorted;
  for (const auto& member : object) sorted.emplace(member.key(), &member.value());
  render_map(out, sorted, [&](const Value* value) { render(out, *value); });
}

void render_array(SecretBytes& out, const Array& array) {
  out.append("[");
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) out.append(" ");
    render(out, array[i]);
  }
  out.append("]");
}

void render(SecretBytes& out, const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return out.append("<nil>");
    case boost::json::kind::bool_:
      return out.append(value.get_bool() ? "true" : "false");
    case boost::json::kind::int64:
      return out.append(std::to_string(value.get_int64()));
    case boost::json::kind::uint64:
      return out.append(std::to_string(value.get_uint64()));
    case boost::json::kind::double_:
      return out.append(go_float(value.get_double(), kFmtLayout));
    case boost::json::kind::string:
      return out.append(value.get_string());
    case boost::json::kind::array:
      return render_array(out, value.get_array());
    case boost::json::kind::object:
      return render_object(out, value.get_object());
  }
}

}  // namespace

std::string object_hash(std::string_view text) { return hex_encode(sha3_224(text)); }

std::string object_hash(const SecretMap& data) {
  SecretBytes text;
  render_map(text, data, [&](const SecretBytes& bytes) { render_bytes(text, bytes.reveal()); });
  return digest(text);
}

std::string object_hash(const Value& value) {
  SecretBytes text;
  render(text, value);
  return digest(text);
}

std::string metadata_hash(const StringMap& annotations, const StringMap& labels) {
  SecretBytes text;
  text.append("{annotations:");
  render_strings(text, annotations);
  text.append(" labels:");
  render_strings(text, labels);
  text.append("}");
  return digest(text);
}

}  // namespace rotor::json
