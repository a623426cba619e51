#include "local/node/stateful_sets.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include "json/document.hpp"
#include "local/node/pod_objects.hpp"
#include "local/node/revisions.hpp"

namespace rotor::local {
namespace {

using kube::Outcome;
using std::chrono::seconds;

constexpr kube::Resource kPods = kube::kResource<api::Pod>;
constexpr int kWorkers = 8;
// `kubectl delete` looks for the pod by name once more before it waits for its end: one that is back by then is waited
// for in vain. A cluster is never that fast.
constexpr std::chrono::milliseconds kPause{100};

const kube::OwnerReference* controller_of(const api::Pod& pod) {
  for (const kube::OwnerReference& owner : pod.metadata.owner_references) {
    if (owner.controller.value_or(false)) return &owner;
  }
  return nullptr;
}

SetInput::Pod relation(const api::StatefulSet& set, const api::Pod* pod) {
  if (pod == nullptr) return SetInput::Pod::kNone;
  const kube::OwnerReference* owner = controller_of(*pod);
  if (owner != nullptr) return owner->uid == set.metadata.uid ? SetInput::Pod::kOurs : SetInput::Pod::kForeign;
  const bool selected = kube::matches(set.spec.selector, pod->metadata.labels);
  return selected ? SetInput::Pod::kOrphan : SetInput::Pod::kForeign;
}

SetInput input_of(const api::StatefulSet& set, const api::Pod* pod, bool replaces) {
  return {.exists = true,
          .deleting = set.metadata.deleting(),
          .wants_pod = set.spec.replicas.value_or(1) > 0,
          .replaces = replaces && set.spec.update_strategy.type != "OnDelete",
          .pod = relation(set, pod),
          .pod_terminating = pod != nullptr && pod->metadata.deleting(),
          .pod_current = pod != nullptr && count_of(*pod).revision == template_revision(set)};
}

// Somebody was faster: the watch will say so.
Result<void> unless_overtaken(Result<void> result) {
  if (!result && (result.error().code == Code::kNotFound || result.error().code == Code::kConflict)) return {};
  return result;
}

}  // namespace

StatefulSets::StatefulSets(kube::Client& client, Clock& clock, Timeline& timeline, kube::Cache<api::Pod>& pods,
                           Proofs& proofs, Rehearsal& rehearsal, bool replaces)
    : client_(client),
      clock_(clock),
      timeline_(timeline),
      pods_(pods),
      proofs_(proofs),
      rehearsal_(rehearsal),
      sets_(client, clock, "", {}),
      queue_(clock, "local-statefulsets", kWorkers, [this](kube::Key key) { return reconcile(std::move(key)); },
             {.first = seconds(1), .most = seconds(10)}),
      replaces_(replaces) {
  sets_.on_change([this](const kube::Key& key, const SetPtr&, const SetPtr&) { queue_.add(key); });
  proofs_.on_verdict([this](const kube::Key& key) { queue_.add(key); });
  pods_.on_change([this](const kube::Key&, const PodPtr& before, const PodPtr& after) {
    if (before) wake(*before);
    if (after) wake(*after);
    if (before && (!after || after->metadata.deleting())) removed_.erase(before->metadata.uid);
    if (after) gone_.erase(after->metadata.key());
    if (before && !after) gone_.insert_or_assign(before->metadata.key(), clock_.steady());
  });
  pods_.on_ready([this] {
    for (const auto& [key, set] : sets_.all()) queue_.add(key);
  });
}

Task<> StatefulSets::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  co_await (sets_.run() && queue_.run());
}

// The set that owns the pod, or the one that would by its name.
void StatefulSets::wake(const api::Pod& pod) {
  const kube::OwnerReference* owner = controller_of(pod);
  if (owner != nullptr && owner->kind == "StatefulSet") queue_.add({pod.metadata.ns, owner->name});
  if (pod.metadata.name.ends_with("-0"))
    queue_.add({pod.metadata.ns, pod.metadata.name.substr(0, pod.metadata.name.size() - 2)});
}

