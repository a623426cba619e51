// One replica's part in an election: takes the lease, keeps it, gives it back. While it leads its fence is open, never
// beyond `renew` after the moment at which the last granted renewal was sent; others wait for `lease` after they saw
// that renewal. So two are never open at once, however long a replica stood still.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "kube/client/client.hpp"
#include "kube/client/fence.hpp"
#include "kube/leader/decide.hpp"
#include "kube/leader/lease_watch.hpp"
#include "kube/leader/rival.hpp"
#include "kube/runtime/signal.hpp"

namespace rotor::kube {

struct ElectorOptions {
  Key lease{};
  std::string identity{};  // of this replica and no other
  LeaderTimings timings{};
  std::optional<Work> work{};  // for other installations to see; none: it is not said
};

class Elector {
 public:
  // `client` is not behind the fence. Everything handed in outlives the elector.
  Elector(const Executor& executor, Client& client, Clock& clock, Fence& fence, ElectorOptions options);

  // Until cancelled: hears at once when the holder gives the lease back. Without it only acquire()'s own pace counts.
  Task<> listen();
  // Returns when this replica leads.
  Task<> acquire();
  // Returns when it leads no more, and says why.
  Task<std::string> keep();
  // After the last write: nobody has to wait for the lease to run out.
  Task<> give_back();

  bool leads() const { return leads_; }
  // Whom it waits for, when that is not a replica like this one.
  const Waiting& waiting() const { return waiting_; }
  // The right that it lacks; "": none that it knows of.
  std::string refused() const;

 private:
  struct Attempt {
    bool held = false;
    bool somebody_elses = false;
    std::string problem{};
    bool refused = false;
  };
  Attempt failed(std::string_view verb, const Error& error) const;
  Task<Attempt> try_once();
  Task<Attempt> try_until(SteadyTime limit);
  Task<Result<SecretBytes>> write(Claim claim, LeaseSpec spec);
  void saw(std::optional<Lease> lease);
  SteadyTime next_try() const;
  std::string holder() const;  // whose the lease is, or was until somebody removed it; empty: nobody's
  void note(const Attempt& attempt);
  void say(const Attempt& attempt);

  Client& client_;
  Clock& clock_;
  Fence& fence_;
  ElectorOptions options_;
  LeaseWatch watched_;
  Signal freed_;
  bool news_ = false;  // the lease may be somebody else's to take, or no more ours, since the last attempt
  LeaseSighting seen_;
  bool leads_ = false;
  std::string said_;
  Waiting waiting_;
  std::string refused_;
};

}  // namespace rotor::kube
