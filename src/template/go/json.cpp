#include "template/go/json.hpp"

#include <cmath>

#include <fmt/format.h>

#include "json/reader.hpp"
#include "template/functions/semver.hpp"
#include "template/go/format.hpp"
#include "template/go/number.hpp"
#include "template/go/time.hpp"
#include "template/go/unicode.hpp"

namespace rotor::tmpl {

void append_json_string(std::string& out, std::string_view s, bool html) {
  out += '"';
  while (!s.empty()) {
    const Rune r = decode_rune(s);
    const std::string_view bytes = s.substr(0, static_cast<std::size_t>(r.width));
    s.remove_prefix(bytes.size());
    switch (r.value) {
      case '"':
        out += "\\\"";
        continue;
      case '\\':
        out += "\\\\";
        continue;
      case '\b':
        out += "\\b";
        continue;
      case '\f':
        out += "\\f";
        continue;
      case '\n':
        out += "\\n";
        continue;
      case '\r':
        out += "\\r";
        continue;
      case '\t':
        out += "\\t";
        continue;
      default:
        break;
    }
    const bool special = r.value < 0x20 || r.value == 0x2028 || r.value == 0x2029 ||
                         (html && (r.value == '<' || r.value == '>' || r.value == '&'));
    if (!r.valid())
      out += "\\ufffd";
    else if (special)
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(r.value));
    else
      out += bytes;
  }
  out += '"';
}

std::string json_float(double v) {
  const double magnitude = std::abs(v);
  if (magnitude == 0 || (magnitude >= 1e-6 && magnitude < 1e21)) return format_float(v, 'f', -1);
  std::string s = format_float(v, 'e', -1);
  // e-09 is written e-9.
  if (s.size() >= 4 && s[s.size() - 4] == 'e' && s[s.size() - 3] == '-' && s[s.size() - 2] == '0')
    s.erase(s.size() - 2, 1);
  return s;
}

namespace {

class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style) : style_(style) {}

  Result<std::string> run(const Value& v) {
    TRY_VOID(value(v, 0));
    return std::move(out_);
  }

 private:
  Result<void> value(const Value& v, int depth) {
    if (depth > kMaxValueDepth) return over_budget(kMaxValueDepth, "levels of lists and maps");
    if (out_.size() > kMaxText) return over_budget(kMaxText, "bytes in one text");
    if (v.is_list()) return list(v, depth);
    if (v.is_map()) return map(v, depth);
    if (v.is_unsigned()) return put(fmt::format("{}", v.unsigned_integer()));
    if (v.is_signed()) return put(fmt::format("{}", v.integer()));
    switch (v.type()) {
      case Type::kNil:
        return put("null");
      case Type::kBool:
        return put(v.boolean() ? "true" : "false");
      case Type::kString:
        return string(v.text());
      case Type::kTime:
        return string(rfc3339(v.time()));
      case Type::kVersion:
      case Type::kVersionValue:
        return string(print_version(v.version()));
      case Type::kFloat64:
        if (!std::isfinite(v.real()))
          return rotor::fail(Code::kInvalid, "json: unsupported value: " + print_float(v.real()));
        return put(json_float(v.real()));
      case Type::kCertificate:
        return certificate(v.certificate(), depth);
      default:
        return rotor::fail(Code::kInvalid, fmt::format("json: unsupported type: {}", type_name(v.type())));
    }
  }

  Result<void> put(std::string_view s) {
    out_ += s;
    return {};
  }

  Result<void> string(std::string_view s) {
    append_json_string(out_, s, style_.html);
    return {};
  }

  void line(int depth) {
    if (!style_.indent) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
  }

  Result<void> list(const Value& v, int depth) {
    if (v.is_nil_container()) return put("null");
    out_ += '[';
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (i > 0) out_ += ',';
      line(depth + 1);
      TRY_VOID(value(v.at(i), depth + 1));
    }
    if (v.size() > 0) line(depth);
    return put("]");
  }

  Result<void> member(std::string_view key, const Value& v, int depth, bool first) {
    if (!first) out_ += ',';
    line(depth + 1);
    append_json_string(out_, key, style_.html);
    out_ += style_.indent ? ": " : ":";
    return value(v, depth + 1);
  }

  Result<void> map(const Value& v, int depth) {
    if (v.is_nil_container()) return put("null");
    out_ += '{';
    bool first = true;
    for (const auto& [key, element] : v.members()) {
      TRY_VOID(member(key, element, depth, first));
      first = false;
    }
    if (!first) line(depth);
    return put("}");
  }

  Result<void> certificate(const Certificate& c, int depth) {
    out_ += '{';
    TRY_VOID(member("Cert", Value::text(c.cert), depth, true));
    TRY_VOID(member("Key", Value::text(c.key), depth, false));
    line(depth);
    return put("}");
  }

  JsonStyle style_;
  std::string out_;
};

