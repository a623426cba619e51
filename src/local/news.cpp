#include "local/news.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "api/externalsecrets/cluster_external_secret.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "api/openclaw/instance.hpp"
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
    const kube::Event* warning = last_warning(kind, object, health.event_reason);
    const std::string version = warning == nullptr ? "" : warning->metadata.resource_version;
    if (health.state != Health::State::kFailing) {
      if (!version.empty()) story.good_until = version;
      story.waited = false;
      tell(key, kind, health, {});
      break;
    }
    const bool fresh =
        warning != nullptr && (story.good_until.empty() || kube::later_version(version, story.good_until));
    if (!fresh && !health.event_reason.empty() && !std::exchange(story.waited, true)) {
      co_return Outcome::again_after(options_.settling * 3);
    }
    tell(key, kind, health, fresh ? std::string_view(warning->message) : std::string_view());
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
  std::vector<const kube::Event*> about_it;
  if (kind == kube::kResource<api::es::ClusterExternalSecret>.kind) return {};  // its status says all there is
  for (const auto& [name, event] : events_.all()) {
    const auto& about = event->involved_object;
    if (about.kind == kind && about.name == key.name && about.ns == key.ns) about_it.push_back(event.get());
  }
  return secrets::standing_remarks(std::move(about_it));
}

const kube::Event* News::last_warning(std::string_view kind, const Key& key, std::string_view reason) const {
  const kube::Event* last = nullptr;
  if (reason.empty()) return last;
  for (const auto& [name, event] : events_.all()) {
    const auto& about = event->involved_object;
    if (event->type != "Warning" || event->reason != reason || about.kind != kind || about.name != key.name ||
        about.ns != key.ns)
      continue;
    const bool later =
        last == nullptr || kube::later_version(event->metadata.resource_version, last->metadata.resource_version);
    if (later) last = event.get();
  }
  return last;
}

}  // namespace rotor::local
