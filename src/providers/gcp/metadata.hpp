// The metadata server of a machine or pod of Google Cloud. https://cloud.google.com/compute/docs/metadata
#pragma once

#include <string>

#include "providers/common/expiring_cache.hpp"
#include "providers/gcp/token.hpp"

namespace rotor::providers::gcp {

class Metadata {
 public:
  // The server is $GCE_METADATA_HOST, else its link-local address.
  Metadata(const Services& services, Caller& caller)
      : caller_(caller), environment_(services.environment), kept_(services.clock) {}

  // One line of text: "project/project-id", "instance/attributes/cluster-name". These never change: asked once.
  Task<Result<std::string>> text(std::string path);

  // A token of the service account that this machine or pod runs as.
  Task<Result<AccessToken>> token();

  // A JWT by which it tells `audience` who it is.
  Task<Result<SecretBytes>> identity_token(std::string audience);

 private:
  struct Text {
    std::string value;
    std::optional<WallTime> expires{};
  };
  Task<Result<net::Response>> get(std::string name, std::string path);
  Task<Result<Text>> fetch_text(std::string path);

  Caller& caller_;
  EnvironmentVariables environment_;
  ExpiringCache<Text> kept_;
};

}  // namespace rotor::providers::gcp
