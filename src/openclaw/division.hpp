// Instances come to this replica and go to others, and what is kept of them and of what they own grows and shrinks with
// that. What comes is read anew, and in its namespace no pass begins before all of it is there.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "kube/runtime/signal.hpp"
#include "kube/shards/partly_kept.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

class Division {
 public:
  // `on_complete`: what stands in this namespace is whole again. All that is handed in outlives this.
  Division(const Executor& executor, kube::Client& client, Clock& clock, View& view, const kube::Namespaces& watched,
           const KeptWhole& is_whole, std::function<void(const std::string& ns)> on_complete);

  // After each change of what is this replica's.
  void divide();
  bool is_complete(const std::string& ns) const { return !incomplete_.contains(ns); }
  // Reads what is missing, until cancelled.
  Task<> run();

 private:
  std::set<std::string> look() const;
  Task<Result<void>> read();

  Clock& clock_;
  KeptWhole is_whole_;
  std::function<void(const std::string&)> on_complete_;
  kube::PartlyKept<KeptInstance> instances_;
  std::vector<kube::PartlyKept<LiveObject>> owned_;
  kube::Signal some_missing_;
  std::set<std::string> incomplete_;  // namespaces of this replica's
};

}  // namespace rotor::openclaw
