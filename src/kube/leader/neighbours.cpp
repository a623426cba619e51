#include "kube/leader/neighbours.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"

namespace rotor::kube {
namespace {

constexpr auto kBetweenLooks = std::chrono::minutes(2);  // at work, when nothing hangs on it

bool holds(const Lease& lease) { return !lease.spec.holder_identity.empty(); }

}  // namespace

bool is_at_work(const Neighbour& neighbour, Duration patience, SteadyTime now) {
  const LeaseSighting& seen = neighbour.sighting;
  if (!seen.lease) return false;
  return now < free_from(seen) || (neighbour.was_held && !holds(*seen.lease) && now - seen.since < patience);
}

std::optional<Key> rival_among(const std::map<Key, Neighbour>& all, const Work& work, Duration patience,
                               SteadyTime now) {
  for (const auto& [key, neighbour] : all) {
    if (!is_at_work(neighbour, patience, now)) continue;
    const auto theirs = read_work(*neighbour.sighting.lease);
    if (theirs && overlap(*theirs, work)) return key;
  }
  return std::nullopt;
}

Neighbours::Neighbours(Client& client, Clock& clock, NeighbourOptions options)
    : client_(client), clock_(clock), options_(std::move(options)) {}

void Neighbours::saw(std::string_view lease_json, std::map<Key, Neighbour>& now) {
  auto lease = json::read<Lease>(lease_json);
  if (!lease || lease->metadata.key() == options_.lease) return;
  const Key key = lease->metadata.key();
  const auto known = seen_.find(key);
  Neighbour before = known == seen_.end() ? Neighbour{} : known->second;
  const bool held = holds(*lease);
  now[key] = {sighted(before.sighting, *std::move(lease), clock_.steady()), before.was_held || held};
}

Task<Result<void>> Neighbours::look() {
  std::map<Key, Neighbour> now;
  const ListOptions of_installations{.label_selector = fmt::format("{}={}", kLeaseLabel, kLeaseLabelValue)};
  const auto take = [this, &now](std::string_view item) { saw(item, now); };
  auto listed = co_await list_all(client_, kResource<Lease>, "", of_installations, take);
  if (!listed && listed.error().code == Code::kDenied && !options_.look_in.all()) {
    // Where it works, then; what it may not see there it does not see.
    for (std::string& ns : options_.look_in.scopes()) {
      auto one = co_await list_all(client_, kResource<Lease>, std::move(ns), of_installations, take);
      if (one || one.error().code != Code::kDenied) listed = std::move(one);
      if (!listed && listed.error().code != Code::kDenied) break;
    }
  }
  if (!listed) co_return std::unexpected(std::move(listed).error());
  seen_ = std::move(now);
  co_return Result<void>();
}

// nullopt: it is not known.
Task<std::optional<bool>> Neighbours::alone() {
  const auto looked = co_await look();
  if (!looked && looked.error().code == Code::kDenied) {
    if (std::exchange(said_, looked.error().message) != said_) {
      log::info("other installations cannot be seen: to list Leases is not allowed", {{"error", said_}});
    }
    co_return true;
  }
  if (!looked) co_return std::nullopt;
  rival_key_ = rival_among(seen_, options_.work, options_.timings.lease, clock_.steady());
  rival_ = rival_key_ ? rival_key_->text() : "";
  co_return !rival_key_;
}

bool Neighbours::rival_elsewhere() const {
  if (!rival_key_) return false;
  const auto rival = seen_.find(*rival_key_);
  const auto theirs = rival == seen_.end() ? std::nullopt : read_work(*rival->second.sighting.lease);
  return rival_key_->ns != options_.lease.ns || (theirs && of_two_installations(*theirs, options_.work));
}

void Neighbours::say() {
  if (rival_ == said_) return;
  said_ = rival_;
  if (rival_.empty()) return;
  const std::string theirs = write_work(read_work(*seen_.at(*rival_key_).sighting.lease).value_or(Work{}));
  log::warn(
      "another installation works on the same objects; this one waits and writes nothing: remove one of them, or let "
      "them differ by --namespace, or by --controller-class with --enable-openclaw-reconciler=false in one",
      {{"lease", rival_}, {"works_on", theirs}, {"this", write_work(options_.work)}});
}

Task<> Neighbours::until_alone() {
  for (;;) {
    const auto free = co_await alone();
    if (!free || *free) co_return;  // what the API server does not answer now, may_begin() asks again
    say();
    co_await clock_.sleep_for(options_.timings.retry);
  }
}

Task<bool> Neighbours::may_begin() {
  for (;;) {
    const auto free = co_await alone();
    if (free && *free) co_return true;
    if (free) {
      say();
      if (*rival_key_ < options_.lease) co_return false;
    }
    co_await clock_.sleep_for(options_.timings.retry);
  }
}

Task<> Neighbours::watch() {
  for (;;) {
    co_await clock_.sleep_for(kBetweenLooks);
    const auto free = co_await alone();
    if (!free || *free || rival_ == said_) continue;
    said_ = rival_;
    log::warn(
        "another installation has begun to work on the same objects: it could not see this one; remove one of them",
        {{"lease", rival_}, {"this", write_work(options_.work)}});
  }
}

}  // namespace rotor::kube
