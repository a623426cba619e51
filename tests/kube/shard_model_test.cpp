// Every order in which replicas can read, write, hear, work, stand still, die and leave, by breadth-first search over
// the real plan_shards(). Time is in ticks of a lease; ages beyond it are all alike, which makes the states finite.
#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

#include "kube/shards/shard_plan.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMost = 3;  // replicas
using Mask = std::uint8_t;        // of shards
const SteadyTime kNow(1000s);
constexpr const char* kGroup = "group";

// What holds the house together; a test takes one of them away.
struct Rules {
  std::uint8_t lease = 3;
  std::uint8_t renew = 2;        // the fence closes so long after the last granted write was sent
  bool waits_for_passes = true;  // before a shard is given up
  bool holds_back = true;        // no pass begins in what is about to be given up
  bool compares = true;          // a write is refused when somebody was faster
};

struct Size {
  std::size_t replicas;
  int shards;
  int kills;
};

enum class Life : std::uint8_t { kNotYet, kUp, kGone };
enum class Post : std::uint8_t { kNone, kAsked, kGranted, kRefused };  // a write on its way there, or back

// Plain bytes, so that states are compared and hashed as such.
struct Entry {
  std::uint8_t present = 0;
  Mask shards = 0;
};
struct Table {
  std::uint8_t held = 0;  // by the group; else there is no Lease, or it was given back
  std::array<Entry, kMost> members{};
};
struct Replica {
  Life life = Life::kNotYet;
  std::uint8_t member = 0;
  Post post = Post::kNone;
  std::uint8_t asked = 0;   // ticks ago
  std::uint8_t fence = 0;   // ticks since the last granted write was sent
  std::uint8_t newest = 0;  // what it read is still so
  Mask owned = 0, held_back = 0, running = 0, surplus = 0;
  Table next{};
  std::array<std::uint8_t, kMost> known{};  // of each member: 0 unknown, 1 an older beat, 2 the newest one
  std::array<std::uint8_t, kMost> age{};    // since when
};
struct State {
  Table table{};
  std::uint8_t kills = 0;
  std::array<Replica, kMost> replicas{};
};

std::string bytes_of(const State& state) {
  return {reinterpret_cast<const char*>(&state), sizeof state};  // NOLINT: no padding, see below
}
static_assert(std::has_unique_object_representations_v<State>);

const std::array<std::string, kMost> kNames = {"a", "b", "c"};

std::set<int> set_of(Mask mask, int shards) {
  std::set<int> out;
  for (int s = 0; s < shards; ++s) {
    if ((mask >> s & 1) != 0) out.insert(s);
  }
  return out;
}
Mask mask_of(const std::set<int>& shards) {
  Mask mask = 0;
  for (const int s : shards) mask = static_cast<Mask>(mask | 1 << s);
  return mask;
}

class Model {
 public:
  Model(Size size, Rules rules) : size_(size), rules_(rules) {}

  struct Finding {
    std::size_t states = 0;
    std::size_t hand_overs = 0;  // shards given up by somebody who lives
    std::size_t take_overs = 0;  // dead members found
    std::string broken{};
  };
  Finding search(std::size_t at_most) {
    State start;
    start.kills = static_cast<std::uint8_t>(size_.kills);
    add(start);
    while (!open_.empty() && found_.broken.empty() && seen_.size() < at_most) {
      const State state = open_.front();
      open_.pop_front();
      look_at(state);
      step(state);
    }
    found_.states = seen_.size();
    if (found_.broken.empty() && !open_.empty()) found_.broken = "not all states were seen";
    return found_;
  }

  // Where there are too many states: one way of many, chosen by chance.
  Finding wander(unsigned seed, int steps) {
    std::minstd_rand random(seed);
    State start;
    start.kills = static_cast<std::uint8_t>(size_.kills);
    State state = start;
    for (int i = 0; i < steps && found_.broken.empty(); ++i) {
      const auto ended = [](const Replica& r) { return r.life == Life::kGone; };
      if (std::ranges::count_if(state.replicas, ended) > 1) state = start;
      look_at(state);
      seen_ = {bytes_of(state)};
      open_.clear();
      step(state);
      if (open_.empty()) break;
      // The first is a tick: with too many of them every fence closes before anything happens.
      const bool tick = open_.size() == 1 || random() % 8 == 0;
      state = open_[tick ? 0 : 1 + random() % (open_.size() - 1)];
    }
    return found_;
  }

