#include "kube/shards/partly_kept.hpp"

#include "base/log.hpp"

namespace rotor::kube {

Task<> keep_complete(Clock& clock, Signal& some_missing, std::function<bool()> is_missing,
                     std::function<Task<Result<void>>()> read) {
  bool told = false;
  for (;;) {
    while (!is_missing()) co_await some_missing.wait();
    const auto done = co_await read();
    if (done) {
      told = false;
    } else if (done.error().code != Code::kCancelled && !std::exchange(told, true)) {
      log::warn("cannot read what this replica takes over, and tries again every second",
                {{"error", done.error().message}});
    }
    if (is_missing()) co_await clock.sleep_for(std::chrono::seconds(1));
  }
}

}  // namespace rotor::kube
