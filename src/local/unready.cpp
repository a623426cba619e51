#include "local/unready.hpp"

#include <map>

#include <fmt/format.h>

#include "api/externalsecrets/external_secret.hpp"
#include "kube/events/event.hpp"
#include "local/health.hpp"
#include "secrets/remarks.hpp"

namespace rotor::local {
namespace {

using api::es::ExternalSecret;
using EventsByKey = std::map<kube::Key, std::vector<kube::Event>>;

constexpr std::string_view kKind = kube::kResource<ExternalSecret>.kind;

std::string remarks_in(const EventsByKey& events, const kube::Key& key) {
  std::vector<const kube::Event*> about_it;
  if (const auto it = events.find(key); it != events.end()) {
    for (const kube::Event& event : it->second) about_it.push_back(&event);
  }
  return secrets::standing_remarks(std::move(about_it));
}

void add_event(std::string_view text, EventsByKey& out) {
  auto event = json::read<kube::Event>(text);
  if (!event || event->involved_object.kind != kKind) return;
  const kube::Key key{event->involved_object.ns, event->involved_object.name};
  out[key].push_back(*std::move(event));
}

void add_reason(std::string_view text, const EventsByKey& events, std::vector<std::string>& out) {
  const auto es = json::read<ExternalSecret>(text);
  if (!es) return;
  const kube::Key key = es->metadata.key();
  const Health health = remarked(health_of(kKind, es->status.conditions), remarks_in(events, key));
  if (health.state != Health::State::kFailing && !health.remark) return;
  out.push_back(fmt::format("ExternalSecret {}: {}", key.text(), health.message));
}

}  // namespace

Task<std::vector<std::string>> unready(kube::Client& client) {
  EventsByKey found;
  EventsByKey* const events = &found;
  (void)co_await kube::list_all(client, kube::kResource<kube::Event>, "", {},
                                [events](std::string_view text) { add_event(text, *events); });
  std::vector<std::string> out;
  std::vector<std::string>* const reasons = &out;
  (void)co_await kube::list_all(client, kube::kResource<ExternalSecret>, "", {},
                                [events, reasons](std::string_view text) { add_reason(text, *events, *reasons); });
  co_return out;
}

}  // namespace rotor::local
