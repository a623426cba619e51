#include "apiserver/embedded_server.hpp"

#include <filesystem>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "kube/client.hpp"
#include "kube/config.hpp"
#include "net/http.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::apiserver {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr kube::Resource kMaps{"", "v1", "configmaps", "ConfigMap", true};
constexpr std::string_view kMap = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}})";

// A directory that goes away with the test.
class Scratch {
 public:
  Scratch() : path_(std::filesystem::temp_directory_path() / ("rotor-test-" + hex_encode(random_bytes(6)))) {}
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

class Embedded : public testing::Test {
 protected:
  Embedded() : server(EmbeddedServer::start({}).value()) {
    config = kube::parse_kubeconfig(server->kubeconfig().reveal(), "embedded").value();
    client = kube::make_client(io.get_executor(), clock, config, "test/1").value();
  }

  template <class T>
  T run(Task<T> task) {
    return test::run_task(io, std::move(task));
  }

  Result<SecretBytes> create() { return run(client->create(kMaps, "default", SecretBytes(kMap))); }
  Result<SecretBytes> get() { return run(client->get(kMaps, {"default", "a"})); }
  std::unique_ptr<kube::WatchStream> watch() {
    const auto page = run(client->list_page(kMaps, "default", {}, ""));
    return run(client->watch(kMaps, "default", {}, page->resource_version)).value();
  }

  std::unique_ptr<EmbeddedServer> server;
  kube::ConnectionConfig config;
  SystemClock clock;
  boost::asio::io_context io;
  std::unique_ptr<kube::Client> client;
};

TEST_F(Embedded, IsReachedWithItsKubeconfig) {
  ASSERT_TRUE(create().has_value());
  EXPECT_TRUE(get().has_value());
  EXPECT_EQ(create().error().code, Code::kAlreadyExists);
  std::uint64_t created = 0;
  for (const auto& count : server->requests()) {
    if (count.verb == "create" && count.resource == "configmaps") created += count.times;
  }
  EXPECT_EQ(created, 2U);
}

TEST_F(Embedded, RefusesCallersWithoutTheToken) {
  config.token = SecretBytes("wrong");
  client = kube::make_client(io.get_executor(), clock, config, "test/1").value();
  EXPECT_EQ(get().error().code, Code::kUnauthenticated);
}

TEST_F(Embedded, FailsOnDemand) {
  server->faults().add(
      {.verb = "create", .resource = "configmaps", .status = 403, .reason = "Forbidden", .message = "not today"});
  const auto refused = create();
  EXPECT_EQ(refused.error().code, Code::kDenied);
  EXPECT_THAT(refused.error().message, HasSubstr("not today"));
  EXPECT_TRUE(create().has_value());
}

TEST_F(Embedded, DropsBeforeOrAfterServing) {
  server->faults().add({.verb = "create", .kind = Fault::Kind::kDrop});
  EXPECT_FALSE(create().has_value());
  EXPECT_EQ(get().error().code, Code::kNotFound);
  server->faults().add({.verb = "create", .kind = Fault::Kind::kDropAfterServing});
  EXPECT_FALSE(create().has_value());
  EXPECT_TRUE(get().has_value());
}

TEST_F(Embedded, StreamsChangesToWatches) {
  const auto stream = watch();
  ASSERT_TRUE(create().has_value());
  const auto event = run(stream->next());
  ASSERT_TRUE(event.has_value() && event->has_value());
  EXPECT_EQ((*event)->type, kube::WatchEvent::Type::kAdded);
}

TEST_F(Embedded, EndsAndExpiresWatchesOnDemand) {
  auto stream = watch();
  server->faults().end_watches("configmaps");
  const auto ended = run(stream->next());
  ASSERT_TRUE(ended.has_value());
  EXPECT_FALSE(ended->has_value());
  stream = watch();
  server->faults().expire_watches("configmaps");
  EXPECT_EQ(run(stream->next()).error().code, Code::kGone);
}

TEST_F(Embedded, AnswersGoneToAWatchOnDemand) {
  server->faults().add({.verb = "watch", .resource = "configmaps", .kind = Fault::Kind::kGone});
  EXPECT_EQ(run(watch()->next()).error().code, Code::kGone);
}

TEST_F(Embedded, SaysThatItsPortIsTaken) {
  const auto second = EmbeddedServer::start({.port = server->port()});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(server->port())));
  EXPECT_THAT(second.error().message, HasSubstr("taken"));
}

TEST(EmbeddedDirectory, HoldsAPrivateKubeconfigAndOneServer) {
  const Scratch scratch;
  const auto first = EmbeddedServer::start({.directory = scratch.path()});
  ASSERT_TRUE(first.has_value()) << first.error().message;
  const std::string path = (*first)->kubeconfig_path();
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(test::read_file(path), (*first)->kubeconfig().reveal());
  const auto second = EmbeddedServer::start({.directory = scratch.path()});
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_THAT(second.error().message, HasSubstr("choose another directory"));
}

TEST(EmbeddedDirectory, IsFreeAgainWhenTheServerIsGone) {
  const Scratch scratch;
  {
    const auto first = EmbeddedServer::start({.directory = scratch.path()});
  }
  EXPECT_TRUE(EmbeddedServer::start({.directory = scratch.path()}).has_value());
}

}  // namespace
}  // namespace rotor::apiserver
