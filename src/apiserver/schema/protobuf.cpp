#include "apiserver/schema/protobuf.hpp"

#include <bit>
#include <charconv>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "apiserver/schema/builtin.hpp"
#include "apiserver/schema/schema.hpp"
#include "base/encoding.hpp"
#include "base/time.hpp"

namespace rotor::apiserver::schema {

namespace {

constexpr std::string_view kMagic{"k8s\0", 4};
constexpr int kMaxDepth = 100;

// What a number stands for: a member, or a struct embedded without a name.
struct Numbered {
  std::string member;
  std::map<std::uint64_t, Numbered> embedded;
};
using Numbers = std::map<std::string, std::map<std::uint64_t, Numbered>, std::less<>>;

void add(std::map<std::uint64_t, Numbered>& out, std::string_view path, std::string_view member) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
  if (error != std::errc()) throw std::logic_error("builtin_wire.json: a number is missing");
  Numbered& at = out[number];
  if (end == path.data() + path.size())
    at.member = member;
  else
    add(at.embedded, path.substr(static_cast<std::size_t>(end - path.data()) + 1), member);
}

const Numbers& numbers() {
  static const Numbers table = [] {
    std::string text;
    for (const std::string_view line : builtin_wire_lines()) text += line;
    const json::Value document = json::parse(text).value();
    Numbers out;
    for (const auto& [type, list] : document.at("types").as_object()) {
      std::string_view rest = list.as_string();
      while (!rest.empty()) {
        const std::string_view entry = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
        const auto colon = entry.find(':');
        add(out[std::string(type)], entry.substr(0, colon), entry.substr(colon + 1));
      }
    }
    return out;
  }();
  return table;
}

// One field on the wire.
struct Piece {
  std::uint64_t number = 0;
  std::uint64_t scalar = 0;  // varint, fixed32, fixed64
  std::string_view bytes{};
  bool has_bytes = false;
};

class Wire {
 public:
  explicit Wire(std::string_view bytes) : rest_(bytes) {}

  // False at the end, and after something that is no protobuf: see broken().
  bool next(Piece& out) {
    if (rest_.empty() || broken_) return false;
    const std::uint64_t tag = varint();
    out = {tag >> 3U, 0, {}, false};
    switch (tag & 7U) {
      case 0:
        out.scalar = varint();
        break;
      case 1:
        out.scalar = fixed(8);
        break;
      case 2:
        out.bytes = take(varint());
        out.has_bytes = true;
        break;
      case 5:
        out.scalar = fixed(4);
        break;
      default:
        broken_ = true;
    }
    return !broken_ && out.number != 0;
  }
  bool broken() const { return broken_; }
  bool at_end() const { return rest_.empty(); }

  std::uint64_t varint() {
    std::uint64_t out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      out |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) return out;
    }
    broken_ = true;
    return 0;
  }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) {
      broken_ = true;
      return {};
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }

  std::uint64_t fixed(std::size_t size) {
    std::uint64_t out = 0;
    const std::string_view bytes = take(size);
    for (std::size_t i = bytes.size(); i-- > 0;) out = out << 8U | static_cast<unsigned char>(bytes[i]);
    return out;
  }

  std::string_view rest_;
  bool broken_ = false;
};

std::unexpected<Error> malformed() { return fail(Code::kInvalid, "the body is not well-formed protobuf"); }

class Decoder {
 public:
  Result<json::Object> message(const Schema& schema, std::string_view bytes, int depth) {
    json::Object out;
    const auto it = numbers().find(schema.name);
    if (it != numbers().end()) TRY_VOID(members(schema, it->second, bytes, out, depth));
    return out;
  }

 private:
  using Table = std::map<std::uint64_t, Numbered>;

  Result<void> members(const Schema& schema, const Table& table, std::string_view bytes, json::Object& out, int depth) {
    if (depth > kMaxDepth) return fail(Code::kInvalid, "the body is nested too deeply");
    Wire wire(bytes);
    Piece piece;
    while (wire.next(piece)) {
      const auto it = table.find(piece.number);
      if (it == table.end()) continue;  // of a newer version: as unknown as to the API server
      if (it->second.member.empty()) {
        TRY_VOID(members(schema, it->second.embedded, piece.bytes, out, depth + 1));
      } else {
        TRY_VOID(member(*schema.properties.at(it->second.member).schema, piece, out[it->second.member], depth));
      }
    }
    if (wire.broken()) return malformed();
    return {};
  }

  Result<void> member(const Schema& schema, const Piece& piece, json::Value& out, int depth) {
    if (schema.kind == Kind::kList) return item(schema, piece, out, depth);
    if (schema.kind == Kind::kObject && schema.values) return entry(schema, piece.bytes, out, depth);
    TRY(out, value(schema, piece, depth));
    return {};
  }

  Result<void> item(const Schema& schema, const Piece& piece, json::Value& out, int depth) {
    if (!out.is_array()) out = json::Array{};
    const Schema& items = *schema.items->schema;
    const bool packed = piece.has_bytes && (items.kind == Kind::kInteger || items.kind == Kind::kBoolean);
    if (packed) {
      Wire wire(piece.bytes);
      while (!wire.at_end() && !wire.broken()) out.get_array().push_back(scalar(items, wire.varint()));
      return wire.broken() ? Result<void>(malformed()) : Result<void>();
    }
    TRY(json::Value one, value(items, piece, depth));
    out.get_array().push_back(std::move(one));
    return {};
  }

