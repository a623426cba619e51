// What the container beside the assistant does in a cluster: values that a pod is to take while it runs are loaded by a
// command in its environment, and its answer becomes part of the pod's status. The operator does not know the
// difference.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/core/pod.hpp"
#include "base/clock.hpp"
#include "local/node/guardian.hpp"
#include "local/node/process.hpp"
#include "local/node/proof.hpp"
#include "local/timeline.hpp"

namespace rotor::local {

// Everything referred to outlives it. Runs on the I/O thread.
class Reloads {
 public:
  Reloads(Executor executor, Clock& clock, Guardian& guardian, Timeline& timeline)
      : executor_(std::move(executor)), clock_(clock), guardian_(guardian), timeline_(timeline) {}

  // Called when answer() may be another one.
  void on_answer(std::function<void(const kube::Key& pod)> told) { told_ = std::move(told); }

  // Called when a mark came; what it gives says how the values stand from then on: those that are tried are waited for,
  // those that were refused not loaded.
  using Standing = std::function<TrialState()>;
  void on_mark(std::function<Standing(const kube::Key& pod)> look) { look_ = std::move(look); }

  // The pod's process runs, with this; `values` and `tools`: its folders, empty where values are not taken like that.
  struct Place {
    std::string subject;  // in the timeline
    Environment environment{};
    std::string values{}, tools{};
  };
  void runs(const kube::Key& pod, Place place);
  // A mark that was not there before is carried out, once its values are.
  void look(const api::Pod& pod);
  // The termination message of the pod's container for that; empty: it has not ended yet.
  std::string answer(const kube::Key& pod) const;
  void forget(const kube::Key& pod);  // it is gone

  Task<> stop();  // returns when nothing is being loaded any more

 private:
  struct Delivery {
    Place place;
    std::string files{};  // of the values as the process, or the last delivery, found them
    std::string mark{}, answer{};
    std::uint64_t number = 0;
    std::shared_ptr<Process> process{};
  };

  Task<bool> until_there(kube::Key pod, std::uint64_t number, Standing standing);  // false: they were refused
  Task<> carry_out(kube::Key pod, std::vector<std::string> words, std::uint64_t number);
  Task<Result<std::shared_ptr<Process>>> start(kube::Key pod, std::vector<std::string> words, std::uint64_t number);
  Delivery* find(const kube::Key& pod, std::uint64_t number);
  void settle(const kube::Key& pod, std::uint64_t number, const std::optional<Error>& trouble);

  Executor executor_;
  Clock& clock_;
  Guardian& guardian_;
  Timeline& timeline_;
  std::function<void(const kube::Key&)> told_;
  std::function<Standing(const kube::Key&)> look_;
  std::map<kube::Key, Delivery> pods_;
  std::uint64_t numbers_ = 0;
  int under_way_ = 0;  // coroutines
  bool stopping_ = false;
};

}  // namespace rotor::local
