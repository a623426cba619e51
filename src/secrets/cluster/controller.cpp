#include "secrets/cluster/controller.hpp"

#include <algorithm>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "kube/client/retry.hpp"
#include "kube/object/own_fields.hpp"

namespace rotor::secrets::cluster {

using kube::Key;
using kube::Outcome;

namespace {

constexpr int kWorkers = 8;
// Namespaces looked at before others have their turn: a millisecond or two.
constexpr int kAtOnce = 64;
// Children whose text is being read, as their ClusterExternalSecret has just become ours.
constexpr auto kTextsAreThere = std::chrono::milliseconds(200);

// The text of one that cannot be read never comes.
bool waits_for_texts(const World& world, const std::string& parent) {
  return std::ranges::any_of(world.children_of(parent), [&world](const Key& child) {
    return world.is_reduced(child) && world.why_unreadable(child).empty();
  });
}

Task<> let_others_run() {
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
}

// Of one that cannot be read, what its removal takes.
ExternalSecretPtr name_and_uid(const World& world, const Key& key) {
  const auto kept = world.external_secrets().find(key);
  if (kept == world.external_secrets().end()) return nullptr;
  ExternalSecret shell;
  shell.metadata.ns = key.ns;
  shell.metadata.name = key.name;
  shell.metadata.uid = kept->second->metadata.uid;
  return std::make_shared<const ExternalSecret>(std::move(shell));
}

std::map<std::string, std::vector<ExternalSecretPtr>> children_by_namespace(const World& world,
                                                                            const std::string& parent) {
  std::map<std::string, std::vector<ExternalSecretPtr>> out;
  for (const Key& key : world.children_of(parent)) {
    const bool readable = world.why_unreadable(key).empty();
    auto child = readable ? world.external_secret(key) : name_and_uid(world, key);
    if (child && (!readable || is_child_of(*child, parent))) out[key.ns].push_back(std::move(child));
  }
  return out;
}

}  // namespace

ClusterController::ClusterController(const Executor& executor, const Parts& parts, MetricsRegistry& metrics)
    : p_(parts),
      world_(parts.client, parts.clock),
      metrics_(metrics, world_, parts.ownership),
      events_(kube::make_event_recorder(executor, parts.client, parts.clock, "cluster-external-secret")),
      queue_(parts.clock, "clusterexternalsecret", std::min(parts.options.workers, kWorkers),
             kube::only_owned(parts.ownership, [this](Key key) { return reconcile(std::move(key)); })),
      everything_listed_(executor) {
  queue_.measure(metrics);
  world_.listen({.parent = [this](const Key& key, const auto& now) { parent_changed(key, now); },
                 .unreadable =
                     [this](const Key& key, const Error& error) {
                       unreadable_.insert(key.name);
                       log::warn("ClusterExternalSecret cannot be read and is left as it is",
                                 {{"clusterexternalsecret", key.name}, {"error", error.message}});
                     },
                 .ns = [this](const auto& before, const auto& after) { namespace_changed(before, after); },
                 .ready = [this] { everything_listed_.notify_one(); }});
}

Task<> ClusterController::watch() {
  using namespace boost::asio::experimental::awaitable_operators;
  co_await (world_.run() && events_->run());
}

Task<> ClusterController::run() {
  if (!world_.ready()) co_await everything_listed_.wait();
  if (!world_.ready()) co_return;  // cancelled
  co_await queue_.run();
}

void ClusterController::parent_changed(const Key& key, const ClusterExternalSecretPtr& now) {
  unreadable_.erase(key.name);
  if (!now) metrics_.gone(key.name);
  queue_.add(key);
}

void ClusterController::divided(const kube::ShardChange& change) {
  for (const auto& [key, parent] : world_.parents()) {
    if (change.gains(key)) queue_.add(key);
    if (!change.loses(key)) continue;
    metrics_.gone(key.name);
    queue_.forget(key);
  }
  if (change.gained.empty()) return;
  // One that ended while nobody owned it is known by what it left on namespaces.
  for (const NamespacePtr& ns : world_.namespaces()) namespace_changed(nullptr, ns);
}

void ClusterController::namespace_changed(const NamespacePtr& before, const NamespacePtr& after) {
  for (const auto& [key, parent] : world_.parents()) {
    if (concerns(*parent, before, after)) queue_.add(key);
  }
  if (!after) return;
  // One that is gone without its clean-up (somebody took its finalizer off) must not keep a namespace from ending.
  for (const std::string& finalizer : after->metadata.finalizers) {
    const std::string name(claimed_by(finalizer));
    if (!name.empty() && !world_.parent(name)) queue_.add({"", name});
  }
}

void ClusterController::child_changed(const Key& external_secret, const std::string& owner_before,
                                      const std::string& owner_after) {
  for (const std::string& owner : {owner_before, owner_after}) {
    if (!owner.empty()) queue_.add({"", owner});
  }
  // Somebody else's may have made place, or taken it.
  for (const auto& [key, parent] : world_.parents()) {
    if (parent->child_name() == external_secret.name) queue_.add(key);
  }
}

Task<Outcome> ClusterController::reconcile(Key key) {
  const SteadyTime start = p_.clock.steady();
  Outcome outcome = co_await pass(key.name);
  if (world_.parent(key.name)) metrics_.pass_took(key.name, p_.clock.steady() - start);
  co_return outcome;
}

// Its watch may be a moment behind what its owner before did. False: it is gone.
Task<Result<bool>> ClusterController::look_again(ClusterExternalSecretPtr parent) {
  const Key key = parent->metadata.key();
  const auto body = co_await p_.client.get(kube::kResource<ClusterExternalSecret>, key);
  if (body) world_.wrote_parent(*body);
  if (!body && body.error().code != Code::kNotFound) co_return std::unexpected(body.error());
  co_return body.has_value();
}

Task<Outcome> ClusterController::pass(std::string name) {
  if (unreadable_.contains(name)) co_return Outcome::done();
  if (waits_for_texts(p_.world, name)) co_return Outcome::again_after(kTextsAreThere, kube::Lane::kUser);
  ClusterExternalSecretPtr parent = world_.parent(name);
  if (parent && p_.ownership.came_lately({"", name})) {
    const auto looked = co_await look_again(parent);
    if (!looked) co_return kube::after_failed_write(looked.error().code);
    if (!*looked) co_return Outcome::done();  // the watch shows its end
    parent = world_.parent(name);
  }
  if (parent && !parent->metadata.deleting()) {
    if (auto patch = kube::add_finalizer_patch(parent->metadata, kFinalizer)) {
      const auto added = co_await patch_parent(p_, world_, parent, *std::move(patch), "");
      if (!added) {
        log::warn("cannot add the finalizer", {{"clusterexternalsecret", name}, {"error", added.error().message}});
        co_return kube::after_failed_write(added.error().code);
      }
      parent = world_.parent(name);
    }
  }
  Course course = set_course(name, parent, p_.options.least_interval);
  Findings findings = co_await look_everywhere(course);
  if (course.kind == Course::Kind::kRelease || course.kind == Course::Kind::kCleanUp) {
    co_return co_await finish_clean_up(std::move(course), std::move(findings));
  }
  if (course.kind == Course::Kind::kRefuse) findings.refuse(course.why);
  const Outcome then = findings.then(course.refresh);
  const auto told = co_await report(p_, world_, *events_, course.parent, std::move(findings));
  if (told) co_return then;
  const auto level = told.error().code == Code::kConflict ? log::Level::kDebug : log::Level::kWarn;
  log::write(level, "cannot write the status", {{"clusterexternalsecret", name}, {"error", told.error().message}});
  co_return kube::after_failed_write(told.error().code);
}

Task<Findings> ClusterController::look_everywhere(Course course) {
  Findings findings;
  const ClusterExternalSecretStatus before = course.parent ? course.parent->status : ClusterExternalSecretStatus();
  auto children = children_by_namespace(p_.world, course.name);
  int unmoved = 0;
  for (const NamespacePtr& ns : world_.namespaces()) {
    const std::string name = ns->metadata.name;
    NamespaceSeen seen{.ns = ns, .children = std::move(children[name])};
    if (course.child) {
      const Key place{name, course.child->name()};
      seen.at_place = p_.world.external_secret(place);
      seen.unreadable = p_.world.why_unreadable(place);
      if (p_.world.is_reduced(place) && seen.unreadable.empty()) {
        auto there = co_await p_.world.read_external_secret(place);
        if (!there) {
          findings.add(name, before, {.kind = Standing::Kind::kFailed, .error = there.error()});
          continue;
        }
        seen.at_place = *std::move(there);
      }
    }
    NamespacePlan plan = plan_namespace(course, seen);
    if (!plan.acts() && ++unmoved % kAtOnce == 0) co_await let_others_run();
    Standing standing = co_await act_in(p_, world_, name, std::move(plan));
    findings.add(name, before, std::move(standing));
  }
  co_return findings;
}

Task<Outcome> ClusterController::finish_clean_up(Course course, Findings findings) {
  const Outcome then = findings.then(Duration::zero());
  if (then.kind != Outcome::Kind::kDone) {
    const std::string what = summary_of(findings.failed());
    log::warn("ClusterExternalSecret not cleaned up", {{"clusterexternalsecret", course.name}, {"error", what}});
    if (course.parent && !what.empty()) {
      events_->record(kube::reference_to(*course.parent), kube::EventRecorder::Type::kWarning, "UpdateFailed", what);
    }
    co_return then;
  }
  if (!course.parent) co_return Outcome::done();
  auto patch = kube::remove_finalizer_patch(course.parent->metadata, kFinalizer);
  if (!patch) co_return Outcome::done();
  const auto removed = co_await patch_parent(p_, world_, course.parent, *std::move(patch), "");
  if (removed) co_return Outcome::done();
  log::warn("cannot remove the finalizer",
            {{"clusterexternalsecret", course.name}, {"error", removed.error().message}});
  co_return kube::after_failed_write(removed.error().code);
}

}  // namespace rotor::secrets::cluster
