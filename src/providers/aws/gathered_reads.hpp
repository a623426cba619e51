// Reads of one store under one identity, several a call where that saves calls: what comes while calls are out, or in
// the same turn of the loop, leaves together. Who is in a hurry and alone waits for nobody; who is not waits a moment
// for others.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/line.hpp"
#include "providers/aws/api_client.hpp"
#include "providers/aws/batch.hpp"

namespace rotor::providers::aws {

struct Dialect;

Task<ValueLookup> read_alone(ApiClient& api, const Dialect& dialect, Wanted wanted);

enum class Hurry : std::uint8_t { kNone, kSome };

// What is under way of a store, and what waits.
struct Traffic {
  std::size_t out = 0;         // calls
  std::size_t waiting = 0;     // values
  std::size_t most = 0;        // values a call
  Duration oldest{};           // for how long the first of them has waited
  Duration quiet{};            // for how long nothing was asked for or answered
  Hurry hurry = Hurry::kSome;  // of any of them
};

// A call that hangs holds nobody up for longer than that. How many are out at once is for those to bound who read.
inline constexpr auto kPatience = std::chrono::milliseconds(200);
// So long at most a call that nobody is in a hurry for is filled: consumers that are refreshed together come in several
// waves, the next when the one before has its answers and has written them down.
inline constexpr auto kLongestFilling = std::chrono::seconds(1);

// May what waits leave now? When nothing is out; and beside others when half a call is full, or one has waited long.
// Without hurry when a call is full, when nobody has come for a while, or when it has been filled for long enough.
bool may_leave(const Traffic& traffic);

// Belongs to all clients of one store and identity. Each call is made by one of those who wait for it: when that one
// gives up, the others make it again. Nothing runs when nobody waits.
class GatheredReads {
 public:
  using Ptr = std::shared_ptr<GatheredReads>;

  GatheredReads(const Dialect& dialect, Clock& clock) : dialect_(dialect), clock_(clock) {}

  // Of a version that batches take. `api` is of one of those clients, and lives until the read ends.
  static Task<ValueLookup> read(Ptr self, ApiClient& api, Wanted wanted, Hurry hurry);

 private:
  struct Ask;
  using AskPtr = std::shared_ptr<Ask>;
  class Asker;
  class Departure;

  AskPtr join(Wanted wanted, Hurry hurry);
  Hurry hurry() const;
  Traffic traffic() const;
  SteadyTime leaves() const;
  bool may_go(const Ask& ask) const;
  Task<> wait(AskPtr ask);
  // An error: whoever made the call gave it up, and nobody has an answer.
  Task<Result<void>> go(ApiClient& api, AskPtr ask);
  std::vector<AskPtr> load(AskPtr ask);
  Task<Result<void>> ask_for_one(ApiClient& api, AskPtr ask);
  Task<Result<void>> ask_for_all(ApiClient& api, std::vector<AskPtr> asks);
  void refused(const NoValue& refusal, const std::vector<AskPtr>& asks);
  void give_up_batches(const Error& why);
  void wake_first();

  const Dialect& dialect_;
  Clock& clock_;
  std::vector<AskPtr> waiting_;  // in the order in which they came
  SteadyTime moved_{};           // when somebody last came or had an answer
  std::size_t out_ = 0;
  bool batches_ = true;
  bool worked_ = false;  // one was answered
};

}  // namespace rotor::providers::aws
