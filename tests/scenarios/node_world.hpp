// OpenClawWorld with the node of `rotor run`: what the API server says against what runs on this machine.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

#include "local/node/guardian.hpp"
#include "local/node/node.hpp"
#include "local/timeline.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {

class NodeWorld {
 public:
  // Every instance runs `script`, which finds the folder of the test in $T.
  // `with_volumes`: it has the files of its pod as well.
  explicit NodeWorld(const std::string& script, local::ProofOptions proof = {}, bool with_volumes = false);
  explicit NodeWorld(std::vector<std::string> command, local::ProofOptions proof = {}, bool with_volumes = false);
  ~NodeWorld();

  // An instance "foo" that consumes the Secret "keys", and its first pod, ready.
  void start_foo(std::string_view data_json = R"({"A":"b25l"})");

  json::Value pod() { return world.get(kPods, "foo-0"); }
  json::Value set() { return world.get(kStatefulSets, "foo"); }
  std::string text(const json::Value& object, std::string_view path);
  std::string uid() { return text(pod(), "metadata.uid"); }
  std::string container(std::string_view path);  // below status.containerStatuses[0]
  bool is_ready();                               // pod, set and instance agree
  std::vector<pid_t> pids();                     // of the processes started so far, which write $$ to $T/pids
  std::string said();                            // the timeline so far
  // Runs `change`; then there is another pod, ready, with a process of its own, and nothing of the old one is left.
  void is_a_new_pod_after(const std::function<void()>& change);
  std::filesystem::path folder() const { return folder_; }
  void stop(bool hurried = false);  // as Ctrl-C does; hurried: twice

 private:
  std::filesystem::path folder_;
  local::Guardian guardian_;  // forks: before the server's thread

 public:
  OpenClawWorld world;

 private:
  std::unique_ptr<kube::Client> client_;
  std::FILE* out_;
  local::Timeline timeline_;
  std::unique_ptr<local::PodStorage> storage_;
  std::unique_ptr<local::Node> node_;
  boost::asio::cancellation_signal cancel_;
  boost::asio::cancellation_signal cancel_storage_;
  int running_ = 0;  // of the node's and the storage's coroutines
  bool stopped_ = false;
};

bool is_gone(pid_t pid);

}  // namespace rotor::test
