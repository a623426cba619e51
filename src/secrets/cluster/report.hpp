// Tells what a pass over a ClusterExternalSecret found: status (only what changed), and an event for failures that are
// new.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "kube/runtime/queue.hpp"
#include "secrets/cluster/act.hpp"

namespace rotor::secrets::cluster {

// What is said of one that is good and chosen by nobody.
inline constexpr std::string_view kNowhere = "no namespace matches spec.namespaceSelectors or spec.namespaces";

// How it stands, namespace by namespace in the order of their names.
class Findings {
 public:
  void add(const std::string& ns, const ClusterExternalSecretStatus& before, Standing standing);
  // The spec cannot have been meant: whatever there is stays as it is.
  void refuse(std::string why);

  // The status after it. Pure.
  ClusterExternalSecretStatus status(const ClusterExternalSecret& parent) const;
  const std::vector<api::es::FailedNamespace>& failed() const { return failed_; }
  // Good, and chosen by no namespace, which was otherwise before.
  bool newly_nowhere(const ClusterExternalSecretStatus& before) const;

  // What comes next: soon when somebody else wrote in between or a server could not answer, after minutes when it
  // refused, else when `refresh` says so.
  kube::Outcome then(Duration refresh) const;

 private:
  bool refused_ = false;
  bool soon_ = false;
  bool denied_ = false;
  std::vector<std::string> provisioned_;
  std::vector<api::es::FailedNamespace> failed_;
  std::vector<std::string> unreadable_;  // of `failed_`, what only a person can put right: the condition says it, too
};

// One line about them: the first few by name, the others by their number.
std::string summary_of(const std::vector<api::es::FailedNamespace>& failed);

// Good as well when the object is gone.
Task<Result<void>> report(Parts parts, ClusterWorld& world, kube::EventRecorder& events,
                          ClusterExternalSecretPtr parent, Findings findings);

}  // namespace rotor::secrets::cluster
