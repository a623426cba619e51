// One watch: what it has to send, in order. The feed knows nothing of sockets; whoever writes it out is woken when
// there is more.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "apiserver/http/render.hpp"
#include "apiserver/registry/selector.hpp"

namespace rotor::apiserver {

// How the store's changes look to a watch with these selectors.
struct WatchFilter {
  std::string ns;  // "" for all
  LabelSelector labels;
  FieldSelector fields;

  bool matches(const json::Object& stored) const;
};

class WatchFeed {
 public:
  WatchFeed(Store& store, const Renderer& renderer, Target target, WatchFilter filter, Accepted accepted);
  ~WatchFeed();
  WatchFeed(const WatchFeed&) = delete;
  WatchFeed& operator=(const WatchFeed&) = delete;

  // Where it starts: everything that is there now, then changes (optionally with the mark that ends the first part);
  // or the changes after a revision: 410 as an event when they are forgotten.
  void start_with_all(bool mark_end);
  void start_after(std::uint64_t revision);

  // The next line to send; nullopt when there is none now.
  std::optional<SecretBytes> next();
  // Nothing more will come: after an error event, or because the reader was too slow. What waited for a reader that was
  // too slow is dropped: it comes back with the last revision it saw.
  bool ended() const { return ended_ && queue_.empty(); }
  void on_ready(std::function<void()> wake) { wake_ = std::move(wake); }

  SecretBytes bookmark() const;
  void fail(const Failure& failure);  // an ERROR event, then the end
  void end() {
    ended_ = true;
    if (wake_) wake_();
  }
  // Fault injection: the next change is sent after the one that follows it.
  void swap_next() { swap_ = true; }

  const Target& target() const { return target_; }

 private:
  struct Item {
    std::string_view type;  // ADDED, …; "" for a finished line
    ObjectPtr object{};
    SecretBytes line{};
    std::size_t weight = 0;  // of what only this queue may still hold
  };

  void on_change(const Change& change);
  void push(Item item);

  Store& store_;
  const Renderer& renderer_;
  Target target_;
  WatchFilter filter_;
  Accepted accepted_;
  std::uint64_t subscription_ = 0;
  std::deque<Item> queue_;
  std::size_t queued_ = 0;  // the weight of it
  std::function<void()> wake_;
  bool first_ = true;
  bool ended_ = false;
  bool swap_ = false;
  std::optional<Item> held_;
};

}  // namespace rotor::apiserver
