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

constexpr std::size_t kLongestVersion = 128;

// Of the JSON around them: "KEY":[{"store":"S","key":"K","version":"V"},{…}]
constexpr std::size_t kAroundKey = 4;
constexpr std::size_t kAroundSource = 34;

std::size_t least_bytes(std::string_view key, const std::vector<SourceVersion>& sources) {
  std::size_t bytes = kAroundKey + key.size();
  for (const SourceVersion& source : sources) {
    bytes += kAroundSource + source.store.size() + source.key.size() + source.version.size();
  }
  return bytes;
}

bool fits(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view("-_.:/+=").contains(c);
}

}  // namespace

StoreVersions read_store_versions(std::string_view annotation) {
  if (annotation.empty()) return {};
  return json::read<StoreVersions>(annotation).value_or(StoreVersions{});
}

void StoreVersionsWithin::add(const std::string& key, const std::vector<SourceVersion>& sources) {
  bytes_ += least_bytes(key, sources);
  if (bytes_ > kMostBytesOfVersions) {
    versions_.partial = true;
  } else {
    versions_.keys.emplace(key, sources);
  }
}

std::string write_store_versions(StoreVersions versions) {
  if (versions.keys.empty() && !versions.partial) return {};
  std::size_t bytes = 0;
  for (auto it = versions.keys.begin(); it != versions.keys.end();) {
    bytes += least_bytes(it->first, it->second);
    const bool over = bytes > kMostBytesOfVersions;
    versions.partial = versions.partial || over;
    it = over ? versions.keys.erase(it) : std::next(it);
  }
  std::string text = json::write(versions);
  while (text.size() > kMostBytesOfVersions && !versions.keys.empty()) {  // by what JSON escapes
    // About as many as are too much at once: the text is not written anew for each.
    const std::size_t each = std::max<std::size_t>(text.size() / versions.keys.size(), 1);
    for (std::size_t over = (text.size() - kMostBytesOfVersions) / each + 1; over > 0 && !versions.keys.empty();
         --over) {
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
