#include "local/node/sink.hpp"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace rotor::local {
namespace {

using Moment = std::chrono::steady_clock::time_point;
constexpr std::chrono::milliseconds kPatienceWithReaders{1000};
constexpr std::size_t kAtOnce = 64U << 10;

// False when nobody will ever read what is written.
bool write_all(int file, std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t size = write(file, rest.data(), rest.size());
    if (size > 0) rest.remove_prefix(static_cast<std::size_t>(size));
    if (size >= 0 || errno == EINTR) continue;
    if (errno != EAGAIN) return false;
    pollfd wait{file, POLLOUT, 0};  // somebody made the terminal non-blocking
    poll(&wait, 1, -1);
  }
  return true;
}

std::string left_out(std::size_t bytes) {
  return fmt::format("\n[{} bytes of output left out: they were read too slowly]\n", bytes);
}

}  // namespace

struct Sink::State {
  int file;
  std::size_t most;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> waiting;
  std::size_t size = 0;
  std::size_t dropped = 0;
  Moment progress = std::chrono::steady_clock::now();
  bool writing = false;
  bool broken = false;
  bool closing = false;
  bool done = false;
};

Sink::Sink(int file, std::size_t most) : state_(std::make_shared<State>()) {
  state_->file = file;
  state_->most = most;
  thread_ = std::thread([state = state_] { write_out(state); });
}

Sink::~Sink() {
  std::unique_lock lock(state_->mutex);
  state_->closing = true;
  state_->changed.notify_all();
  const bool done = state_->changed.wait_for(lock, kPatienceWithReaders, [this] { return state_->done; });
  lock.unlock();
  if (done) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void Sink::put(std::string text) {
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  if (state.broken || text.empty()) return;
  if (state.waiting.empty() && !state.writing) state.progress = std::chrono::steady_clock::now();
  state.size += text.size();
  state.waiting.push_back(std::move(text));
  while (state.size > state.most && state.waiting.size() > 1) {
    state.dropped += state.waiting.front().size();
    state.size -= state.waiting.front().size();
    state.waiting.pop_front();
  }
  state.changed.notify_all();
}

bool Sink::wants_pause() const {
  const std::lock_guard lock(state_->mutex);
  return !state_->broken && state_->size > state_->most / 2 &&
         std::chrono::steady_clock::now() - state_->progress < kPatienceWithReaders;
}

void Sink::write_out(const std::shared_ptr<State>& state) {
  sigset_t all;
  sigfillset(&all);  // SIGPIPE is an error of the write here; the other signals are the main thread's
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->changed.wait(lock, [&state] { return state->closing || !state->waiting.empty(); });
    if (state->waiting.empty()) break;
    std::string text = state->dropped > 0 ? left_out(std::exchange(state->dropped, 0)) : std::string();
    while (!state->waiting.empty() && text.size() < kAtOnce) {
      text += state->waiting.front();
      state->size -= state->waiting.front().size();
      state->waiting.pop_front();
    }
    state->writing = true;
    lock.unlock();
    const bool written = write_all(state->file, text);
    lock.lock();
    state->writing = false;
    state->progress = std::chrono::steady_clock::now();
    if (written) continue;
    state->broken = true;
    state->waiting.clear();
    state->size = 0;
  }
  state->done = true;
  state->changed.notify_all();
}

}  // namespace rotor::local
