// What an instance's annotations say of how a new value is proven before pods restart for it. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kube/object/object.hpp"

namespace rotor::openclaw {

inline constexpr std::string_view kSecretProof = "openclaw.rocks/secret-proof";
inline constexpr std::string_view kSecretProofCommand = "openclaw.rocks/secret-proof-command";
inline constexpr std::string_view kSecretProofUnknown = "openclaw.rocks/secret-proof-unknown";
inline constexpr std::string_view kSecretProofDeadline = "openclaw.rocks/secret-proof-deadline";

struct ProofSettings {
  enum class Kind : std::uint8_t {
    kNone,
    kReadiness,       // the first pod that starts with the value is the proof
    kCommand,         // a Job runs `command`
    kOpenclawModels,  // a Job asks the model providers with the program's own test
  } kind = Kind::kReadiness;
  std::vector<std::string> command{};
  bool unknown_holds = false;  // a proof without a verdict: stop, or go on
  std::chrono::seconds deadline{300};

  // What is wrong with the annotations. While `unclear`, nobody can say which proof is meant: no pod restarts for a
  // new value. What is wrong with the others has its safest meaning instead.
  std::vector<std::string> problems{};
  bool unclear = false;

  bool runs_job() const { return kind == Kind::kCommand || kind == Kind::kOpenclawModels; }
};

ProofSettings read_proof_settings(const kube::StringMap& annotations);

}  // namespace rotor::openclaw
