#include "secrets/generator_states.hpp"

#include <algorithm>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "base/time.hpp"
#include "generators/generator.hpp"
#include "generators/webhook_secrets.hpp"
#include "json/object_hash.hpp"
#include "json/writer.hpp"
#include "kube/object/own_fields.hpp"
#include "secrets/items.hpp"

namespace rotor::secrets {
namespace {

using api::gen::GeneratorState;
using kube::Key;
using kube::Outcome;

constexpr int kStateWorkers = 4;

bool older(const std::shared_ptr<const GeneratorState>& a, const std::shared_ptr<const GeneratorState>& b) {
  const auto& left = a->metadata;
  const auto& right = b->metadata;
  if (left.creation_timestamp != right.creation_timestamp) return left.creation_timestamp < right.creation_timestamp;
  return kube::later_version(right.resource_version, left.resource_version);
}

json::Raw snapshot(const std::string& ns, const LeftBehind& left) {
  json::Raw out;
  out.text.clear();
  json::Writer w(out.text);
  w.begin_object();
  w.key("apiVersion");
  w.string(api::gen::kApiVersion);
  w.key("kind");
  w.string(left.kind);
  w.key("metadata");
  w.raw(fmt::format(R"({{"name":{},"namespace":{}}})", json::quote(left.name), json::quote(ns)));
  w.key("spec");
  w.raw(left.spec.text);
  w.end_object();
  return out;
}

GeneratorState state_object(const ExternalSecret& es, const LeftBehind& left, std::string deadline) {
  GeneratorState state;
  state.metadata.ns = es.metadata.ns;
  state.metadata.generate_name = fmt::format("gen-externalsecret-{}-", es.metadata.name);
  state.metadata.labels.emplace(kStateOwnerLabel, state_owner_key(es.metadata.key(), left.item));
  state.metadata.finalizers = {std::string(kStateFinalizer)};
  state.metadata.owner_references = {
      {.api_version = es.api_version, .kind = es.kind, .name = es.metadata.name, .uid = es.metadata.uid}};
  state.spec.garbage_collection_deadline = std::move(deadline);
  state.spec.resource = snapshot(es.metadata.ns, left);
  state.spec.state = left.state;
  return state;
}

void tell_it_stays(const GeneratorState& state) {
  log::warn(
      "a GeneratorState waits to be deleted, and its generator is not built here: take back at the server what "
      "spec.state names, then take the finalizer off",
      {{"generatorstate", state.metadata.key().text()}, {"finalizer", kStateFinalizer}});
}

std::string deadline_patch(std::string_view deadline) {
  return fmt::format(R"({{"spec":{{"garbageCollectionDeadline":{}}}}})", json::quote(deadline));
}

}  // namespace

std::string state_owner_key(const Key& external_secret, std::size_t item) {
  const std::string owner = fmt::format("ExternalSecret-{}-{}-{}", external_secret.ns, external_secret.name, item);
  return json::object_hash(std::string_view(owner));
}

GeneratorStates::GeneratorStates(kube::Client& client, Clock& clock, const generators::Generators& generators,
                                 providers::ReferenceGate& gate, const Options& options, MetricsRegistry& metrics,
                                 kube::Ownership& ownership)
    : client_(client),
      clock_(clock),
      generators_(generators),
      gate_(gate),
      options_(options),
      states_(client, clock, options.watched, {}),
      queue_(clock, "generatorstate", kStateWorkers,
             kube::only_owned(
                 ownership, [this](Key key) { return reconcile(std::move(key)); },
                 [this](const Key& key) { return owner_of(key); })) {
  queue_.measure(metrics);
  states_.on_change([this](const Key& key, const StatePtr&, const StatePtr& after) {
    after ? queue_.add(key, kube::Lane::kRefresh) : forget(key);
    if (after) seen_for(*after);
  });
}

void GeneratorStates::forget(const Key& state) {
  queue_.forget(state);
  unused_.erase(state);
}

Duration GeneratorStates::seen_for(const State& state) {
  const std::string& deadline = state.spec.garbage_collection_deadline;
  return deadline.empty() ? Duration() : deadlines_.age(state.metadata.key(), deadline, clock_.steady());
}

// Whoever reads the Secret late still uses it for the grace period, which is over early where the clock of the replica
// that wrote the deadline is behind, or ours ahead: it has passed here, too.
Duration GeneratorStates::left_until(WallTime deadline, const State& state) {
  if (unused_.contains(state.metadata.key())) return Duration::zero();
  return std::max<Duration>(deadline - clock_.now(), options_.generator_grace - seen_for(state));
}

// Who works on the ExternalSecret that left it behind writes to it, too.
Key GeneratorStates::owner_of(const Key& state) const {
  const StatePtr there = states_.get(state);
  const bool owned = there && !there->metadata.owner_references.empty();
  return owned ? Key{state.ns, there->metadata.owner_references.front().name} : state;
}

void GeneratorStates::divided(const kube::ShardChange& change) {
  for (const auto& [key, state] : states_.all()) {
    const Key owner = owner_of(key);
    if (change.gains(owner)) queue_.add(key, kube::Lane::kRefresh);
    if (change.loses(owner)) queue_.forget(key);
  }
}

Task<> GeneratorStates::run() {
  if (!options_.generator_state) co_return;
  using namespace boost::asio::experimental::awaitable_operators;
  co_await (states_.run() && queue_.run());
}

// What another operator left of a kind that is not built stays whole, as it is, for that operator.
bool GeneratorStates::can_take_back(const State& state) const {
  const auto generator = json::read<api::gen::Generator>(state.spec.resource.text);
  return generator && generators_.find(generator->kind) != nullptr;
}

Task<Outcome> GeneratorStates::reconcile(Key key) {
  const StatePtr state = states_.get(key);
  if (!state) co_return Outcome::done();
  if (!can_take_back(*state)) {
    if (state->metadata.deleting()) tell_it_stays(*state);
    co_return Outcome::done();
  }
  if (state->metadata.deleting()) co_return co_await let_go(state);
  if (auto add = kube::add_finalizer_patch(state->metadata, kStateFinalizer)) {
    const auto added = co_await patch(state, *std::move(add));
    co_return added ? Outcome::again_after(Duration::zero()) : Outcome::failed();
  }
  const auto deadline = parse_time(state->spec.garbage_collection_deadline);
  if (!deadline) co_return Outcome::done();
  const Duration left = left_until(*deadline, *state);
  if (left > Duration::zero()) co_return Outcome::again_after(left);
  const auto removed = co_await client_.remove(kube::kResource<State>, key, {.uid = state->metadata.uid});
  const bool gone = removed || removed.error().code == Code::kNotFound || removed.error().code == Code::kConflict;
  co_return gone ? Outcome::done() : Outcome::failed();
}

Task<Outcome> GeneratorStates::let_go(StatePtr state) {
  auto remove = kube::remove_finalizer_patch(state->metadata, kStateFinalizer);
  if (!remove) co_return Outcome::done();
  auto generator = json::read<api::gen::Generator>(state->spec.resource.text);
  Result<void> cleaned = generator ? Result<void>() : std::unexpected(std::move(generator).error());
  if (generator) {
    LeftBehind left{.kind = generator->kind,
                    .name = generator->metadata.name,
                    .spec = generator->spec.value_or(json::Raw{}),
                    .state = state->spec.state};
    cleaned = co_await clean_up(state->metadata.ns, std::move(left));
  }
  if (!cleaned) {
    log::warn("cannot take back what a generator left behind",
              {{"generatorstate", state->metadata.key().text()}, {"error", cleaned.error().message}});
    co_return Outcome::failed();
  }
  const auto removed = co_await patch(state, *std::move(remove));
  co_return removed || removed.error().code == Code::kNotFound ? Outcome::done() : Outcome::failed();
}

Task<Result<void>> GeneratorStates::clean_up(std::string ns, LeftBehind left) {
  generators::Generator* const generator = generators_.find(left.kind);
  if (generator == nullptr) co_return fail(Code::kInvalid, fmt::format("the generator {} is not built", left.kind));
  const auto secrets = generators::make_webhook_secrets(client_);
  generators::Order order{.kind = std::move(left.kind),
                          .name = std::move(left.name),
                          .consumer_ns = std::move(ns),
                          .spec = std::move(left.spec),
                          .gate = gate_,
                          .webhook_secrets = *secrets,
                          .allow_controller_identity = options_.allow_controller_identity};
  co_return co_await generator->clean_up(std::move(order), std::move(left.state));
}

Task<Result<void>> GeneratorStates::record(ExternalSecretPtr es, LeftBehind left, bool used) {
  const State object = state_object(*es, left, used ? std::string() : format_time(clock_.now()));
  auto answer = co_await client_.create(kube::kResource<State>, es->metadata.ns, json::write_secret(object));
  if (!answer) co_return std::unexpected(std::move(answer).error());
  const auto shown = states_.wrote(*answer);  // the watch shows it sooner or later
  if (shown && !used) {
    unused_.insert((*shown)->metadata.key());
    queue_.add((*shown)->metadata.key(), kube::Lane::kRefresh);
  }
  co_return Result<void>();
}

Task<Result<void>> GeneratorStates::patch(StatePtr state, std::string patch) {
  auto answer = co_await client_.patch(kube::kResource<State>, state->metadata.key(), kube::PatchType::kMerge,
                                       SecretBytes(patch));
  if (!answer) co_return std::unexpected(std::move(answer).error());
  static_cast<void>(states_.wrote(*answer));
  co_return Result<void>();
}

// The one that is in use now, and the one before it, which whoever has not read the Secret again still uses.
Task<> GeneratorStates::end_replaced(ExternalSecretPtr es, std::size_t item) {
  const std::string owner = state_owner_key(es->metadata.key(), item);
  std::vector<StatePtr> open;
  for (const auto& [key, state] : states_.all()) {
    const auto label = state->metadata.labels.find(kStateOwnerLabel);
    const bool its = key.ns == es->metadata.ns && label != state->metadata.labels.end() && label->second == owner;
    if (its && state->spec.garbage_collection_deadline.empty() && !state->metadata.deleting()) open.push_back(state);
  }
  std::ranges::sort(open, older);
  if (!open.empty()) open.pop_back();
  const std::string deadline = format_time(clock_.now() + options_.generator_grace);
  for (const StatePtr& state : open) {
    const auto ended = co_await patch(state, deadline_patch(deadline));
    if (!ended && ended.error().code != Code::kNotFound) {
      log::warn("cannot end a generator's state",
                {{"generatorstate", state->metadata.key().text()}, {"error", ended.error().message}});
    }
  }
}

Task<> GeneratorStates::keep(ExternalSecretPtr es, std::vector<LeftBehind> left) {
  if (!options_.generator_state) co_return;
  if (!states_.all().empty()) {
    for (std::size_t item = 0; item < es->spec.data_from.size(); ++item) co_await end_replaced(es, item);
  }
  for (LeftBehind& one : left) {
    const std::size_t item = one.item;
    const auto recorded = co_await record(es, std::move(one), true);
    if (recorded) continue;
    log::warn("cannot put on record what a generator left behind, so that it will not be taken back",
              {{"externalsecret", es->metadata.key().text()},
               {"item", map_item(es->spec.data_from[item], item)},
               {"error", recorded.error().message}});
  }
}

Task<> GeneratorStates::take_back(ExternalSecretPtr es, std::vector<LeftBehind> left) {
  if (!options_.generator_state) co_return;
  for (const LeftBehind& one : left) {
    const auto cleaned = co_await clean_up(es->metadata.ns, one);
    if (cleaned) continue;
    const auto recorded = co_await record(es, one, false);  // another try is the queue's
    if (recorded) continue;
    log::warn("cannot take back what a generator left behind",
              {{"externalsecret", es->metadata.key().text()}, {"error", cleaned.error().message}});
  }
}

}  // namespace rotor::secrets