  Result<void> entry(const Schema& schema, std::string_view bytes, json::Value& out, int depth) {
    if (!out.is_object()) out = json::Object{};
    Wire wire(bytes);
    Piece piece;
    std::string_view key;
    json::Value held = schema.values->schema->kind == Kind::kString ? json::Value("") : json::Value();
    while (wire.next(piece)) {
      if (piece.number == 1) key = piece.bytes;
      if (piece.number != 2) continue;
      TRY(held, value(*schema.values->schema, piece, depth));
    }
    if (wire.broken() || !is_utf8(key)) return malformed();
    out.get_object()[key] = std::move(held);
    return {};
  }

  static json::Value scalar(const Schema& schema, std::uint64_t bits) {
    if (schema.kind == Kind::kBoolean) return bits != 0;
    if (schema.kind == Kind::kNumber) return std::bit_cast<double>(bits);
    return static_cast<std::int64_t>(bits);
  }

  Result<json::Value> value(const Schema& schema, const Piece& piece, int depth) {
    switch (schema.kind) {
      case Kind::kBoolean:
      case Kind::kInteger:
      case Kind::kNumber:
        return scalar(schema, piece.scalar);
      case Kind::kString:
        if (schema.format == "byte") return json::Value(base64_encode(piece.bytes));
        if (schema.format.ends_with("time")) return time(piece.bytes, schema.format == "micro-time");
        if (!is_utf8(piece.bytes)) return malformed();
        return json::Value(piece.bytes);
      case Kind::kQuantity:
        return text_at(piece.bytes, 1);
      case Kind::kIntOrString:
        return int_or_string(piece.bytes);
      case Kind::kAny:
        return raw(piece.bytes);
      case Kind::kObject:
        return message(schema, piece.bytes, depth + 1);
      case Kind::kList:
        break;
    }
    return malformed();
  }

  static Result<json::Value> text_at(std::string_view bytes, std::uint64_t number) {
    Wire wire(bytes);
    Piece piece;
    json::Value out = "";
    while (wire.next(piece)) {
      if (piece.number == number) out = piece.bytes;
    }
    if (wire.broken() || !is_utf8(std::string_view(out.as_string()))) return malformed();
    return out;
  }

  // {seconds, nanoseconds}; an empty message is no time at all.
  static Result<json::Value> time(std::string_view bytes, bool micro) {
    Wire wire(bytes);
    Piece piece;
    std::int64_t seconds = 0, nanos = 0;
    while (wire.next(piece)) (piece.number == 1 ? seconds : nanos) = static_cast<std::int64_t>(piece.scalar);
    if (wire.broken()) return malformed();
    constexpr std::int64_t kYears = 366LL * 24 * 3600 * 8000;
    if (bytes.empty() || seconds < -kYears || seconds > kYears) return json::Value();
    const WallTime at{std::chrono::duration_cast<WallTime::duration>(std::chrono::seconds(seconds))};
    if (!micro) return json::Value(format_time(at));
    return json::Value(format_micro_time(
        at + std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(nanos % 1'000'000'000))));
  }

  static Result<json::Value> int_or_string(std::string_view bytes) {
    Wire wire(bytes);
    Piece piece;
    bool is_text = false;
    json::Value number = 0, text = "";
    while (wire.next(piece)) {
      if (piece.number == 1) is_text = piece.scalar == 1;
      if (piece.number == 2) number = static_cast<std::int64_t>(piece.scalar);
      if (piece.number == 3) text = piece.bytes;
    }
    if (wire.broken() || !is_utf8(std::string_view(text.as_string()))) return malformed();
    return is_text ? text : number;
  }

  // Free documents travel as JSON text.
  static Result<json::Value> raw(std::string_view bytes) {
    TRY(const json::Value text, text_at(bytes, 1));
    return json::parse(text.as_string());
  }
};

}  // namespace

Result<json::Object> from_protobuf(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return fail(Code::kInvalid, "the body does not start as Kubernetes' protobuf does");
  Wire envelope(bytes.substr(kMagic.size()));
  Piece piece;
  std::string api_version, kind;
  std::string_view content;
  while (envelope.next(piece)) {
    if (piece.number == 2) content = piece.bytes;
    if (piece.number != 1) continue;
    Wire type(piece.bytes);
    Piece part;
    while (type.next(part)) (part.number == 1 ? api_version : kind) = part.bytes;
  }
  if (envelope.broken() || !is_utf8(api_version) || !is_utf8(kind)) return malformed();
  KindSchemaPtr schema = builtin(api_version, kind);
  if (schema == nullptr && kind == "DeleteOptions")
    schema = builtin("v1", kind);  // sent in the version of what is deleted
  if (schema == nullptr) {
    return fail(Code::kInvalid,
                fmt::format("no kind \"{}\" is known in version \"{}\" for protobuf: send JSON", kind, api_version));
  }
  TRY(json::Object body, Decoder().message(schema->root(), content, 0));
  json::Object out;
  out["kind"] = kind;
  out["apiVersion"] = api_version;
  for (auto& [key, value] : body) out[key] = std::move(value);
  return out;
}

}  // namespace rotor::apiserver::schema
