// Tells the person at the terminal which store, ExternalSecret or OpenClawInstance fails, why, and when it works again.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>

#include "kube/client/client.hpp"
#include "kube/events/event.hpp"
#include "kube/runtime/cache.hpp"
#include "kube/runtime/queue.hpp"
#include "local/health.hpp"
#include "local/timeline.hpp"

namespace rotor::local {

// What every kind has that reports by conditions.
struct ReportedStatus {
  std::vector<kube::Condition> conditions{};
};
struct Reporter {
  kube::ObjectMeta metadata{};
  ReportedStatus status{};
};

struct NewsOptions {
  std::chrono::milliseconds settling{300};  // what is over by then was a start, not a failure
};

// Everything referred to outlives it. Runs on the I/O thread.
class News {
 public:
  News(kube::Client& client, Clock& clock, Timeline& timeline, NewsOptions options);

  Task<> run();                  // until cancelled
  void end() { ended_ = true; }  // what goes down from here on is no news

 private:
  struct Followed {
    std::string_view kind;
    std::unique_ptr<kube::Cache<Reporter>> cache;
  };
  struct Story {
    Told told;
    bool failed = true;      // when it was last seen
    std::string good_since;  // its version when it was first seen to fail no longer
    bool waited = false;     // since then, for an event that says more than the condition
  };

  Task<kube::Outcome> look(kube::Key key);
  void follow(const kube::Resource& resource);
  void note(const kube::Key& where, std::string_view kind, const Reporter& now);
  std::vector<const kube::Event*> events_about(std::string_view kind, const kube::Key& key) const;
  const kube::Event* cause(std::string_view kind, const kube::Key& key, const Health& health, const Story& story) const;
  std::string remarks(std::string_view kind, const kube::Key& key) const;
  void tell(const kube::Key& key, std::string_view kind, const Health& health, std::string_view detail);

  kube::Client& client_;
  Clock& clock_;
  Timeline& timeline_;
  NewsOptions options_;
  std::list<Followed> followed_;
  kube::Cache<kube::Event> events_;
  kube::Queue queue_;
  std::map<kube::Key, Story> stories_;
  bool ended_ = false;
};

}  // namespace rotor::local

namespace rotor::json {
ROTOR_DESCRIBED(local::ReportedStatus);
ROTOR_DESCRIBED(local::Reporter);
}  // namespace rotor::json
