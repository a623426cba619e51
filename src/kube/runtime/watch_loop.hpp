// List and watch of one kind, for as long as the process runs: pages of a list, the watch that follows it, back-off,
// and 410 Gone, which begins again with a list.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "kube/client/client.hpp"
#include "kube/object/object.hpp"

namespace rotor::kube {

// Where a watch stands; every transition is in WatchLoop::step().
enum class WatchState : std::uint8_t {
  kEmpty,     // nothing known: list from the start
  kListing,   // some pages read, the continue token is held
  kListed,    // a full list and its resourceVersion are held: open the watch
  kWatching,  // events flow; 410 Gone goes back to kEmpty, any other end to kListed
};

// Who an object is, from its text; what stands behind that is left unread.
struct ObjectIdentity {
  Key key;
  std::string resource_version;
};
Result<ObjectIdentity> read_identity(std::string_view object_json);

// What the loop feeds. `put` may refuse an object it cannot read: that object is quarantined, the rest goes on.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  virtual Result<void> put(const ObjectIdentity& id, std::string_view object_json) = 0;
  // `version`: of the deletion, when it is known.
  virtual void erase(const Key& key, std::string_view version) = 0;
  // The keys of a finished list of a namespace ("": of all), so that what vanished meanwhile is erased.
  virtual void retain(const std::string& ns, const std::vector<Key>& listed) = 0;
  virtual void ready() = 0;  // after every full list
  virtual void sweep() {}    // from time to time, also when no object changes
  // An object that put() refused, or whose metadata cannot be read (then `key` is empty): once for each new reason.
  virtual void broken(const Key&, const Error&) {}
  // One of those can be read now, or is gone; after put() or erase().
  virtual void mended(const Key&) {}
};

class WatchLoop {
 public:
  WatchLoop(Client& client, Clock& clock, Resource resource, std::string ns, ListOptions options, WatchSink& sink);
  Task<> run();  // until cancelled
  WatchState state() const { return state_; }
  bool waiting_for_crd() const { return waiting_for_crd_; }
  bool listed_once() const { return listed_once_; }
  // Why nothing comes, for people; empty when all is well or nothing is known yet.
  std::string trouble() const;
  // The right to list or to watch that is missing, since a watch was open last; empty: none. A server that is away, or
  // busy, is no such thing.
  std::string refusal() const;
  // What cannot be read, and why.
  const std::map<Key, std::string>& quarantined() const { return quarantined_; }

 private:
  Task<> step();
  Task<> list_page();
  Task<> watch_until_it_ends();
  Task<> wait_for_crd();
  Task<> after_watch_error(Error error);
  Task<> back_off(Error error);
  void handle(const WatchEvent& event);
  void take(std::string_view object_json);  // one item of a list
  void put(const ObjectIdentity& id, std::string_view object_json);
  void quarantine(const Key& key, const Error& error);
  void mend(const Key& key);
  void forget_quarantined_but(std::vector<Key> listed);
  void recovered();

  Client& client_;
  Clock& clock_;
  Resource resource_;
  std::string ns_;
  ListOptions options_;
  WatchSink& sink_;
  WatchState state_ = WatchState::kEmpty;
  std::string continue_token_;
  std::string resource_version_;
  std::vector<Key> listed_;
  std::map<Key, std::string> quarantined_;
  int failures_ = 0;
  int lost_in_a_row_ = 0;  // watches whose history was gone, or that were refused
  std::string last_error_;
  std::string refused_;
  bool waiting_for_crd_ = false;
  bool listed_once_ = false;
};

}  // namespace rotor::kube
