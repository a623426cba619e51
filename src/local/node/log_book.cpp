#include "local/node/log_book.hpp"

#include <algorithm>
#include <utility>

namespace rotor::local {
namespace {

// An empty line costs memory, too.
std::size_t cost(const apiserver::LogLine& line) { return line.text.size() + sizeof line; }

}  // namespace

std::uint64_t LogBook::begin(const kube::Key& pod) {
  const std::lock_guard lock(mutex_);
  Pod& kept = pods_[pod];
  if (kept.current.id != 0) kept.previous = std::exchange(kept.current, {});
  kept.previous.ended = true;
  kept.current.id = ++runs_;
  return kept.current.id;
}

template <class Pods>
auto LogBook::find(Pods& pods, const kube::Key& pod, std::uint64_t run) -> decltype(&pods.begin()->second.current) {
  const auto found = pods.find(pod);
  if (found == pods.end() || run == 0) return nullptr;
  if (found->second.current.id == run) return &found->second.current;
  return found->second.previous.id == run ? &found->second.previous : nullptr;
}

void LogBook::append(const kube::Key& pod, std::uint64_t run, WallTime time, std::string_view text, bool whole) {
  const std::lock_guard lock(mutex_);
  Run* to = find(pods_, pod, run);
  if (to == nullptr) return;
  to->lines.push_back({++to->last, time, std::string(text), whole});
  to->size += cost(to->lines.back());
  while (to->size > most_ && to->lines.size() > 1) {
    to->size -= cost(to->lines.front());
    to->lines.pop_front();
  }
}

void LogBook::end(const kube::Key& pod, std::uint64_t run) {
  const std::lock_guard lock(mutex_);
  if (Run* ended = find(pods_, pod, run)) ended->ended = true;
}

void LogBook::remove(const kube::Key& pod) {
  const std::lock_guard lock(mutex_);
  pods_.erase(pod);
}

apiserver::LogRuns LogBook::runs(const kube::Key& pod) const {
  const std::lock_guard lock(mutex_);
  const auto found = pods_.find(pod);
  if (found == pods_.end()) return {};
  return {found->second.current.id, found->second.previous.id};
}

apiserver::LogPiece LogBook::read(const kube::Key& pod, std::uint64_t run, std::uint64_t after,
                                  std::size_t most) const {
  const std::lock_guard lock(mutex_);
  const Run* from = find(pods_, pod, run);
  if (from == nullptr) return {.lines = {}, .ended = true};
  apiserver::LogPiece out;
  std::size_t size = 0;
  auto line = std::ranges::upper_bound(from->lines, after, {}, &apiserver::LogLine::number);
  for (; line != from->lines.end() && size < most; ++line) {
    out.lines.push_back(*line);
    size += line->text.size();
  }
  out.ended = from->ended && line == from->lines.end();
  return out;
}

}  // namespace rotor::local
