// Gathering for the StatefulSet of an instance: all that the decision about it needs, in one struct.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "api/apps/stateful_set.hpp"
#include "kube/runtime/rotation_key.hpp"
#include "openclaw/applier.hpp"
#include "openclaw/consumed_digest.hpp"
#include "openclaw/live_stateful_set.hpp"
#include "openclaw/options.hpp"
#include "openclaw/rollout/history.hpp"
#include "openclaw/secret_reader.hpp"

namespace rotor::openclaw {

struct WorkloadSight {
  InstancePtr instance;
  kube::Key key;
  LiveStatefulSet live;
  api::StatefulSet wanted;  // without marks
  References references;    // of `wanted`
  ObservedSecrets observed;
  std::shared_ptr<const Digester> digester;  // null: there is no key to compare with, and `key_error` says why
  std::string key_error;
  bool marks_only = false;        // another operator's pods: restarting them is not ours to begin
  bool template_changes = false;  // the pods restart for a reason of the spec's own
  bool lacks_config_map = false;  // pods run, and new ones could not start
  bool delivery_open = false;     // pods that run were told of other values than the state has
  bool missed_before_us = false;  // another operator's mark shows an older value

  // For instances that go back to the last good value of a Secret (last_good/keeper).
  LastGood last_good{};                 // what is kept, and whose present values were refused
  std::set<std::string> rolled_back{};  // Secrets of which the pods are to use the copy: `observed` shows that one
  bool goes_back = false;               // a rollout failed just now
  WallTime seen_at{};
  std::optional<Duration> look_again{};     // a rollout is to be judged then
  std::optional<RestartFailure> failure{};  // the newest restart did not end well

  bool pods_start_anyway() const { return live.object == nullptr || template_changes; }
  // The template of pods that run is another although nobody edited the instance: by a newer Rotor, or what the pods
  // are made of beside the spec.
  bool renewed_by_us() const;
  // Would the write bring pods up, be it for replicas alone?
  bool starts_pods() const;
  // Would it take pods away that are there?
  bool replaces_pods() const;
  std::string live_state() const;
  // All that is wanted, with these marks.
  api::StatefulSet marked(std::string hash, std::string state, std::string history, const LastGood& record) const;
  // The document to apply with these marks: all that is wanted, or nothing but the marks.
  std::string text(std::string hash, std::string state, std::string history, const LastGood& record) const;
};
using SightPtr = std::shared_ptr<const WorkloadSight>;

class WorkloadGatherer {
 public:
  WorkloadGatherer(kube::Client& client, Clock& clock, View& view, Applier& applier, const ControllerOptions& options)
      : clock_(clock),
        view_(view),
        applier_(applier),
        secrets_(client, view),
        key_(client, clock, options.operator_namespace) {}

  Task<Result<SightPtr>> gather(InstancePtr instance, std::shared_ptr<Memory> memory);

  // Only the Secrets: is anything different from what the last pass saw?
  Task<bool> secrets_changed(InstancePtr instance, std::shared_ptr<Memory> memory);

 private:
  Task<Result<std::shared_ptr<const Digester>>> digester();
  void tell_of_key(const Result<std::shared_ptr<const kube::DigestKey>>& key);
  Task<Result<bool>> template_changes(SightPtr sight, std::shared_ptr<Memory> memory);
  Task<Result<bool>> missed_before_us(SightPtr sight);

  Clock& clock_;
  const View& view_;
  Applier& applier_;
  SecretReader secrets_;
  kube::RotationKey key_;
  bool without_key_ = false;  // and the log says so
};

// Tells pod templates apart, in a few bytes.
std::string template_digest(const api::StatefulSet& stateful_set);

}  // namespace rotor::openclaw
