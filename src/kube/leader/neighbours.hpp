// Other installations that work on the same objects, found by their Leases, in whatever namespace these are. Who finds
// one at work waits until it has ended: two would undo each other's work without an end. To list Leases is all the
// right that it takes; an installation that may not works as if it were alone.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "kube/client/client.hpp"
#include "kube/leader/decide.hpp"
#include "kube/leader/work.hpp"

namespace rotor::kube {

// A Lease of another installation as it was read last.
struct Neighbour {
  LeaseSighting sighting{};
  bool was_held = false;  // since we look
};
// Is somebody at work there? One that was given back just now goes to the next replica of its installation first: it
// counts for `patience` more. Pure.
bool is_at_work(const Neighbour& neighbour, Duration patience, SteadyTime now);
// Whoever is at work on something of the same, the first by name. Pure.
std::optional<Key> rival_among(const std::map<Key, Neighbour>& all, const Work& work, Duration patience,
                               SteadyTime now);

struct NeighbourOptions {
  Key lease{};  // our own
  Work work{};
  Namespaces look_in{};
  LeaderTimings timings{};
};

class Neighbours {
 public:
  Neighbours(Client& client, Clock& clock, NeighbourOptions options);

  // Before our own Lease is taken. Returns when nobody else is at work.
  Task<> until_alone();
  // With our own Lease in hand, so that of two that began at once each sees the other. False: this one gives way.
  Task<bool> may_begin();
  // Until cancelled: says when another one begins all the same.
  Task<> watch();

  // The Lease of one that works on something of the same; empty: none that we know of.
  const std::string& rival() const { return rival_; }
  // A Lease in our own namespace is that of our own installation under an earlier name, unless it says whose it is: it
  // ends when this one is ready.
  bool rival_elsewhere() const;

 private:
  Task<std::optional<bool>> alone();
  Task<Result<void>> look();
  void saw(std::string_view lease_json, std::map<Key, Neighbour>& now);
  void say();

  Client& client_;
  Clock& clock_;
  NeighbourOptions options_;
  std::map<Key, Neighbour> seen_;
  std::optional<Key> rival_key_;
  std::string rival_;
  std::string said_;
};

}  // namespace rotor::kube
