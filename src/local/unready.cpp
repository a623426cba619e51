#include "local/unready.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "api/externalsecrets/external_secret.hpp"
#include "kube/events/event.hpp"
#include "local/health.hpp"
#include "secrets/failure_event.hpp"
#include "secrets/items.hpp"
#include "secrets/remarks.hpp"

namespace rotor::local {
namespace {

using api::es::ExternalSecret;
using EventsByKey = std::map<kube::Key, std::vector<kube::Event>>;

constexpr std::string_view kKind = kube::kResource<ExternalSecret>.kind;

std::vector<const kube::Event*> events_about(const EventsByKey& events, const kube::Key& key) {
  std::vector<const kube::Event*> out;
  if (const auto it = events.find(key); it != events.end()) {
    for (const kube::Event& event : it->second) out.push_back(&event);
  }
  return out;
}

void add_event(std::string_view text, EventsByKey& out) {
  auto event = json::read<kube::Event>(text);
  if (!event || event->involved_object.kind != kKind) return;
  const kube::Key key{event->involved_object.ns, event->involved_object.name};
  out[key].push_back(*std::move(event));
}

void add_reason(std::string_view text, const EventsByKey& events, Unready& out) {
  const auto es = json::read<ExternalSecret>(text);
  if (!es) return;
  const kube::Key key = es->metadata.key();
  const auto about_it = events_about(events, key);
  const Health health = remarked(health_of(kKind, es->status.conditions), secrets::standing_remarks(about_it));
  if (health.state == Health::State::kUnknown) out.settled = false;
  const bool failing = health.state == Health::State::kFailing;
  out.failing = out.failing || failing;
  if (!failing && !health.remark) return;
  if (std::ranges::any_of(es->spec.data_from, secrets::generates)) out.settled = false;
  const kube::Event* cause =
      failing ? secrets::failure_event(about_it, {.reason = health.event_reason, .since = health.since}) : nullptr;
  out.reasons.push_back(
      fmt::format("ExternalSecret {}: {}", key.text(), cause == nullptr ? health.message : cause->message));
}

}  // namespace

Task<Unready> unready(kube::Client& client) {
  EventsByKey found;
  EventsByKey* const events = &found;
  (void)co_await kube::list_all(client, kube::kResource<kube::Event>, "", {},
                                [events](std::string_view text) { add_event(text, *events); });
  Unready out;
  Unready* const all = &out;
  (void)co_await kube::list_all(client, kube::kResource<ExternalSecret>, "", {},
                                [events, all](std::string_view text) { add_reason(text, *events, *all); });
  co_return out;
}

}  // namespace rotor::local
