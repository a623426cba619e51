// A gate that notes what is read through it, so that somebody can see later whether all of it is as it was.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "providers/gate.hpp"

namespace rotor::providers {

class RecordingGate final : public ReferenceGate {
 public:
  // `real` outlives it.
  explicit RecordingGate(ReferenceGate& real) : real_(real) {}

  Task<Result<SecretBytes>> secret_value(Scope scope, api::es::SecretKeySelector ref) override;
  Task<Result<kube::StringMap>> config_map(Scope scope, std::string name, std::optional<std::string> ns) override;
  Task<Result<kube::StringMap>> service_account_annotations(Scope scope, api::es::ServiceAccountSelector ref) override;
  Task<Result<std::vector<std::string>>> service_account_secrets(Scope scope,
                                                                 api::es::ServiceAccountSelector ref) override;
  // Not noted: every token is another one.
  Task<Result<kube::IssuedToken>> service_account_token(Scope scope, api::es::ServiceAccountSelector ref,
                                                        kube::TokenRequest request) override;

  // What is read from now on is not noted.
  void stop() { noting_ = false; }

  // Reads all of it again. kNo: something is another, or gone; kUnknown: the API server did not answer for all of it.
  // This object outlives the look.
  enum class Same : std::uint8_t { kYes, kNo, kUnknown };
  Task<Same> same_as_noted();

  std::size_t noted() const { return reads_.size(); }

 private:
  // Nothing of a value is kept but its digest; an error is the digest of no value: empty, or kUnread.
  using Digest = std::string;
  struct Read {
    std::function<Task<Digest>()> again;
    Digest was;
  };
  void note(std::function<Task<Digest>()> again, Digest was);
  Task<Result<void>> look(std::size_t i);

  ReferenceGate& real_;
  bool noting_ = true;
  std::vector<Read> reads_;
};

}  // namespace rotor::providers
