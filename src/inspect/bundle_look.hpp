// Reads a cluster for `rotor support-bundle`. It writes nothing but questions about rights, and reads no Secret but for
// its metadata.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "inspect/bundle.hpp"
#include "inspect/doctor_look.hpp"
#include "kube/client/client.hpp"
#include "kube/client/text_reader.hpp"

namespace rotor::inspect {

struct BundleOptions {
  std::string version{};   // of this program
  std::string server{};    // its address, for people
  DoctorOptions doctor{};  // `ns` and `operator_namespace` count for the rest, too
};

struct BundleSources {
  kube::Client& client;
  kube::TextReader& texts;      // of the API server
  kube::TextReader* metrics{};  // path "" is where Rotor's metrics are; null: in its pods
  const Clock& clock;
};

struct BundleContent {
  std::vector<BundleFile> files{};     // README.txt first
  std::vector<std::string> missing{};  // what could not be had, and why
};

// An error: the server cannot be asked at all. Whatever else could not be had is missing, and said.
Task<Result<BundleContent>> gather_bundle(BundleSources sources, BundleOptions options);

}  // namespace rotor::inspect
