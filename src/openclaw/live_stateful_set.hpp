// The StatefulSet that is there, and whose its marks are.
#pragma once

#include <memory>
#include <string>

#include "json/document.hpp"
#include "kube/object/fields.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/last_good/record.hpp"
#include "openclaw/memory.hpp"
#include "openclaw/status.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

// What the StatefulSet that is there says.
struct LiveStatefulSet {
  LivePtr object;                            // null: there is none
  json::Value document;                      // of `object`
  kube::FieldSet owned;                      // what of it we wrote
  kube::FieldSet left;                       // what another operator wrote, and becomes ours with our first apply
  std::string hash;                          // the mark that belongs on its template
  std::shared_ptr<const SecretState> state;  // null: none of ours
  ConfigMark config;                         // the mark of its template for what is no Secret
  std::string history;                       // of restarts, as it stands there
  std::string claim;                         // of its data volume
  LastGood last_good{};                      // what its annotation says; empty: nothing
  bool ours = false;                         // we applied its pods before
};
// `before`: what we know of it from earlier; marks that we own no longer were changed by somebody else.
Result<LiveStatefulSet> read_stateful_set(LivePtr object, const Applied& before);

// What the status of a StatefulSet says.
WorkloadState workload_state(const json::Value& document);
WorkloadState workload_state(const LiveObject& object);

}  // namespace rotor::openclaw