 private:
  void add(const State& state) {
    if (seen_.insert(bytes_of(state)).second) open_.push_back(state);
  }

  bool fence_open(const Replica& r) const { return r.member != 0 && r.fence < rules_.renew; }
  bool may_write(const Replica& r, int shard) const {
    const int bit = 1 << shard;
    if (r.life != Life::kUp || !fence_open(r)) return false;
    const bool begins = (r.owned & bit) != 0 && (!rules_.holds_back || (r.held_back & bit) == 0);
    return begins || (r.running & bit) != 0;
  }

  void look_at(const State& state) {
    for (int shard = 0; shard < size_.shards; ++shard) {
      int writers = 0;
      for (const Replica& r : state.replicas) writers += may_write(r, shard) ? 1 : 0;
      if (writers > 1) found_.broken = "two writers";
    }
    if (found_.broken.empty() && !comes_to_rest(state)) found_.broken = "a shard that nobody ever owns again";
  }

  void step(const State& state) {
    add(ticked(state));
    for (std::size_t i = 0; i < size_.replicas; ++i) {
      const Replica& r = state.replicas[i];
      if (r.life == Life::kNotYet) add(with(state, i, [](Replica& mine) { mine.life = Life::kUp; }));
      if (r.life != Life::kUp) continue;
      if (state.kills > 0) add(killed(state, i));
      if (r.post == Post::kNone) {
        add(asked(state, i));
        add(heard(state, i));
        if (r.member != 0 && r.running == 0) add(left(state, i));
      } else {
        add(r.post == Post::kAsked ? arrived(state, i) : answered(state, i));
      }
      for (int shard = 0; shard < size_.shards; ++shard) work(state, i, static_cast<Mask>(1 << shard));
      if (r.member != 0 && !fence_open(r)) add(ended(state, i));
    }
  }

  // A pass begins, or ends.
  void work(const State& state, std::size_t i, Mask bit) {
    const Replica& r = state.replicas[i];
    const bool active = (r.owned & bit) != 0 && (!rules_.holds_back || (r.held_back & bit) == 0);
    if ((r.running & bit) != 0) {
      add(with(state, i, [bit](Replica& mine) { mine.running = static_cast<Mask>(mine.running & ~bit); }));
    } else if (active && fence_open(r)) {
      add(with(state, i, [bit](Replica& mine) { mine.running |= bit; }));
    }
  }

  template <class Change>
  static State with(State state, std::size_t i, Change change) {
    change(state.replicas[i]);
    return state;
  }

  static Replica gone() { return Replica{.life = Life::kGone}; }
  static State killed(State state, std::size_t i) {
    --state.kills;
    state.replicas[i] = gone();
    return state;
  }
  static State ended(State state, std::size_t i) {
    state.replicas[i] = gone();
    return state;
  }

  State ticked(State state) const {
    const auto older = [this](std::uint8_t& age) { age = std::min<std::uint8_t>(age + 1, rules_.lease); };
    for (Replica& r : state.replicas) {
      if (r.life != Life::kUp) continue;
      if (r.post != Post::kNone) older(r.asked);
      if (r.member != 0) older(r.fence);
      for (std::size_t k = 0; k < kMost; ++k) {
        if (r.known[k] != 0) older(r.age[k]);
      }
    }
    return state;
  }

  // Beats that are new to it are new from now, or from `age` ticks ago.
  static void sight(const State& state, Replica& r, std::uint8_t age) {
    for (std::size_t k = 0; k < kMost; ++k) {
      if (state.table.held == 0 || state.table.members[k].present == 0) {
        r.known[k] = r.age[k] = 0;
      } else if (r.known[k] != 2) {
        r.known[k] = 2;
        r.age[k] = age;
      }
    }
  }
  static State heard(State state, std::size_t i) {
    sight(state, state.replicas[i], 0);
    return state;
  }

