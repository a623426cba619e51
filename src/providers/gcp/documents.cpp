#include "providers/gcp/documents.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/time.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "providers/gcp/crc32c.hpp"
#include "providers/gcp/rest.hpp"

namespace rotor::json {

using providers::gcp::SecretInfo;

ROTOR_DESCRIBE(SecretInfo, "A secret without its versions.", field<&SecretInfo::name>("name", {.doc = "Full name."}),
               field<&SecretInfo::labels>("labels", {.doc = "Labels."}),
               field<&SecretInfo::annotations>("annotations", {.doc = "Annotations."}));

}  // namespace rotor::json

namespace rotor::providers::gcp {
namespace {

std::unexpected<Error> nonsense(std::string_view what) { return fail(Code::kUnavailable, std::string(what)); }

// 64-bit numbers are strings in Google's JSON; some servers write them as numbers.
std::optional<std::uint64_t> read_number(json::Reader& reader) {
  std::string digits;
  if (reader.peek() == json::Kind::kString) {
    digits = reader.read_string();
  } else {
    digits = std::string(reader.read_raw());
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

struct Wire {
  bool present = false;  // there is a `payload` object
  std::optional<SecretBytes> encoded{};
  bool has_sum = false;
  std::optional<std::uint64_t> sum{};
};

void read_wire(json::Reader& reader, Wire& wire) {
  wire.present = true;
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    if (key == "data" && reader.peek() == json::Kind::kString) {
      wire.encoded = reader.read_secret();
    } else if ((key == "dataCrc32c" || key == "data_crc32c") && reader.peek() != json::Kind::kNull) {
      wire.has_sum = true;
      wire.sum = read_number(reader);
    } else {
      reader.read_raw();
    }
  }
}

// An empty payload has no `data` in Google's JSON, but it has a checksum.
Result<std::optional<SecretBytes>> data_of(const Wire& wire) {
  if (!wire.encoded && wire.sum != 0U) return std::nullopt;
  SecretBytes data;
  if (wire.encoded) {
    auto decoded = base64_decode_secret(wire.encoded->reveal());
    if (!decoded) return nonsense("payload.data in the answer is not base64");
    data = *std::move(decoded);
  }
  if (wire.has_sum && wire.sum != crc32c(data.reveal())) {
    return nonsense(fmt::format("the {} bytes that arrived are not those of its checksum (dataCrc32c)", data.size()));
  }
  return std::optional(std::move(data));
}

// Numbers of versions by value: 10 after 9.
bool number_before(std::string_view one, std::string_view other) {
  return one.size() != other.size() ? one.size() < other.size() : one < other;
}

std::string json_of(const std::optional<kube::StringMap>& map) {
  return map ? json::write(*map, json::Escape::kHtml) : "null";
}

Result<SecretBytes> pick_one(const std::optional<kube::StringMap>& map, std::string_view name, std::string_view what,
                             const RemoteRef& ref) {
  if (map) {
    if (const auto it = map->find(name); it != map->end()) return SecretBytes(it->second);
  }
  return fail(Code::kInvalid, fmt::format("{} with key {} does not exist in secret {}", what, name, ref.key));
}

}  // namespace

Result<Payload> read_payload(const SecretBytes& document) {
  Payload payload;
  Wire wire;
  json::Reader reader(document.reveal(), 32);
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    if (key == "name" && reader.peek() == json::Kind::kString) {
      payload.name = reader.read_string();
    } else if (key == "payload" && reader.peek() == json::Kind::kObject) {
      read_wire(reader, wire);
    } else {
      reader.read_raw();
    }
  }
  if (!reader.finish()) return nonsense("the answer is not a JSON document");
  TRY(payload.data, data_of(wire));
  return payload;
}

Result<SecretInfo> read_secret_info(std::string_view document) {
  auto info = json::read<SecretInfo>(document);
  if (!info) return nonsense("the answer is not a secret: " + info.error().message);
  if (short_name(info->name).empty()) return nonsense("the answer is not a secret: it has no name");
  return info;
}

Result<VersionInfo> read_version_info(std::string_view document) {
  VersionInfo version;
  json::Reader reader(document, 32);
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    const bool text = reader.peek() == json::Kind::kString;
    if (text && key == "name") {
      version.name = reader.read_string();
    } else if (text && (key == "createTime" || key == "create_time")) {
      version.created = parse_time(reader.read_string()).value_or(WallTime());
    } else if (key == "state") {
      version.enabled = text ? reader.read_string() == "ENABLED" : reader.read_raw() == "1";
    } else {
      reader.read_raw();
    }
  }
  if (!reader.finish() || version_in(version.name).empty()) return nonsense("an item of the list is no version");
  return version;
}

void NewestEnabled::offer(VersionInfo version) {
  if (!version.enabled) return;
  const bool newer =
      !best_ || version.created > best_->created ||
      (version.created == best_->created && number_before(version_in(best_->name), version_in(version.name)));
  if (newer) best_ = std::move(version);
}

std::optional<std::string> NewestEnabled::version() const {
  return best_ ? std::optional(version_in(best_->name)) : std::nullopt;
}

Result<SecretBytes> pick_metadata(const SecretInfo& info, const RemoteRef& ref) {
  const std::string_view property = ref.property;
  if (property.empty()) {
    return SecretBytes(
        fmt::format(R"({{"annotations":{},"labels":{}}})", json_of(info.annotations), json_of(info.labels)));
  }
  const std::size_t dot = property.find('.');
  const std::string_view head = property.substr(0, dot);
  if (head != "annotations" && head != "labels") {
    return fail(Code::kInvalid, fmt::format("invalid property {}: metadata property should start with either "
                                            "annotations or labels",
                                            property));
  }
  const bool labels = head == "labels";
  const auto& map = labels ? info.labels : info.annotations;
  if (dot == std::string_view::npos) return SecretBytes(json_of(map));
  return pick_one(map, property.substr(dot + 1), labels ? "label" : "annotation", ref);
}

}  // namespace rotor::providers::gcp
