// Which versions of what their stores hold the keys of a Secret were made of: an annotation of ours, for whoever asks
// whether an old version can be revoked. It names stores, keys and versions and holds no value and nothing made of one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/describe.hpp"

namespace rotor::api::es {

inline constexpr std::string_view kStoreVersionsAnnotation = "rotor/store-versions";

struct SourceVersion {
  std::string store{};    // "SecretStore/aws"
  std::string key{};      // remoteRef.key
  std::string version{};  // as the store calls it
  friend auto operator<=>(const SourceVersion&, const SourceVersion&) = default;
};

struct StoreVersions {
  std::map<std::string, std::vector<SourceVersion>, std::less<>> keys{};  // of the Secret; a template may use several
  bool partial = false;                                                   // there was no room for all of them
  friend bool operator==(const StoreVersions&, const StoreVersions&) = default;
};

// What is not ours reads as nothing.
StoreVersions read_store_versions(std::string_view annotation);
std::string write_store_versions(StoreVersions versions);  // at most kMostBytesOfVersions; empty for nothing

// All annotations of an object share 256 KiB.
inline constexpr std::size_t kMostBytesOfVersions = std::size_t{16} << 10;

// Adds keys as long as there is room for them in the annotation: hundreds of keys that are each made of hundreds of
// values would be megabytes before anybody cuts them.
class StoreVersionsWithin {
 public:
  void add(const std::string& key, const std::vector<SourceVersion>& sources);
  StoreVersions take() { return std::move(versions_); }

 private:
  StoreVersions versions_;
  std::size_t bytes_ = 0;  // that the text takes at the least
};

// What stores say is shown as it is: letters, digits and a few marks, of a length that an ID has. Empty otherwise.
std::string fit_version(std::string_view version);

// The versions that a key was made of, for a line: `3`, or `3, 7`; empty when it is not known.
std::string version_text(const StoreVersions& versions, std::string_view key);

}  // namespace rotor::api::es

namespace rotor::json {
ROTOR_DESCRIBED(api::es::SourceVersion);
ROTOR_DESCRIBED(api::es::StoreVersions);
}  // namespace rotor::json
