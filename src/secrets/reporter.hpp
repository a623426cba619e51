// Tells how a pass over an ExternalSecret ended, once: status (only what changed), events, metrics, log.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "secrets/ending.hpp"
#include "secrets/fetch.hpp"
#include "secrets/parts.hpp"
#include "secrets/remarks.hpp"
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
  std::vector<std::string> altered{};                 // values that are another than the store holds
  std::optional<std::vector<std::string>> remarks{};  // what there is to say besides; nullopt: nobody knows
  bool refused = false;                               // nothing but an edit lifts it, and nobody was asked
  WallTime started{};
  bool took_back = false;  // generators took back at their servers what they gave
};

// What there is to say of a good ending beside its condition: the first few, and how many more. Pure.
std::vector<Remark> remarks_of(const Report& report);

// The status after it. Pure.
ExternalSecretStatus status_after(const ExternalSecret& es, const Report& report, WallTime now);

class Reporter {
 public:
  explicit Reporter(const Parts& parts) : p_(parts) {}

  // The status as it stands then.
  Task<Result<ExternalSecretStatus>> report(ExternalSecretPtr es, Report report);
  void pass_took(const kube::Key& key, Duration took);
  void forget(const kube::Key& key);

 private:
  // As it is written: the times of later refreshes may be still to be told.
  ExternalSecretStatus told_status(const ExternalSecret& es) const;
  Task<Result<void>> write(ExternalSecretPtr es, ExternalSecretStatus before, ExternalSecretStatus status);
  void tell_deeds(const ExternalSecret& es, const std::vector<Deed>& deeds);
  void tell_remarks(const ExternalSecret& es, const Report& report);
  void tell_failure(const ExternalSecret& es, const Report& report);
  void event(const ExternalSecret& es, kube::EventRecorder::Type type, std::string_view reason, std::string message);

  Parts p_;
  RemarkLedger remarks_;
  std::map<kube::Key, std::string> refusals_;  // that were told
};

}  // namespace rotor::secrets
