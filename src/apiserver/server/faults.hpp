// Faults on demand, for tests: what a real API server and network do on bad days. Thread-safe: set from the test's
// thread, taken on the server's.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace rotor::apiserver {

struct Fault {
  // Which request: "" matches everything. Verbs: get, list, watch, create, update, patch, delete, deletecollection.
  std::string verb{};
  std::string resource{};  // plural
  std::string name{};
  int skip = 0;   // let this many matching requests pass first
  int times = 1;  // how many requests it hits; negative: all until clear()

  enum class Kind : std::uint8_t {
    kFail,              // answer `status` with `reason` and `message`
    kDelay,             // wait `delay`, then serve
    kDrop,              // cut the connection without an answer, the request not served
    kDropAfterServing,  // serve the request, then cut the connection: the caller cannot know
    kGone,              // list: 410; watch: an ERROR event with 410, then the end
    kReorder,           // watch: its next change comes after the one that follows
    kCutWatch,          // watch: opened, then cut after `delay`
  } kind = Kind::kFail;
  int status = 500;
  std::string reason = "InternalError";
  std::string message = "a fault that was asked for";
  int retry_after_seconds = 0;
  std::chrono::milliseconds delay{0};
};

class Faults {
 public:
  void add(Fault fault);
  void clear();
  // Requests that a fault has hit so far: one that is held up is counted before it is served.
  std::uint64_t hits() const;
  // Watches that are open now: ended in good order, or by an ERROR event with 410 and their history forgotten.
  // "" means those of every resource. Takes effect soon, on the server's thread.
  void end_watches(std::string resource);
  void expire_watches(std::string resource);

  // For the server: carries out the two above.
  using OnWatches = std::function<void(std::string resource, bool expired)>;
  void set_on_watches(OnWatches on_watches);

  // The first fault that wants this request; counts it down.
  std::optional<Fault> take(std::string_view verb, std::string_view resource, std::string_view name);

 private:
  mutable std::mutex mutex_;
  std::deque<Fault> faults_;
  std::uint64_t hits_ = 0;
  OnWatches on_watches_;
};

}  // namespace rotor::apiserver
