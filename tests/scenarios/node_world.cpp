#include "tests/scenarios/node_world.hpp"

#include <csignal>
#include <fstream>
#include <iterator>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "apiserver/server/embedded_server.hpp"
#include "kube/client/config.hpp"
#include "local/node/descendants.hpp"

namespace rotor::test {
namespace {

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "rotor-node-XXXXXX").string();
  return mkdtemp(name.data());
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

bool is_gone(pid_t pid) {
  const auto line = local::parse_stat(text_of("/proc/" + std::to_string(pid) + "/stat"));
  return pid > 0 && (!line || line->state == 'Z');
}

NodeWorld::NodeWorld(const std::string& script, local::ProofOptions proof, bool with_volumes)
    : NodeWorld(std::vector<std::string>{"bash", "-c", script}, std::move(proof), with_volumes) {}

NodeWorld::NodeWorld(std::vector<std::string> command, local::ProofOptions proof, bool with_volumes)
    : folder_(make_folder()), out_(std::fopen((folder_ / "timeline").c_str(), "w")), timeline_(world.clock(), out_) {
  const std::string kubeconfig(world.server().kubeconfig().reveal());
  client_ =
      *kube::make_client(world.loop().executor(), world.clock(), *kube::parse_kubeconfig(kubeconfig, "test"), "node");
  local::NodeOptions options{std::move(command), {}};
  options.base.push_back({"PATH", SecretBytes("/usr/bin:/bin")});
  options.proof = std::move(proof);
  options.base.push_back({"T", SecretBytes(folder_.native())});
  const auto follow = [this](Task<> task, boost::asio::cancellation_signal& end) {
    ++running_;
    boost::asio::co_spawn(world.loop().io(), std::move(task),
                          boost::asio::bind_cancellation_slot(end.slot(), [this](std::exception_ptr) { --running_; }));
  };
  if (with_volumes) {
    storage_ = std::make_unique<local::PodStorage>(*client_, world.clock(), timeline_,
                                                   local::DataFolder::open({(folder_ / "data").native()}).value());
    options.storage = storage_.get();
    follow(storage_->run(), cancel_storage_);
  }
  node_ = std::make_unique<local::Node>(world.loop().executor(), *client_, world.clock(), guardian_, timeline_,
                                        std::move(options));
  follow(node_->run(), cancel_);
  world.start_operator(
      {.operator_namespace = "rotor", .quiet = std::chrono::nanoseconds(0), .node_refuses_unusable = true});
}

NodeWorld::~NodeWorld() {
  if (!stopped_) stop();
  world.stop_operator();
  cancel_.emit(boost::asio::cancellation_type::terminal);
  cancel_storage_.emit(boost::asio::cancellation_type::terminal);
  world.until("the node to end", [this] { return running_ == 0; });
  node_.reset();
  world.loop().settle();
  std::fclose(out_);
  std::filesystem::remove_all(folder_);
}

void NodeWorld::stop(bool hurried) {
  stopped_ = true;
  bool done = false;
  boost::asio::co_spawn(world.loop().io(), node_->stop(), [&](std::exception_ptr) { done = true; });
  if (hurried) {
    world.until("the stop", [this] { return said().find("stopping pid") != std::string::npos; });
    node_->hurry();
  }
  world.until("the processes to end", [&] { return done; });
}

void NodeWorld::start_foo(std::string_view data_json) {
  world.secret("keys", data_json);
  world.instance("foo", R"({"envFrom":[{"secretRef":{"name":"keys"}}]})");
  world.until("the first pod", [this] { return is_ready() && !pids().empty(); });
}

std::string NodeWorld::text(const json::Value& object, std::string_view path) {
  const json::Value* found = object.is_null() ? nullptr : json::find(object, path);
  if (found == nullptr) return "";
  return found->is_string() ? std::string(found->as_string()) : json::serialize(*found);
}

std::string NodeWorld::container(std::string_view path) {
  const json::Value object = pod();
  const json::Value* all = object.is_null() ? nullptr : json::find(object, "status.containerStatuses");
  return all == nullptr || all->as_array().empty() ? "" : text(all->as_array()[0], path);
}

bool NodeWorld::is_ready() {
  const json::Value s = set();
  const std::string current = text(s, "status.currentRevision");
  return container("ready") == "true" && text(s, "status.readyReplicas") == "1" &&
         text(s, "status.updatedReplicas") == "1" && current == text(s, "status.updateRevision") &&
         text(s, "status.observedGeneration") == text(s, "metadata.generation") &&
         text(pod(), "metadata.labels.controller-revision-hash") == current &&
         world.condition("foo", "Ready") == "True/ReconcileSucceeded";
}

std::vector<pid_t> NodeWorld::pids() {
  std::ifstream in(folder_ / "pids");
  return {std::istream_iterator<pid_t>(in), {}};
}

std::string NodeWorld::said() { return text_of(folder_ / "timeline"); }

void NodeWorld::is_a_new_pod_after(const std::function<void()>& change) {
  const std::string before = uid();
  const std::size_t started = pids().size();
  ASSERT_FALSE(before.empty());
  ASSERT_GT(started, 0U);
  change();
  world.until("another pod", [&] {
    const std::string now = uid();
    return !now.empty() && now != before && is_ready() && pids().size() > started;
  });
  EXPECT_EQ(container("restartCount"), "0");
  EXPECT_TRUE(is_gone(pids()[started - 1]));
  EXPECT_FALSE(is_gone(pids().back()));
  EXPECT_EQ(pids().size(), started + 1) << said();
}

}  // namespace rotor::test
