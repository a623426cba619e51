// `rotor run --proof`: new values are tried by a command before the process that has the old ones is stopped. The
// StatefulSet controller asks before it replaces a pod; the kubelet tells what its processes run with.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/apps/stateful_set.hpp"
#include "kube/client/client.hpp"
#include "local/node/launch.hpp"
#include "local/node/process.hpp"
#include "local/node/proof.hpp"
#include "local/timeline.hpp"

namespace rotor::local {

// Everything referred to outlives it. Runs on the I/O thread.
class Proofs {
 public:
  Proofs(Executor executor, kube::Client& client, Clock& clock, Guardian& guardian, Timeline& timeline,
         NodeOptions options);
  ~Proofs();

  // Called when an answer of allow() may be another one. Files of the storage are asked for again by themselves.
  void on_verdict(std::function<void(const kube::Key& set)> told) { told_ = std::move(told); }

  // Whether the pod may give way to one of the set's template. Not while that is tried, and not when it was found bad;
  // the same template is tried once.
  bool allow(const std::shared_ptr<const api::StatefulSet>& set, const api::Pod& pod);
  void not_needed(const kube::Key& pod);  // it is as its set wants it
  // The same for files of Secrets in the pod that runs, which change without another pod. Files that show what there is
  // end what was found of others.
  bool may_show(const std::shared_ptr<const api::Pod>& pod, const SecretValues& shown, const SecretValues& now);
  TrialState standing(const kube::Key& pod) const;
  // Orders a look at the files of the pod; the answer says how they stand, and nothing of a refusal from before that
  // look. Not to be asked longer than this lives.
  std::function<TrialState()> look_at_files(const kube::Key& pod);

  void runs_with(const kube::Key& pod, Environment environment);
  // What a process of the pod is started again with, while other values are tried or were found bad.
  std::optional<Environment> kept(const kube::Key& pod) const;
  void forget(const kube::Key& pod);  // it is gone

  Task<> stop();  // returns when nothing is being tried any more

 private:
  struct Trial {
    std::uint64_t number = 0;
    std::string revision{};               // of the template; empty: of files alone
    std::string subject{};                // what is tried, for messages
    std::optional<SecretValues> files{};  // that the command finds; none: not known yet
    std::optional<Verdict> verdict{};     // none: it is being tried
    bool unknown_holds = false;           // kUnknown: the instance says that nothing goes on then
    std::shared_ptr<Process> process{};   // the command, while it runs
    TrialState state() const;
  };
  // Of one pod. Template and files are asked for apart, and what is found of one is no answer to the other: it is kept
  // until the same one is asked for with other values. One at most is under way.
  struct Trials {
    std::optional<Trial> of_template{}, of_files{};
  };
  struct Ending {
    std::optional<Exit> exit{};  // none: not in time, or it could not be started
    std::string trouble{};       // why it could not
  };

  Task<> try_out(kube::Key set, kube::Key pod, std::shared_ptr<const api::Pod> stand_in, std::uint64_t number);
  Task<Result<std::shared_ptr<Process>>> start(kube::Key set, kube::Key pod, std::shared_ptr<const api::Pod> stand_in,
                                               std::uint64_t number);
  void begin(const kube::Key& set, const kube::Key& pod, api::Pod stand_in, Trial trial, std::optional<Trial>& place);
  Task<bool> unknown_holds(kube::Key set);
  Trial* find(const kube::Key& pod, std::uint64_t number);
  void settle(const kube::Key& set, const kube::Key& pod, std::uint64_t number, const Ending& ending);
  std::string describe(const Ending& ending) const;
  static void drop(std::optional<Trial>& trial);

  Executor executor_;
  kube::Client& client_;
  Clock& clock_;
  Guardian& guardian_;
  Timeline& timeline_;
  NodeOptions options_;
  std::function<void(const kube::Key&)> told_;
  std::map<kube::Key, Environment> running_;  // by pod
  std::map<kube::Key, Trials> trials_;
  std::uint64_t numbers_ = 0;
  int under_way_ = 0;  // coroutines
  bool stopping_ = false;
};

}  // namespace rotor::local
