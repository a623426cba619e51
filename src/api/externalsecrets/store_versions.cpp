#include "api/externalsecrets/store_versions.hpp"

#include <algorithm>

namespace rotor::json {
using namespace api::es;

ROTOR_DESCRIBE(SourceVersion, "A version of what a store holds.", field<&SourceVersion::store>("store"),
               field<&SourceVersion::key>("key"), field<&SourceVersion::version>("version"));

ROTOR_DESCRIBE(StoreVersions, "The versions that the keys of a Secret were made of.",
               field<&StoreVersions::keys>("keys"), field<&StoreVersions::partial>("partial"));

}  // namespace rotor::json

namespace rotor::api::es {
namespace {

// All annotations of an object share 256 KiB.
constexpr std::size_t kMostBytes = std::size_t{16} << 10;
constexpr std::size_t kLongestVersion = 128;

bool fits(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view("-_.:/+=").contains(c);
}

}  // namespace

StoreVersions read_store_versions(std::string_view annotation) {
  if (annotation.empty()) return {};
  return json::read<StoreVersions>(annotation).value_or(StoreVersions{});
}

std::string write_store_versions(StoreVersions versions) {
  if (versions.keys.empty()) return {};
  std::string text = json::write(versions);
  while (text.size() > kMostBytes && !versions.keys.empty()) {
    // About as many as are too much at once: the text is not written anew for each.
    const std::size_t each = std::max<std::size_t>(text.size() / versions.keys.size(), 1);
    for (std::size_t over = (text.size() - kMostBytes) / each + 1; over > 0 && !versions.keys.empty(); --over) {
      versions.keys.erase(std::prev(versions.keys.end()));
    }
    versions.partial = true;
    text = json::write(versions);
  }
  return text;
}

std::string fit_version(std::string_view version) {
  const bool good = version.size() <= kLongestVersion && std::ranges::all_of(version, fits);
  return good ? std::string(version) : std::string();
}

std::string version_text(const StoreVersions& versions, std::string_view key) {
  std::string out;
  const auto found = versions.keys.find(key);
  if (found == versions.keys.end()) return out;
  for (const SourceVersion& source : found->second) {
    if (!out.empty()) out += ", ";
    out += source.version;
  }
  return out;
}

}  // namespace rotor::api::es
