#include "json/writer.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "base/utf8.hpp"
#include "json/go_float.hpp"
#include "json/plain_run.hpp"
#include "json/reader.hpp"

namespace rotor::json {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// The escape of an ASCII byte that does not stand for itself.
std::string_view ascii_escape(unsigned char c, std::array<char, 6>& room) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  room = {'\\', 'u', '0', '0', kHex[c >> 4U], kHex[c & 0xFU]};
  return {room.data(), room.size()};
}

template <class Put>
void quote_into(std::string_view text, Escape escape, Put put) {
  put("\"");
  std::size_t start = 0;
  std::size_t at = 0;
  const auto replace = [&](std::size_t size, std::string_view with) {
    if (at > start) put(text.substr(start, at - start));
    put(with);
    at += size;
    start = at;
  };
  std::array<char, 6> room{};
  for (;;) {
    const std::string_view rest = text.substr(at);
    at += escape == Escape::kHtml ? plain_run<Plain::kInHtml>(rest) : plain_run<Plain::kInJson>(rest);
    if (at == text.size()) break;
    const auto c = static_cast<unsigned char>(text[at]);
    if (c < 0x80) {
      replace(1, ascii_escape(c, room));
      continue;
    }
    const Rune rune = decode_rune(text.substr(at));
    if (!rune.valid) {
      replace(1, "\\ufffd");
    } else if (rune.value == 0x2028 || rune.value == 0x2029) {
      replace(rune.size, rune.value == 0x2028 ? "\\u2028" : "\\u2029");
    } else {
      at += rune.size;
    }
  }
  if (at > start) put(text.substr(start, at - start));
  put("\"");
}

void write_sorted(Reader& reader, Writer& writer);

void write_sorted_object(Reader& reader, Writer& writer) {
  std::map<std::string, std::string_view, std::less<>> members;
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) members.insert_or_assign(key, reader.read_raw());
  writer.begin_object();
  for (const auto& [name, text] : members) {
    writer.key(name);
    Reader value(text);
    write_sorted(value, writer);
  }
  writer.end_object();
}

void write_sorted(Reader& reader, Writer& writer) {
  switch (reader.peek()) {
    case Kind::kObject:
      return write_sorted_object(reader, writer);
    case Kind::kArray:
      writer.begin_array();
      reader.begin_array();
      while (reader.next_element()) write_sorted(reader, writer);
      return writer.end_array();
    case Kind::kString:
      return writer.string(reader.read_secret().reveal());
    case Kind::kNull:
      reader.read_null();
      return writer.null();
    case Kind::kBool:
      return writer.boolean(reader.read_bool());
    case Kind::kNumber:
      return writer.raw(reader.read_number());
    case Kind::kEnd:
      reader.read_raw();
      return;  // records the error
  }
}

template <class Out>
Result<Out> sorted(std::string_view raw, Escape escape) {
  TRY_VOID(validate(raw));
  Out out;
  Writer writer(out, escape);
  Reader reader(raw);
  write_sorted(reader, writer);
  TRY_VOID(reader.finish());
  return out;
}

}  // namespace

void Writer::put(std::string_view bytes) {
  if (text_ != nullptr) {
    text_->append(bytes);
  } else {
    secret_->append(bytes);
  }
}

void Writer::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_items_.empty()) return;
  if (has_items_.back()) put(",");
  has_items_.back() = true;
}

void Writer::begin_object() {
  separate();
  put("{");
  has_items_.push_back(false);
}

void Writer::end_object() {
  has_items_.pop_back();
  put("}");
}

void Writer::begin_array() {
  separate();
  put("[");
  has_items_.push_back(false);
}

void Writer::end_array() {
  has_items_.pop_back();
  put("]");
}

void Writer::key(std::string_view name) {
  string(name);
  put(":");
  after_key_ = true;
}

void Writer::null() { raw("null"); }
void Writer::boolean(bool v) { raw(v ? "true" : "false"); }

void Writer::integer(std::int64_t v) {
  std::array<char, 24> room{};
  const auto end = std::to_chars(room.data(), room.data() + room.size(), v).ptr;
  raw({room.data(), end});
}

void Writer::number(double v) { raw(std::isfinite(v) ? format_double(v) : "null"); }

void Writer::string(std::string_view v) {
  separate();
  quote_into(v, escape_, [this](std::string_view bytes) { put(bytes); });
}

void Writer::raw(std::string_view json) {
  separate();
  put(json);
}

void Writer::raw_members(std::string_view json) { raw(json); }

std::string quote(std::string_view text, Escape escape) {
  std::string out;
  out.reserve(text.size() + 2);
  quote_into(text, escape, [&](std::string_view bytes) { out.append(bytes); });
  return out;
}

std::string format_double(double v) { return go_float(v, kJsonLayout); }

Result<std::string> compact_sorted(std::string_view raw, Escape escape) { return sorted<std::string>(raw, escape); }

Result<SecretBytes> compact_sorted_secret(std::string_view raw, Escape escape) {
  return sorted<SecretBytes>(raw, escape);
}

}  // namespace rotor::json
