#include "local/news.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "api/externalsecrets/cluster_external_secret.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "api/openclaw/instance.hpp"
#include "kube/object/resource_version.hpp"
#include "secrets/failure_event.hpp"
#include "secrets/remarks.hpp"

namespace rotor::json {

using local::ReportedStatus;
using local::Reporter;

ROTOR_DESCRIBE(local::ReportedStatus, "Conditions alone.", field<&ReportedStatus::conditions>("conditions"));
ROTOR_DESCRIBE(local::Reporter, "An object of any kind that reports by conditions.",
               field<&Reporter::metadata>("metadata"), field<&Reporter::status>("status"));

}  // namespace rotor::json

namespace rotor::local {
namespace {

using kube::Key;
using kube::Outcome;

// One queue for all kinds: the kind stands before the name, where no name of an object has a slash.
Key queued(std::string_view kind, const Key& key) { return {key.ns, std::string(kind) + "/" + key.name}; }

std::pair<std::string, Key> unqueued(const Key& key) {
  const auto slash = key.name.find('/');
  return {key.name.substr(0, slash), {key.ns, key.name.substr(slash + 1)}};
}

}  // namespace

News::News(kube::Client& client, Clock& clock, Timeline& timeline, NewsOptions options)
    : client_(client),
      clock_(clock),
      timeline_(timeline),
      options_(options),
      events_(client, clock, "", {}),
      queue_(clock, "news", 1, [this](Key key) { return look(std::move(key)); }) {
  follow(kube::kResource<api::es::SecretStore>);
  follow(kube::kResource<api::es::ClusterSecretStore>);
  follow(kube::kResource<api::es::ExternalSecret>);
  follow(kube::kResource<api::es::ClusterExternalSecret>);
  follow(kube::kResource<api::OpenClawInstance>);
  events_.on_change([this](const Key&, const auto&, const auto& event) {
    if (!event || (event->type != "Warning" && event->reason != secrets::kRemark)) return;
    const auto& about = event->involved_object;
    queue_.add_after(queued(about.kind, {about.ns, about.name}), options_.settling, kube::Lane::kUser);
  });
}

void News::follow(const kube::Resource& resource) {
  auto cache = std::make_unique<kube::Cache<Reporter>>(client_, clock_, "", kube::ListOptions{},
                                                       kube::read_for_cache<Reporter>, resource);
  cache->on_change([this, kind = resource.kind](const Key& key, const auto&, const auto& after) {
    const Key where = queued(kind, key);
    if (after) {
      note(where, kind, *after);
      queue_.add_after(where, options_.settling, kube::Lane::kUser);
    } else {
      queue_.forget(where);
      stories_.erase(where);
    }
  });
  followed_.push_back({resource.kind, std::move(cache)});
}

Task<> News::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  Task<> all = queue_.run() && events_.run();
  for (Followed& followed : followed_) all = std::move(all) && followed.cache->run();
  co_await std::move(all);
}

Task<Outcome> News::look(Key key) {
  const auto [kind, object] = unqueued(key);
  for (const Followed& followed : followed_) {
    if (followed.kind != kind || ended_) continue;
    const auto now = followed.cache->get(object);
    if (!now) break;
    const Health health = remarked(health_of(kind, now->status.conditions), remarks(kind, object));
    Story& story = stories_[key];
    const kube::Event* event = cause(kind, object, health, story);
    if (event == nullptr && !health.event_reason.empty() && !std::exchange(story.waited, true)) {
      co_return Outcome::again_after(options_.settling * 3);
    }
    tell(key, kind, health, event == nullptr ? std::string_view() : std::string_view(event->message));
    break;
  }
  co_return Outcome::done();
}

void News::tell(const Key& key, std::string_view kind, const Health& health, std::string_view detail) {
  auto line = next_line(stories_[key].told, kind, health, detail);
  if (!line) return;
  const std::string subject = unqueued(key).second.text();
  if (health.state == Health::State::kFailing) {
    timeline_.fail(subject, *line);
  } else {
    timeline_.say(subject, *line);
  }
}

std::string News::remarks(std::string_view kind, const Key& key) const {
  if (kind == kube::kResource<api::es::ClusterExternalSecret>.kind) return {};  // its status says all there is
  return secrets::standing_remarks(events_about(kind, key));
}

std::vector<const kube::Event*> News::events_about(std::string_view kind, const Key& key) const {
  std::vector<const kube::Event*> out;
  for (const auto& [name, event] : events_.all()) {
    const auto& about = event->involved_object;
    if (about.kind == kind && about.name == key.name && about.ns == key.ns) out.push_back(event.get());
  }
  return out;
}

// Every version of an object passes here, also those that are over before anybody looks.
void News::note(const Key& where, std::string_view kind, const Reporter& now) {
  Story& story = stories_[where];
  const bool failed = health_of(kind, now.status.conditions).state == Health::State::kFailing;
  if (story.failed && !failed) story.good_since = now.metadata.resource_version;
  if (story.failed != failed) story.waited = false;
  story.failed = failed;
}

const kube::Event* News::cause(std::string_view kind, const Key& key, const Health& health, const Story& story) const {
  if (health.event_reason.empty()) return nullptr;
  auto events = events_about(kind, key);
  std::erase_if(events, [&story, &health](const kube::Event* event) {
    return health.state == Health::State::kFailing && !story.good_since.empty() &&
           !kube::later_version(event->metadata.resource_version, story.good_since);
  });
  return secrets::failure_event(events, {.reason = health.event_reason, .since = health.since});
}

}  // namespace rotor::local
