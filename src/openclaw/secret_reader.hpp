// Gathering: what the Secrets of an instance are now. Values are read only when a Secret changed since it was last
// seen, once for all that consume it, and only their digests are kept.
#pragma once

#include <memory>
#include <string>

#include "kube/client/client.hpp"
#include "openclaw/consumed_digest.hpp"
#include "openclaw/memory.hpp"
#include "openclaw/secret_gate.hpp"
#include "openclaw/shared_reads.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

class SecretReader {
 public:
  SecretReader(kube::Client& client, View& view) : gate_(client), reads_(client), view_(view) {}

  // `state` (may be null): digests it holds for a Secret's present version are believed without reading the Secret.
  Task<ObservedSecrets> observe(std::string ns, References references, std::shared_ptr<const SecretState> state,
                                std::shared_ptr<const Digester> digester, std::shared_ptr<Memory> memory);

  // Is there a token in the gateway's Secret? kInvalid when the user's own is not as it should be, with what to do.
  Task<Result<bool>> has_token(InstancePtr instance, std::shared_ptr<const SecretState> state,
                               std::shared_ptr<Memory> memory);

  // The token itself, which is remembered with the Secret's version; empty when the Secret has none. Errors as above.
  Task<Result<SecretBytes>> token(InstancePtr instance, std::shared_ptr<Memory> memory);

  // Does the mark that another operator left show the values of now? kUnavailable and others when they cannot be read.
  Task<Result<bool>> matches_unkeyed_hash(InstancePtr instance, std::string mark);

 private:
  Task<ObservedSecret> observe_one(kube::Key secret, SecretReference reference,
                                   std::shared_ptr<const SecretState> state, std::shared_ptr<const Digester> digester,
                                   std::shared_ptr<Memory> memory);
  Task<Result<void>> look_at_token(InstancePtr instance, std::shared_ptr<const SecretState> state,
                                   std::shared_ptr<Memory> memory);
  Task<Result<SecretBytes>> read_token(kube::Key secret);

  SecretGate gate_;
  SharedReads reads_;
  View& view_;
};

}  // namespace rotor::openclaw