enum class Numbers : std::uint8_t { kFloats, kLenientFloats, kIntegers };

class JsonReader {
 public:
  // One level more than is allowed, so that the budget speaks before the reader does.
  JsonReader(std::string_view text, Numbers numbers) : reader_(text, kMaxValueDepth + 1), numbers_(numbers) {}

  Result<Value> run() {
    Value v = value();
    if (depth_ > kMaxValueDepth) return over_budget(kMaxValueDepth, "levels of lists and maps");
    if (values_ > kMaxValues) return over_budget(kMaxValues, "values in one document");
    TRY_VOID(reader_.finish());
    return v;
  }

  std::size_t values() const { return values_; }

 private:
  Value value() {
    if (++values_ > kMaxValues) reader_.fail("too many values");
    switch (reader_.peek()) {
      case json::Kind::kBool:
        return Value::boolean(reader_.read_bool());
      case json::Kind::kNumber:
        return number(reader_.read_number());
      case json::Kind::kString:
        return Value::text(reader_.read_string());
      case json::Kind::kArray:
        return array();
      case json::Kind::kObject:
        return object();
      default:
        reader_.read_null();
        return {};
    }
  }

  Value number(std::string_view text) {
    if (numbers_ == Numbers::kIntegers) {
      if (const auto i = parse_int(text, 10); i.value) return Value::integer(*i.value, Type::kInt64);
      if (const auto u = parse_uint(text, 10); u.value) return Value::unsigned_integer(*u.value);
    }
    const auto v = parse_float(text);
    if (v.value) return Value::real(*v.value);
    if (numbers_ == Numbers::kFloats) reader_.fail("a number is out of the range of float64");
    return {};
  }

  // After a refusal depth_ keeps what it was.
  bool deeper() {
    if (++depth_ <= kMaxValueDepth) return true;
    reader_.fail("nested too deeply");
    return false;
  }

  Value array() {
    std::vector<Value> items;
    if (!deeper()) return {};
    reader_.begin_array();
    while (reader_.next_element()) items.push_back(value());
    if (depth_ <= kMaxValueDepth) --depth_;
    return Value::list(std::move(items));
  }

  Value object() {
    Map members;
    std::string key;
    if (!deeper()) return {};
    reader_.begin_object();
    while (reader_.next_member(key)) {
      Value v = value();
      members.insert_or_assign(key, std::move(v));
    }
    if (depth_ <= kMaxValueDepth) --depth_;
    return Value::map(std::move(members));
  }

  json::Reader reader_;
  Numbers numbers_;
  int depth_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

Result<std::string> write_json(const Value& value, JsonStyle style) { return JsonWriter(style).run(value); }

Result<Value> read_json(std::string_view text, bool lenient, std::size_t* values) {
  JsonReader reader(text, lenient ? Numbers::kLenientFloats : Numbers::kFloats);
  auto v = reader.run();
  if (values != nullptr) *values = reader.values();
  return v;
}

Result<Value> read_json_keeping_integers(std::string_view text) { return JsonReader(text, Numbers::kIntegers).run(); }

}  // namespace rotor::tmpl
