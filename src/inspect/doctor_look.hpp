// Reads a cluster for `rotor doctor`. It writes nothing but questions about rights, and reads no Secret.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "inspect/doctor.hpp"
#include "inspect/doctor_rights.hpp"
#include "kube/client/client.hpp"

namespace rotor::inspect {

struct DoctorOptions {
  std::string ns{};                      // empty: all namespaces
  std::string operator_namespace{};      // where the Lease is, and the key of digests
  std::string lease{};                   // its name; empty: that of Rotor's Deployment
  std::vector<std::string> providers{};  // that are built
  std::vector<std::string> features{};
  WallTime now{};                      // by which a Lease has run out
  std::optional<kube::Key> account{};  // whose rights; none: of who asks
};

// kUnavailable and the like: the server cannot be asked. What may not be looked at is a diagnosis.
Task<Result<Diagnoses>> examine_cluster(kube::Client& client, DoctorOptions options);

}  // namespace rotor::inspect
