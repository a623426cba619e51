// Who may be with a store at once, so that one that hangs holds its own objects up and nobody else. Who finds no place
// waits in line without a worker and is woken with the place already theirs. Pure.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "kube/object/object.hpp"
#include "kube/runtime/queue.hpp"

namespace rotor::secrets {

// How many at once; of them with retries and refreshes.
struct Cap {
  int all;
  int background;
};
// A store that answers quickly may have half of the workers: 5 000 first reads at 50 ms take eight seconds. One that is
// slow, or has not answered yet, holds few. A pass that has its answers is with the store no longer.
Cap store_cap(bool slow);
// More than one store, so that a store that hangs does not hold up the rest of its namespace. When other namespaces
// have something to do as well, few for what nobody waits for.
Cap namespace_cap(bool alone);

// How many items of an object may be read at once, by how many passes are with its store. When all places are taken
// most read one by one: a store that hangs leaves connections to its host for other stores there (64, net/http.hpp).
// Passes do not count whose reads leave together, several a call: what they ask for at once fills it. With a store that
// `lags` all read one by one: what one item is refused with is told when those beside it have ended, too.
std::size_t items_at_once(std::size_t passes, bool lags);

struct CapGroup {
  std::string name;
  Cap cap;
  friend bool operator==(const CapGroup& a, const CapGroup& b) { return a.name == b.name; }
};

class Caps {
 public:
  using Wake = std::function<void(const kube::Key&, kube::Lane)>;
  explicit Caps(Wake wake) : wake_(std::move(wake)) {}

  // The bounds in `groups` hold from now on for everybody. A place in every group, or none and a place in line. True:
  // until leave(). Who was woken asks again and has it.
  bool enter(const kube::Key& key, const std::vector<CapGroup>& groups, kube::Lane lane);
  // Gives up what it has, a place or one in line; wakes whose turn that makes it, better lanes first.
  void leave(const kube::Key& key);
  // Gives up its places but the one in this group.
  void stay_in(const kube::Key& key, const std::string& group);

  std::size_t waiting() const { return waiting_; }
  // Does any other group whose name begins like this have somebody in it, or in line?
  bool any_other(std::string_view beginning, const std::string& group) const;
  std::size_t inside(const std::string& group) const;

 private:
  using Turn = std::tuple<kube::Lane, std::uint64_t, kube::Key>;
  struct Group {
    int all = 0;
    int background = 0;
    Cap cap{};
    std::set<Turn> line;
  };
  struct Guest {
    std::vector<CapGroup> groups;
    kube::Lane lane;
    std::uint64_t number;
    std::string blocked_by;  // in whose line it stands; empty: it has its places
  };

  void resize(const std::vector<CapGroup>& groups);
  const CapGroup* full_for(const Guest& guest);
  void settle(const kube::Key& key, Guest& guest);
  void give_up(const std::vector<CapGroup>& groups, kube::Lane lane);
  void call_in(const std::string& group);

  Wake wake_;
  std::map<std::string, Group> groups_;
  std::map<kube::Key, Guest> guests_;
  std::uint64_t last_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace rotor::secrets
