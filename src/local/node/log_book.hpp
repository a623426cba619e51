// The last output of each pod's process and of the one before it, in memory alone. Any thread.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string_view>

#include "apiserver/server/log_source.hpp"

namespace rotor::local {

class LogBook final : public apiserver::LogSource {
 public:
  explicit LogBook(std::size_t most = std::size_t{256} << 10) : most_(most) {}  // bytes for each run

  // A new run, which becomes the current one.
  std::uint64_t begin(const kube::Key& pod);
  void append(const kube::Key& pod, std::uint64_t run, WallTime time, std::string_view text, bool whole);
  void end(const kube::Key& pod, std::uint64_t run);
  void remove(const kube::Key& pod);

  apiserver::LogRuns runs(const kube::Key& pod) const override;
  apiserver::LogPiece read(const kube::Key& pod, std::uint64_t run, std::uint64_t after,
                           std::size_t most) const override;

 private:
  struct Run {
    std::uint64_t id = 0;
    std::deque<apiserver::LogLine> lines{};
    std::size_t size = 0;
    std::uint64_t last = 0;
    bool ended = false;
  };
  struct Pod {
    Run current;
    Run previous;
  };

  template <class Pods>
  static auto find(Pods& pods, const kube::Key& pod, std::uint64_t run) -> decltype(&pods.begin()->second.current);

  std::size_t most_;
  mutable std::mutex mutex_;
  std::map<kube::Key, Pod> pods_;
  std::uint64_t runs_ = 0;
};

}  // namespace rotor::local
