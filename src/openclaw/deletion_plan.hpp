// How an instance that was deleted is let go: what its spec and annotations say about it. Pure.
#pragma once

#include <string>

#include "api/openclaw/instance.hpp"
#include "base/duration.hpp"

namespace rotor::openclaw {

inline constexpr std::string_view kSkipBackup = "openclaw.rocks/skip-backup";  // instance; "true"
inline constexpr std::string_view kBackupCredentials = "s3-backup-credentials";

struct DeletionPlan {
  bool stops_pods = false;      // the pod ends before the instance is gone, so that its data is at rest
  bool releases_claim = false;  // the claim that was made for it stays behind
  std::string claim{};          // its name; empty: none was made
};

DeletionPlan plan_deletion(const api::OpenClawInstance& instance);

// For how long pods are waited for: spec.backup.timeout (30m; 5m to 24h).
Duration deletion_patience(const api::OpenClawInstance& instance);

}  // namespace rotor::openclaw
