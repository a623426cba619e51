// A store as one pass over an ExternalSecret sees it: answers may be another object's, the store itself is logged in to
// only when it has to be asked, and nothing takes longer or is larger than a pass may be.
#pragma once

#include "secrets/schedule/shared_reads.hpp"

namespace rotor::secrets {

// What the stores may answer for one object in all: a Secret holds a mebibyte.
inline constexpr std::size_t kMostBytesOfAPass = 32U << 20;

class SharedClient final : public providers::SecretsClient {
 public:
  // `taken`: the bytes that the pass has got so far, of all of its stores. Everything outlives the client.
  SharedClient(SharedReads& reads, Clock& clock, SharedReads::Consumer consumer, SharedReads::Open open,
               std::size_t& taken);

  Task<providers::Validation> validate() override;
  Task<providers::Lookup<SecretBytes>> get_secret(providers::RemoteRef ref) override;
  Task<providers::Lookup<SecretMap>> get_secret_map(providers::RemoteRef ref) override;
  Task<providers::Lookup<SecretMap>> get_all(providers::FindRequest find) override;

 private:
  Task<Answer> read(Question question, SharedReads::Call call);

  SharedReads& reads_;
  Clock& clock_;
  SharedReads::Consumer consumer_;
  SharedReads::Open open_;
  std::size_t& taken_;
};

}  // namespace rotor::secrets
