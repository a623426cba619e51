// One refresh of an ExternalSecret, step by step: material, content, plan, write. What came of it is for the report.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "base/line.hpp"
#include "base/task.hpp"
#include "secrets/content.hpp"
#include "secrets/generator_states.hpp"
#include "secrets/input_digests.hpp"
#include "secrets/manifest_target/manifest_writer.hpp"
#include "secrets/parts.hpp"
#include "secrets/reporter.hpp"
#include "secrets/schedule/freshness.hpp"
#include "secrets/target_writer.hpp"
#include "secrets/unwritten.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

class Sync {
 public:
  Sync(const Parts& parts, GeneratorStates& states)
      : p_(parts), states_(states), digests_(parts), maker_(parts, digests_), writer_(parts), manifest_writer_(parts) {}

  // `answered` is called when no store is needed any more: all have answered, or one has failed.
  Task<Report> run(ExternalSecretPtr es, Freshness wanted, std::function<void()> answered);
  // No store is asked, no generator runs: what the target holds stays, and is owned as creationPolicy says.
  Task<Report> put_around(ExternalSecretPtr es);
  // The same for what was made once under an earlier target name.
  Task<Report> move(ExternalSecretPtr es, TargetPtr earlier);
  // What a deleted ExternalSecret made goes with it, when it still controls it.
  Task<Synced<void>> remove_with(ExternalSecretPtr es);
  // Its report is written: what generators gave is used up.
  void settled(const kube::Key& external_secret) { unwritten_.forget(external_secret); }
  void forget(const kube::Key& external_secret) {
    digests_.forget(external_secret);
    unwritten_.forget(external_secret);
  }

 private:
  Task<Report> refresh(ExternalSecretPtr es, Freshness wanted, std::function<void()> answered,
                       std::vector<LeftBehind>& left);
  // Those who add keys to one Secret write one after the other; null for all others.
  Task<std::unique_ptr<Turn>> turn_at(ExternalSecretPtr es);
  struct Carried;  // a plan that was carried out
  Task<Report> conclude(ExternalSecretPtr es, Report report, std::string digest, Synced<Carried> carried);
  Task<Synced<Carried>> carry_out_around(ExternalSecretPtr es);
  Task<Synced<Carried>> bring_about(ExternalSecretPtr es, Content content, TargetPtr live);
  Task<Synced<Carried>> carry_out(ExternalSecretPtr es, Content content, TargetPtr live);
  Task<Synced<Carried>> carry_out_on(ManifestPlacePtr place, ExternalSecretPtr es, Content content);
  Task<Synced<void>> remove_object_with(ExternalSecretPtr es);

  Parts p_;
  GeneratorStates& states_;
  InputDigests digests_;
  Unwritten unwritten_;
  ContentMaker maker_;
  TargetWriter writer_;
  ManifestWriter manifest_writer_;
  std::map<kube::Key, std::weak_ptr<Turn::Object>> shared_targets_;
};

}  // namespace rotor::secrets
