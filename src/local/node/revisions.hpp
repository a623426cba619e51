// The history of a StatefulSet's pod templates, as the StatefulSet controller keeps it: one ControllerRevision for each
// template, which `kubectl rollout history` and `kubectl rollout undo` read.
// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#revision-history
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.hpp"
#include "kube/client/client.hpp"

namespace rotor::local {

struct RevisionPlan {
  std::string name;                      // of the revision that the template is now
  std::optional<json::Object> create{};  // a new ControllerRevision…
  std::string renumber{};                // …or the older one that the template went back to…
  std::int64_t number = 0;               // …and the number it gets
  std::vector<std::string> remove{};     // the oldest ones over spec.revisionHistoryLimit
};

// `set` as the API server has it; `existing`: the ControllerRevisions it owns. `collisions`: how many names of this
// template were found taken by another one.
RevisionPlan plan_revisions(const json::Object& set, std::vector<json::Object> existing, int collisions = 0);

// The suffix of a revision's name: FNV-1 of its data and, after a collision, of the count, in letters that spell
// nothing.
std::string revision_hash(std::string_view data, int collisions);

// Brings the ControllerRevisions of a StatefulSet up to date and answers the name of the present one.
Task<Result<std::string>> keep_revisions(kube::Client& client, kube::Key set);

}  // namespace rotor::local
