#include "openclaw/live_stateful_set.hpp"

#include "json/describe.hpp"
#include "json/reader.hpp"
#include "openclaw/apply_diff.hpp"
#include "openclaw/names.hpp"
#include "openclaw/storage.hpp"
#include "openclaw/take_over.hpp"

namespace rotor::openclaw {
namespace {

struct CountedMetadata {
  std::int64_t generation = 0;
};
struct CountedSpec {
  std::optional<std::int64_t> replicas{};
};
struct CountedStatus {
  std::int64_t observed_generation = 0;
  std::int64_t replicas = 0;
  std::int64_t ready_replicas = 0;
  std::int64_t updated_replicas = 0;
};
// All that a rollout is judged by: the rest of such an object is long, and is not built for that.
struct StatefulSetCounts {
  CountedMetadata metadata{};
  CountedSpec spec{};
  CountedStatus status{};
};

}  // namespace
}  // namespace rotor::openclaw

namespace rotor::json {
using namespace openclaw;

ROTOR_DESCRIBED(CountedMetadata);
ROTOR_DESCRIBED(CountedSpec);
ROTOR_DESCRIBED(CountedStatus);
ROTOR_DESCRIBED(StatefulSetCounts);

ROTOR_DESCRIBE(CountedMetadata, "Which template is asked for.", field<&CountedMetadata::generation>("generation"));
ROTOR_DESCRIBE(CountedSpec, "How many pods are asked for.", field<&CountedSpec::replicas>("replicas"));
ROTOR_DESCRIBE(CountedStatus, "How far the pods are.", field<&CountedStatus::observed_generation>("observedGeneration"),
               field<&CountedStatus::ready_replicas>("readyReplicas"), field<&CountedStatus::replicas>("replicas"),
               field<&CountedStatus::updated_replicas>("updatedReplicas"));
ROTOR_DESCRIBE(StatefulSetCounts, "All that a rollout is judged by.", field<&StatefulSetCounts::metadata>("metadata"),
               field<&StatefulSetCounts::spec>("spec"), field<&StatefulSetCounts::status>("status"));

}  // namespace rotor::json

namespace rotor::openclaw {
namespace {

// Between the end of a pod and the next one the counts are zero, all of them: as if there were nothing left to do.
WorkloadState state_of(const StatefulSetCounts& counts) {
  const CountedStatus& status = counts.status;
  const bool all_there = !counts.spec.replicas || *counts.spec.replicas == status.replicas;
  return {.replicas = status.replicas,
          .ready_replicas = status.ready_replicas,
          .updated_replicas = status.updated_replicas,
          .current = status.observed_generation >= counts.metadata.generation && all_there};
}

std::string_view annotation(const json::Value& document, std::string_view path, std::string_view name) {
  const json::Value* all = json::find(document, path);
  const json::Value* value = all != nullptr && all->is_object() ? all->get_object().if_contains(name) : nullptr;
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::int64_t number(const json::Value& document, std::string_view path) {
  const json::Value* value = json::find(document, path);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

// Do we own that place, or something below it?
bool owns(const kube::FieldSet& owned, std::initializer_list<std::string_view> path) {
  const kube::FieldSet* at = &owned;
  for (const std::string_view name : path) {
    at = at->below(kube::PathElement::field(name));
    if (at == nullptr) return false;
  }
  return true;
}

}  // namespace

WorkloadState workload_state(const json::Value& document) {
  StatefulSetCounts counts{.metadata = {number(document, "metadata.generation")},
                           .status = {.observed_generation = number(document, "status.observedGeneration"),
                                      .replicas = number(document, "status.replicas"),
                                      .ready_replicas = number(document, "status.readyReplicas"),
                                      .updated_replicas = number(document, "status.updatedReplicas")}};
  if (json::find(document, "spec.replicas") != nullptr) counts.spec.replicas = number(document, "spec.replicas");
  return state_of(counts);
}

WorkloadState workload_state(const LiveObject& object) {
  const auto counts = json::read<StatefulSetCounts>(object.text.unpack());
  return counts ? state_of(*counts) : WorkloadState{.current = false};
}

Result<LiveStatefulSet> read_stateful_set(LivePtr object, const Applied& before) {
  LiveStatefulSet live;
  live.object = std::move(object);
  if (live.object == nullptr) return live;
  TRY(live.document, json::parse(live.object->text.unpack()));
  live.owned = owned_fields(live.document, kFieldManager);
  live.left = left_before_us(kube::kResource<api::StatefulSet>, live.document);
  live.claim = claim_of(live.document);
  live.config = {std::string(annotation(live.document, "spec.template.metadata.annotations", kConfigHash)),
                 std::string(annotation(live.document, "metadata.annotations", kConfigRead))};
  live.history = annotation(live.document, "metadata.annotations", kSecretHistory);
  live.ours = owns(live.owned, {"spec", "template", "spec"});
  live.last_good = parse_last_good(annotation(live.document, "metadata.annotations", kLastGood));
  const bool known = before.uid == live.object->metadata.uid;
  std::string_view state = annotation(live.document, "metadata.annotations", kSecretState);
  if (known && !owns(live.owned, {"metadata", "annotations", kSecretState})) state = before.state;
  if (auto parsed = parse_state(state)) live.state = std::make_shared<const SecretState>(*std::move(parsed));
  live.hash = annotation(live.document, "spec.template.metadata.annotations", kSecretHash);
  if (!live.ours || owns(live.owned, {"spec", "template", "metadata", "annotations", kSecretHash})) return live;
  if (live.state != nullptr && !live.state->hash.empty()) {
    live.hash = live.state->hash;
  } else if (known) {
    live.hash = before.hash;
  }
  return live;
}

}  // namespace rotor::openclaw