  ShardPlan plan_for(const State& state, std::size_t i) const {
    const Replica& r = state.replicas[i];
    ShardSighting seen;
    if (state.table.held != 0) {
      Lease lease;
      lease.spec = {.holder_identity = kGroup, .lease_duration_seconds = rules_.lease};
      seen.lease = {lease, kNow};
      seen.table.emplace(ShardTable{.count = size_.shards});
      for (std::size_t k = 0; k < kMost; ++k) {
        const Entry& entry = state.table.members[k];
        if (entry.present == 0) continue;
        seen.table->add({kNames[k], 1, rules_.lease, set_of(entry.shards, size_.shards)});
        seen.members[kNames[k]] = {1, kNow - std::chrono::seconds(r.age[k])};
      }
    }
    ShardSelf self{.identity = kNames[i],
                   .group = kGroup,
                   .count = size_.shards,
                   .lease_seconds = rules_.lease,
                   .member = r.member != 0,
                   .held_back = set_of(r.held_back, size_.shards)};
    if (rules_.waits_for_passes) {
      for (const int shard : set_of(r.running, size_.shards)) self.busy[shard] = 1;
    }
    return plan_shards(seen, self, kNow);
  }

  // Reads, decides and sends.
  State asked(State state, std::size_t i) {
    Replica& r = state.replicas[i];
    sight(state, r, 0);
    const ShardPlan plan = plan_for(state, i);
    if (plan.step == ShardStep::kLost) return ended(state, i);
    if (plan.step == ShardStep::kWait) return state;
    r.surplus = mask_of(plan.surplus);
    r.held_back |= r.surplus;
    r.post = Post::kAsked;
    r.asked = 0;
    r.newest = 1;
    r.next = {.held = 1};
    for (std::size_t k = 0; k < kMost; ++k) {
      const ShardMember* member = plan.table.find(kNames[k]);
      if (member != nullptr) r.next.members[k] = {1, mask_of(member->shards)};
      if (member == nullptr && state.table.held != 0 && state.table.members[k].present != 0) ++found_.take_overs;
    }
    if ((r.owned & ~r.next.members[i].shards) != 0) ++found_.hand_overs;
    return state;
  }

  // At the API server.
  State arrived(State state, std::size_t i) const {
    Replica& r = state.replicas[i];
    if (rules_.compares && r.newest == 0) {
      r.post = Post::kRefused;
      r.next = {};
      return state;
    }
    state.table = r.next;
    changed(state, i);
    r.post = Post::kGranted;
    sight(state, r, r.asked);
    return state;
  }
  static void changed(State& state, std::size_t by) {
    for (Replica& other : state.replicas) {
      other.newest = 0;
      for (std::size_t k = 0; k < kMost; ++k) {
        const bool beats = k == by && other.known[k] == 2;
        if (beats) other.known[k] = 1;
        if (state.table.members[k].present == 0) other.known[k] = other.age[k] = 0;
      }
    }
  }

  static State answered(State state, std::size_t i) {
    Replica& r = state.replicas[i];
    if (r.post == Post::kGranted) {
      r.member = 1;
      r.fence = r.asked;
      r.owned = r.next.members[i].shards;
      r.held_back = static_cast<Mask>(r.surplus & r.owned);
    }
    r.post = Post::kNone;
    r.next = {};
    r.asked = r.newest = 0;
    r.surplus = 0;
    return state;
  }

  static State left(State state, std::size_t i) {
    Entry& entry = state.table.members[i];
    if (state.table.held != 0 && entry.present != 0) {
      entry = {};
      state.table.held =
          std::ranges::any_of(state.table.members, [](const Entry& e) { return e.present != 0; }) ? 1 : 0;
      changed(state, i);
    }
    state.replicas[i] = gone();
    return state;
  }

