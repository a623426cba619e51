// What Secret Manager's documents say. https://cloud.google.com/secret-manager/docs/reference/rest
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "json/describe.hpp"
#include "kube/object/object.hpp"
#include "providers/client.hpp"

namespace rotor::providers::gcp {

// The answer to an access: the bytes of one version.
struct Payload {
  std::string name;                 // projects/NUMBER/secrets/NAME/versions/NUMBER
  std::optional<SecretBytes> data;  // nullopt: the answer has none
};
// kUnavailable when it cannot be read, or when the checksum is another.
Result<Payload> read_payload(const SecretBytes& document);

struct SecretInfo {
  std::string name;
  std::optional<kube::StringMap> labels;
  std::optional<kube::StringMap> annotations;
};
Result<SecretInfo> read_secret_info(std::string_view document);

struct VersionInfo {
  std::string name;
  WallTime created{};
  bool enabled = false;
};
Result<VersionInfo> read_version_info(std::string_view document);

// The newest enabled version of those offered one by one.
class NewestEnabled {
 public:
  void offer(VersionInfo version);
  std::optional<std::string> version() const;  // its number

 private:
  std::optional<VersionInfo> best_{};
};

// `metadataPolicy: Fetch`: labels and annotations, both or one of them or one value. kInvalid names what is missing.
Result<SecretBytes> pick_metadata(const SecretInfo& info, const RemoteRef& ref);

}  // namespace rotor::providers::gcp

namespace rotor::json {
ROTOR_DESCRIBED(providers::gcp::SecretInfo);
}  // namespace rotor::json
