// One Doppler store as one consumer sees it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "providers/doppler/login.hpp"

namespace rotor::providers::doppler {

class DopplerClient final : public SecretsClient {
 public:
  DopplerClient(Shared& shared, std::shared_ptr<Login> login, Config config, std::string store);

  std::unique_ptr<SecretsClient> again() const override;
  Task<Validation> validate() override;
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override;
  Task<Lookup<SecretMap>> get_all(FindRequest find) override;

 private:
  struct Question {
    std::string name;    // for the metric
    std::string target;  // path and query
    std::string accept = "application/json";
    std::string etag{};  // of what is held already
  };
  struct Download {
    std::shared_ptr<const SecretBytes> body;
    bool marked = false;  // with an ETag, as Doppler itself answers
  };

  std::string download_target(const std::string& name) const;
  Task<Result<net::Response>> ask(Question question);
  Task<Result<net::Response>> ask_as(TokenPtr token, Question question, bool& token_refused);
  Task<Result<Download>> download(std::string name);
  Task<Lookup<SecretBytes>> value_of(std::string name);
  Task<Result<SecretMap>> everything();

  Shared& shared_;
  std::shared_ptr<Login> login_;
  Config config_;
  std::string store_;  // a key of its own for each store
  // A client lives for one reconcile: several entries of one ExternalSecret share an answer.
  std::map<std::string, Download, std::less<>> downloads_;
};

}  // namespace rotor::providers::doppler
