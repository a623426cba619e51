// The webhook's certificates in a Secret of the operator's namespace, so that all replicas serve the same.
#pragma once

#include "admission/webhook/certificate_plan.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "kube/client/client.hpp"

namespace rotor::admission {

class CertificateSecret {
 public:
  static constexpr std::string_view kName = "rotor-webhook-certificate";

  CertificateSecret(kube::Client& client, std::string ns)
      : client_(client), where_{std::move(ns), std::string(kName)} {}

  // What is there, after what had to be renewed was written. Of two replicas that renew at once, one wins and both have
  // its result.
  Task<Result<KeptCertificates>> current(CertificateRules rules, WallTime now, bool bundle_in_place);

 private:
  struct Found {
    KeptCertificates kept{};
    std::string resource_version{};  // "": there is none yet
  };
  Task<Result<Found>> read();
  Task<Result<void>> write(KeptCertificates kept, std::string resource_version);

  kube::Client& client_;
  kube::Key where_;
};

}  // namespace rotor::admission