Task<Outcome> StatefulSets::reconcile(kube::Key key) {
  const SetPtr set = sets_.get(key);
  if (!set || stopping_ || !pods_.is_ready()) co_return Outcome::done();
  const kube::Key pod_key{key.ns, pod_name(*set)};
  PodPtr pod = pods_.get(pod_key);
  SetInput input = input_of(*set, pod.get(), replaces_);
  if (pod && removed_.contains(pod->metadata.uid)) input.pod_terminating = true;
  const SetAction action = decide(input);
  if (input.pod_current) proofs_.not_needed(pod_key);
  if (action == SetAction::kCreate) {
    if (const auto rest = too_soon(pod_key)) co_return Outcome::again_after(*rest, kube::Lane::kUser);
  }
  const auto done = co_await act(action, set, std::move(pod));
  pod = pods_.get(pod_key);
  const bool counts = relation(*set, pod.get()) == SetInput::Pod::kOurs;
  const auto told = co_await report(set, counts ? pod : nullptr);
  co_return done&& told ? Outcome::done() : Outcome::failed();
}

std::optional<Duration> StatefulSets::too_soon(const kube::Key& pod) {
  const auto it = gone_.find(pod);
  if (it == gone_.end()) return std::nullopt;
  const auto rest = it->second + kPause - clock_.steady();
  if (rest > SteadyTime::duration::zero()) return rest;
  gone_.erase(it);
  return std::nullopt;
}

Task<Result<void>> StatefulSets::act(SetAction action, SetPtr set, PodPtr pod) {
  const std::string subject = set->metadata.key().text();
  switch (action) {
    case SetAction::kNothing:
      co_return Result<void>{};
    case SetAction::kCreate:
      co_return co_await create(std::move(set));
    case SetAction::kAdopt:
      co_return co_await adopt(std::move(set), std::move(pod));
    case SetAction::kReplace:
      if (!proofs_.allow(set, *pod)) co_return Result<void>{};
      if (!co_await rehearsal_.succeeds(set)) co_return fail(Code::kUnavailable, "said by the rehearsal");
      timeline_.say(subject, "its pod template changed: the pod is replaced");
      co_return co_await remove(std::move(pod));
    case SetAction::kRemove:
      timeline_.say(subject, "scaled to zero");
      co_return co_await remove(std::move(pod));
  }
  co_return Result<void>{};
}

Task<Result<void>> StatefulSets::create(SetPtr set) {
  CO_TRY_VOID(co_await keep_revisions(client_, set->metadata.key()));
  SecretBytes body(json::serialize(make_pod(*set, template_revision(*set))));
  CO_TRY(const SecretBytes answer, co_await client_.create(kPods, set->metadata.ns, std::move(body)));
  CO_TRY_VOID(pods_.wrote(answer));
  co_return Result<void>{};
}

// Two watches show the end of a set and the release of its pod in either order: a pod that is given to a set which is
// going would go with it, so the set is asked for first.
Task<Result<void>> StatefulSets::adopt(SetPtr set, PodPtr pod) {
  const auto now = co_await kube::get<api::StatefulSet>(client_, set->metadata.key());
  if (!now) co_return unless_overtaken(std::unexpected(now.error()));
  if (now->metadata.uid != set->metadata.uid || now->metadata.deleting()) co_return Result<void>{};
  const json::Object owned = make_pod(*set, template_revision(*set));
  json::Object meta{{"uid", pod->metadata.uid}, {"ownerReferences", owned.at("metadata").at("ownerReferences")}};
  SecretBytes patch(json::serialize(json::Object{{"metadata", std::move(meta)}}));
  auto answer = co_await client_.patch(kPods, pod->metadata.key(), kube::PatchType::kMerge, std::move(patch));
  if (!answer) co_return unless_overtaken(std::unexpected(std::move(answer).error()));
  CO_TRY_VOID(pods_.wrote(*answer));
  co_return Result<void>{};
}

// The node stops the process and then lets the object go.
Task<Result<void>> StatefulSets::remove(PodPtr pod) {
  removed_.insert(pod->metadata.uid);
  auto removed = co_await client_.remove(kPods, pod->metadata.key(), {.uid = pod->metadata.uid});
  if (!removed) removed_.erase(pod->metadata.uid);
  co_return unless_overtaken(std::move(removed));
}

Task<Result<void>> StatefulSets::report(SetPtr set, PodPtr pod) {
  const auto patch = status_patch(*set, status_of(*set, pod ? count_of(*pod) : PodCount{}));
  if (!patch) co_return Result<void>{};
  SecretBytes body(json::serialize(*patch));
  auto answer = co_await client_.patch(kube::kResource<api::StatefulSet>, set->metadata.key(), kube::PatchType::kMerge,
                                       std::move(body), {.subresource = "status"});
  if (!answer) co_return unless_overtaken(std::unexpected(std::move(answer).error()));
  CO_TRY_VOID(sets_.wrote(*answer));
  co_return Result<void>{};
}

}  // namespace rotor::local
