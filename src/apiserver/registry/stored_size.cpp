#include "apiserver/registry/stored_size.hpp"

#include "apiserver/registry/meta.hpp"

namespace rotor::apiserver {

namespace {

constexpr std::size_t kLimit = std::size_t{3} << 19;  // 1.5 MiB: etcd's --max-request-bytes

// A string's quotes, its comma or colon; in the binary form its tag and length, the same few bytes.
constexpr std::size_t kAround = 3;

std::size_t size_of(const json::Value& value) {
  if (value.is_string()) return value.get_string().size() + kAround;
  std::size_t out = kAround;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) out += member.key().size() + kAround + size_of(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const json::Value& item : *array) out += size_of(item);
  }
  return out;
}

std::size_t base64_surplus(const json::Object& object) {
  const json::Object* data = text(object, "kind") == "Secret" ? child(object, "data") : nullptr;
  std::size_t out = 0;
  if (data == nullptr) return out;
  for (const auto& member : *data) out += text(*data, member.key()).size() / 4;
  return out;
}

}  // namespace

bool fits_store(bool custom, const json::Object& object) {
  std::size_t size = 0;
  for (const auto& member : object) size += member.key().size() + kAround + size_of(member.value());
  if (!custom) size -= base64_surplus(object);
  return size <= kLimit;
}

}  // namespace rotor::apiserver
