// Tells how a pass over an ExternalSecret ended, once: status (only what changed), events, metrics, log.
#pragma once

#include <string>
#include <vector>

#include "base/task.hpp"
#include "secrets/ending.hpp"
#include "secrets/fetch.hpp"
#include "secrets/parts.hpp"
#include "secrets/target_writer.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

struct Report {
  Ending ending = Ending::kSynced;
  Error error{};  // why, where the ending is no good one
  kube::Outcome then = kube::Outcome::done();
  bool has_secret = false;      // there is one that was made of what is there now
  std::string inputs_digest{};  // of what that is
  std::vector<Deed> deeds{};
  std::vector<Gap> gaps{};
  std::string note{};  // what the Ready condition says besides
  WallTime started{};
  bool took_back = false;  // generators took back at their servers what they gave
};

// The status after it. Pure.
ExternalSecretStatus status_after(const ExternalSecret& es, const Report& report, WallTime now);

class Reporter {
 public:
  explicit Reporter(const Parts& parts) : p_(parts) {}

  // The status as it stands then.
  Task<Result<ExternalSecretStatus>> report(ExternalSecretPtr es, Report report);
  void pass_took(const kube::Key& key, Duration took);

 private:
  // As it is written: the times of later refreshes may be still to be told.
  ExternalSecretStatus told_status(const ExternalSecret& es) const;
  Task<Result<void>> write(ExternalSecretPtr es, ExternalSecretStatus before, ExternalSecretStatus status);
  void tell_deeds(const ExternalSecret& es, const std::vector<Deed>& deeds);
  void tell_failure(const ExternalSecret& es, const Report& report);
  void event(const ExternalSecret& es, kube::EventRecorder::Type type, std::string_view reason, std::string message);

  Parts p_;
};

}  // namespace rotor::secrets
