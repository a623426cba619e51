#include "openclaw/rollout/books.hpp"

#include <algorithm>
#include <utility>

#include "base/duration.hpp"
#include "kube/object/resource_version.hpp"

namespace rotor::openclaw {

// What is rolled out of a Secret. A consumer that has not seen the newest content yet changes nothing: it is told soon.
RolloutBooks::Campaign& RolloutBooks::campaign_for(const kube::Key& secret, const SecretContent& content) {
  const auto known = campaigns_.find(secret);
  const bool newer = known == campaigns_.end() || (known->second.to.content != content.content &&
                                                   !kube::later_version(known->second.to.version, content.version));
  if (!newer) return known->second;
  Campaign& campaign = campaigns_.insert_or_assign(secret, begin(secret, content)).first->second;
  for (const kube::Key& instance : campaign.under_way) slots_[instance].secrets[secret] = content.content;
  return campaign;
}

RolloutBooks::Campaign RolloutBooks::begin(const kube::Key& secret, const SecretContent& content) const {
  Campaign out;
  out.to = content;
  for (const kube::Key& instance : cluster_.consumers(secret)) {
    const Consumer stand = cluster_.stand(instance, secret, content.content);
    if (stand == Consumer::kGood) ++out.good;
    if (stand == Consumer::kUnderWay && slots_.contains(instance)) out.under_way.insert(instance);
    if (stand == Consumer::kFailed) out.failure = Failure{instance, "did not become ready", {secret.name}};
  }
  return out;
}

// Nothing was tried with its pods: what its proof says now is all there is to know.
bool RolloutBooks::asks_again(const Campaign& campaign, const RestartRequest& request) {
  return campaign.refused && campaign.failed_with(request.instance);
}

RolloutStanding RolloutBooks::standing_of(const RestartRequest& request) {
  RolloutStanding out{.starts_pods = request.starts_pods,
                      .immediate = request.immediate,
                      .has_slot = slots_.contains(request.instance),
                      .in_cluster = static_cast<int>(slots_.size())};
  const auto here = by_namespace_.find(request.instance.ns);
  out.in_namespace = here == by_namespace_.end() ? 0 : here->second;
  for (const auto& [name, content] : request.secrets) {
    const kube::Key secret{request.instance.ns, name};
    const int sharing = cluster_.sharing(secret);
    if (!needs_canaries(sharing, limits_)) {
      campaigns_.erase(secret);
      continue;
    }
    const Campaign& campaign = campaign_for(secret, content);
    SharedRollout shared{.secret = name,
                         .sharing = sharing,
                         .good = campaign.good,
                         .under_way = static_cast<int>(campaign.under_way.size()),
                         .member = campaign.under_way.contains(request.instance) || asks_again(campaign, request),
                         .stopped_by = {},
                         .why = {}};
    if (campaign.failure && !asks_again(campaign, request)) {
      shared.stopped_by = campaign.failure->instance.name;
      shared.why = campaign.failure->why;
    }
    out.shared.push_back(std::move(shared));
  }
  return out;
}

Permit RolloutBooks::ask(const RestartRequest& request, SteadyTime now) {
  now_ = now;
  Permit permit = decide_turn(standing_of(request), limits_);
  if (permit.goes()) {
    leave_line(request.instance);
    if (request.starts_pods) take_slot(request, now);
    return permit;
  }
  let_go(request.instance);
  const auto place = line_.find(request.instance);
  const std::uint64_t number = place != line_.end() ? place->second.number : ++numbers_;
  leave_line(request.instance);
  line_.insert_or_assign(request.instance, Place{request, number});
  order_.emplace(std::pair(!request.immediate, number), request.instance);
  move_up();
  return permit;
}

void RolloutBooks::take_slot(const RestartRequest& request, SteadyTime now) {
  auto [slot, fresh] = slots_.try_emplace(request.instance);
  if (fresh) {
    ++by_namespace_[request.instance.ns];
    slot->second.since = now;
  } else {
    leave_campaigns(request.instance, slot->second);
    slot->second.restarting |= slot->second.written;
  }
  slot->second.written = false;
  slot->second.secrets.clear();
  for (const auto& [name, content] : request.secrets) {
    const kube::Key secret{request.instance.ns, name};
    const auto campaign = campaigns_.find(secret);
    if (campaign == campaigns_.end() || campaign->second.to.content != content.content) continue;
    campaign->second.under_way.insert(request.instance);
    slot->second.secrets.emplace(secret, content.content);
  }
}

void RolloutBooks::written(const kube::Key& instance, SteadyTime now) {
  const auto slot = slots_.find(instance);
  if (slot == slots_.end()) return;
  slot->second.since = now;
  slot->second.written = true;
  for (auto& [secret, campaign] : campaigns_) {
    if (campaign.refused && campaign.failed_with(instance)) go_on(secret, campaign);
  }
}

void RolloutBooks::withdrawn(const kube::Key& instance) {
  for (auto& [secret, campaign] : campaigns_) {
    if (campaign.refused && campaign.failed_with(instance)) go_on(secret, campaign);
  }
  held(instance);
}

void RolloutBooks::held(const kube::Key& instance) {
  const auto slot = slots_.find(instance);
  if (!line_.contains(instance) && (slot == slots_.end() || slot->second.written)) return;
  leave_line(instance);
  let_go(instance);
  move_up();
}

void RolloutBooks::handed_over(const kube::Key& instance) {
  gone(instance);
  std::erase_if(campaigns_, [&instance](const auto& campaign) { return campaign.first.ns == instance.ns; });
}

void RolloutBooks::gone(const kube::Key& instance) {
  leave_line(instance);
  if (const auto slot = slots_.find(instance); slot != slots_.end()) leave_campaigns(instance, slot->second);
  free_slot(instance);
  for (auto& [secret, campaign] : campaigns_) {
    if (campaign.failed_with(instance)) go_on(secret, campaign);
  }
  move_up();
}

// Nobody failed with it, as far as anybody can still say.
void RolloutBooks::go_on(const kube::Key& secret, Campaign& campaign) {
  campaign.failure.reset();
  campaign.told = campaign.refused = false;
  campaign.not_ready = true;
  wake_line(secret);
}

// Of a slot that nobody used. Pods that restart already go on doing so, and count.
void RolloutBooks::let_go(const kube::Key& instance) {
  const auto slot = slots_.find(instance);
  if (slot == slots_.end() || slot->second.written) return;
  leave_campaigns(instance, slot->second);
  slot->second.secrets.clear();
  if (!slot->second.restarting) return free_slot(instance);
  slot->second.written = true;
}

void RolloutBooks::found(const kube::Key& instance, SteadyTime since) {
  auto [slot, fresh] = slots_.try_emplace(instance);
  if (!fresh) return;
  ++by_namespace_[instance.ns];
  slot->second.since = since;
  slot->second.written = true;
}

// One that failed and has become ready after all is good, as long as it is with that very content.
void RolloutBooks::rolled_out(const kube::Key& instance) {
  const auto is_good = [&](const kube::Key& secret, const Campaign& campaign) {
    return cluster_.stand(instance, secret, campaign.to.content) == Consumer::kGood;
  };
  for (auto& [secret, campaign] : campaigns_) {
    const bool had_failed = campaign.failed_with(instance) && campaign.not_ready;
    if (!had_failed || !is_good(secret, campaign)) continue;
    ++campaign.good;
    go_on(secret, campaign);
  }
  if (const auto slot = slots_.find(instance); slot != slots_.end() && slot->second.written) {
    for (const auto& [secret, content] : slot->second.secrets) {
      const auto campaign = campaigns_.find(secret);
      if (campaign == campaigns_.end() || campaign->second.under_way.erase(instance) == 0) continue;
      if (!is_good(secret, campaign->second)) continue;
      if (++campaign->second.good == limits_.canaries) wake_line(secret);
    }
    free_slot(instance);
  }
  move_up();
}

void RolloutBooks::not_ready(const kube::Key& instance) {
  for (auto& [secret, campaign] : campaigns_) {
    if (campaign.failed_with(instance)) campaign.not_ready = true;
  }
}

// The shared Secrets whose content that is rolled out this one restarted for. One that was told of may have been ready
// before; long after the restart its end has another reason.
std::set<std::string> RolloutBooks::tried_by(const kube::Key& instance, bool told) const {
  std::set<std::string> out;
  const auto slot = slots_.find(instance);
  for (const auto& [secret, campaign] : campaigns_) {
    if (secret.ns != instance.ns) continue;
    const bool restarts = slot != slots_.end() && slot->second.written && campaign.under_way.contains(instance);
    const bool has_it = told && cluster_.lately(instance, secret) &&
                        cluster_.stand(instance, secret, campaign.to.content) != Consumer::kOther;
    if (restarts || has_it) out.insert(secret.name);
  }
  return out;
}

RolloutBooks::Failure RolloutBooks::failed(const kube::Key& instance, std::string why, bool told) {
  Failure failure{instance, std::move(why), tried_by(instance, told)};
  const auto under_way = slots_.find(instance);
  failure.ends_restart = !failure.secrets.empty() || (under_way != slots_.end() && under_way->second.written);
  for (const std::string& name : failure.secrets) {
    Campaign& campaign = campaigns_.find({instance.ns, name})->second;
    if (campaign.failure && campaign.told) continue;
    campaign.failure = failure;
    campaign.told = told;
    campaign.refused = false;
    campaign.not_ready = !told;
    wake_line({instance.ns, name});
  }
  if (under_way != slots_.end()) {
    leave_campaigns(instance, under_way->second);
    free_slot(instance);
  }
  move_up();
  return failure;
}

RolloutBooks::Failure RolloutBooks::refused(const RestartRequest& request, std::string why) {
  Failure failure{request.instance, std::move(why), {}};
  for (const auto& [name, content] : request.secrets) {
    const auto found = campaigns_.find({request.instance.ns, name});
    if (found == campaigns_.end() || found->second.to.content != content.content) continue;
    Campaign& campaign = found->second;
    if (!campaign.failure && campaign.good < limits_.canaries) failure.secrets.insert(name);
  }
  for (const std::string& name : failure.secrets) {
    const kube::Key secret{request.instance.ns, name};
    Campaign& campaign = campaigns_.find(secret)->second;
    campaign.failure = failure;
    campaign.refused = true;
    wake_line(secret);
  }
  leave_line(request.instance);
  let_go(request.instance);
  move_up();
  return failure;
}

std::vector<RolloutBooks::Failure> RolloutBooks::expire(SteadyTime now) {
  now_ = now;
  std::vector<kube::Key> late;
  for (const auto& [instance, slot] : slots_) {
    if (now - slot.since >= limits_.deadline) late.push_back(instance);
  }
  std::vector<Failure> out;
  for (const kube::Key& instance : late) {
    out.push_back(failed(instance, "did not become ready within " + format_duration(limits_.deadline), false));
  }
  return out;
}

void RolloutBooks::leave_campaigns(const kube::Key& instance, const Slot& slot) {
  for (const auto& [secret, content] : slot.secrets) {
    const auto campaign = campaigns_.find(secret);
    if (campaign != campaigns_.end()) campaign->second.under_way.erase(instance);
  }
}

void RolloutBooks::free_slot(const kube::Key& instance) {
  if (slots_.erase(instance) == 0) return;
  const auto here = by_namespace_.find(instance.ns);
  if (--here->second == 0) by_namespace_.erase(here);
}

void RolloutBooks::leave_line(const kube::Key& instance) {
  const auto place = line_.find(instance);
  if (place == line_.end()) return;
  order_.erase({!place->second.request.immediate, place->second.number});
  line_.erase(place);
}

// Whoever can go now gets a slot at once, so that nobody who comes later takes it.
void RolloutBooks::move_up() {
  std::vector<kube::Key> go;
  for (const auto& [rank, instance] : order_) {
    if (limits_.at_once > 0 && std::cmp_greater_equal(slots_.size(), limits_.at_once)) break;
    const RestartRequest& request = line_.find(instance)->second.request;
    if (!decide_turn(standing_of(request), limits_).goes()) continue;
    take_slot(request, now_);
    go.push_back(instance);
  }
  for (const kube::Key& instance : go) leave_line(instance);
  woken_.insert(go.begin(), go.end());
}

// Their owners are told what they wait for; a turn they get by move_up() alone.
void RolloutBooks::wake_line(const kube::Key& secret) {
  for (const auto& [instance, place] : line_) {
    if (instance.ns == secret.ns && place.request.secrets.contains(secret.name)) woken_.insert(instance);
  }
}

std::vector<kube::Key> RolloutBooks::take_woken() {
  const std::set<kube::Key> woken = std::exchange(woken_, {});
  return {woken.begin(), woken.end()};
}

bool RolloutBooks::follows(const kube::Key& instance) const {
  const auto is_failed = [&instance](const auto& entry) { return entry.second.failed_with(instance); };
  return slots_.contains(instance) || std::ranges::any_of(campaigns_, is_failed);
}

std::vector<kube::Key> RolloutBooks::stopped() const {
  std::vector<kube::Key> out;
  for (const auto& [secret, campaign] : campaigns_) {
    if (campaign.failure) out.push_back(secret);
  }
  return out;
}

}  // namespace rotor::openclaw
