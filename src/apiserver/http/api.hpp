// One request in, one answer (or one watch) out: authentication, routing, and the calls behind each path. No sockets;
// one thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "apiserver/http/pod_log.hpp"
#include "apiserver/http/render.hpp"
#include "apiserver/http/request.hpp"
#include "apiserver/registry/crd.hpp"
#include "apiserver/registry/registry.hpp"
#include "apiserver/registry/watch.hpp"
#include "apiserver/server/garbage.hpp"
#include "apiserver/server/tokens.hpp"
#include "net/server.hpp"

namespace rotor::apiserver {

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  SecretBytes body{};
  std::vector<std::string> warnings{};
};
Reply reply_of(int status, const json::Object& body);
Reply reply_of(const Failure& failure);

// A watch that was accepted: its feed and when it is to end.
struct OpenWatch {
  std::unique_ptr<WatchFeed> feed;
  std::chrono::seconds timeout{0};
  bool bookmarks = false;
  std::vector<std::string> warnings{};
};

struct Caller {
  std::string username;
  std::string uid;
  std::vector<std::string> groups;
};

// What a request is, for faults and counters, known before it is served.
struct Intent {
  std::string verb;      // get, list, watch, create, update, patch, delete, deletecollection
  std::string resource;  // plural, with "/status" and the like; "" for what is no resource
  std::string name;
};

// One served request of somebody who is known, counted.
struct RequestCount {
  std::string verb, resource, user_agent;
  auto operator<=>(const RequestCount&) const = default;
};

class Api {
 public:
  struct Options {
    std::string address;  // "127.0.0.1:6443"
    SecretBytes token;    // of the administrator
    Store::Options store{};
    std::shared_ptr<const LogSource> logs{};  // of pods; none: this server runs none
    Admission admission{};                    // none: everything valid is stored
  };
  // `wake`: see GarbageCollector.
  Api(const Clock& clock, Options options, std::function<void()> wake);

  Intent intent(const net::ServerRequest& request) const;

  struct Outcome {
    Reply reply{};
    std::unique_ptr<OpenWatch> watch{};  // set: stream this instead
    std::unique_ptr<OpenLog> log{};      // set: stream this instead
  };
  Outcome serve(const net::ServerRequest& request);
  // Is it from somebody who is known? Looks at the headers alone.
  bool knows(const net::ServerRequest& request) const { return authenticate(request).has_value(); }

  // Garbage collection and the like, after a request: a bounded piece of it. When more is left, `wake` has been called.
  void run_controllers() { garbage_.run(); }

  Registry& registry() { return registry_; }
  Store& store() { return store_; }

  // Any thread.
  std::map<RequestCount, std::uint64_t> counts() const;

 private:
  struct Call;  // a request with everything parsed

  Outcome answer(const net::ServerRequest& request);
  Answer<Caller> authenticate(const net::ServerRequest& request) const;
  void count_request(const net::ServerRequest& request);
  Answer<Reply> serve_document(const net::ServerRequest& request, const std::vector<std::string>& parts) const;
  Answer<Outcome> serve_resource(const net::ServerRequest& request, const ResourcePath& path, const Caller& caller);
  Answer<Target> resolve(const ResourcePath& path) const;

  Answer<Reply> get(const Call& call) const;
  Answer<Outcome> list_or_watch(const Call& call);
  Answer<Reply> list(const Call& call, const ListRequest& request, const WatchFilter& filter) const;
  Answer<Outcome> watch(const Call& call, const ListRequest& request, WatchFilter filter);
  Answer<Reply> create(const Call& call);
  Answer<Reply> update(const Call& call);
  Answer<Reply> patch(const Call& call);
  Answer<Reply> remove(const Call& call);
  Answer<Reply> remove_collection(const Call& call);
  Answer<Reply> issue_token(const Call& call) const;
  Answer<Outcome> serve_pod(const Call& call) const;  // its log, and what only a cluster can do
  Answer<Reply> get_scale(const Call& call) const;
  Answer<Reply> change_scale(const Call& call);
  Reply written(const Call& call, Written result) const;

  const Clock& clock_;
  Options options_;
  Store store_;
  Kinds kinds_;
  Registry registry_;
  Renderer renderer_;
  TokenIssuer issuer_;
  CrdController crds_;
  GarbageCollector garbage_;
  mutable std::mutex counts_mutex_;
  std::map<RequestCount, std::uint64_t> counts_;
};

}  // namespace rotor::apiserver