  // With nobody disturbing them, those who are up share everything out.
  bool comes_to_rest(State state) {
    std::vector<std::string> way;
    const Finding counted = found_;
    for (int tick = 0; tick < 3 * rules_.lease; ++tick) {
      if (restful_.contains(way.emplace_back(bytes_of(state)))) break;
      for (int turn = 0; turn < 2; ++turn) {
        for (std::size_t i = 0; i < size_.replicas; ++i) {
          if (state.replicas[i].life != Life::kUp) continue;
          state.replicas[i].running = 0;
          if (state.replicas[i].member != 0 && !fence_open(state.replicas[i])) state = ended(state, i);
          if (state.replicas[i].life != Life::kUp) continue;
          if (state.replicas[i].post == Post::kAsked) state = arrived(state, i);
          if (state.replicas[i].post != Post::kNone) state = answered(state, i);
          state = asked(state, i);
          if (state.replicas[i].post == Post::kAsked) state = answered(arrived(state, i), i);
        }
      }
      state = ticked(state);
    }
    found_ = counted;
    const bool rests = restful_.contains(way.back()) || is_shared_out(state);
    if (rests) restful_.insert(way.begin(), way.end());
    return rests;
  }

  bool is_shared_out(const State& state) const {
    Mask owned = 0;
    bool anybody = false;
    for (const Replica& r : state.replicas) {
      if (r.life != Life::kUp) continue;
      anybody = true;
      if (fence_open(r)) owned |= static_cast<Mask>(r.owned & ~r.held_back);
    }
    return !anybody || owned == (1 << size_.shards) - 1;
  }

  Size size_;
  Rules rules_;
  Finding found_;
  std::unordered_set<std::string> seen_;
  std::unordered_set<std::string> restful_;  // from which it comes to rest
  std::deque<State> open_;
};

constexpr std::size_t kAllStates = 5'000'000;

TEST(ShardModel, TwoReplicasAndTwoShardsNeverHaveTwoWritersAndAlwaysComeToRest) {
  Model model({.replicas = 2, .shards = 2, .kills = 1}, {});
  const auto found = model.search(kAllStates);
  EXPECT_EQ(found.broken, "");
  EXPECT_GT(found.hand_overs, 100U);
  EXPECT_GT(found.take_overs, 100U);
  EXPECT_GT(found.states, 100'000U);
}

TEST(ShardModel, NorDoThreeReplicasAndThreeShardsOnManyWaysTakenByChance) {
  std::size_t hand_overs = 0;
  std::size_t take_overs = 0;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    Model model({.replicas = 3, .shards = 3, .kills = 2}, {});
    const auto found = model.wander(seed, 400);
    ASSERT_EQ(found.broken, "") << "seed " << seed;
    hand_overs += found.hand_overs;
    take_overs += found.take_overs;
  }
  EXPECT_GT(hand_overs, 40U);
  EXPECT_GT(take_overs, 10U);
}

TEST(ShardModel, FindsTheSecondWriterWhenAFenceStaysOpenAsLongAsTheLease) {
  Model model({.replicas = 2, .shards = 2, .kills = 0}, {.lease = 2, .renew = 3});
  EXPECT_EQ(model.search(kAllStates).broken, "two writers");
}

TEST(ShardModel, FindsTheSecondWriterWhenAShardIsGivenUpUnderAPass) {
  Model model({.replicas = 2, .shards = 2, .kills = 0}, {.waits_for_passes = false});
  EXPECT_EQ(model.search(kAllStates).broken, "two writers");
}

TEST(ShardModel, FindsTheSecondWriterWhenPassesBeginInWhatIsGivenUp) {
  Model model({.replicas = 2, .shards = 2, .kills = 0}, {.holds_back = false});
  EXPECT_EQ(model.search(kAllStates).broken, "two writers");
}

TEST(ShardModel, FindsTheSecondWriterWhenWritesAreNotCompared) {
  Model model({.replicas = 2, .shards = 2, .kills = 0}, {.compares = false});
  EXPECT_EQ(model.search(kAllStates).broken, "two writers");
}

}  // namespace
}  // namespace rotor::kube
