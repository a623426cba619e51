// What a pod of the local node has on disk, on the embedded API server.
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/server/embedded_server.hpp"
#include "kube/client/config.hpp"
#include "local/node/pod_storage.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/local/scratch.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;
using test::content;
using test::put;
using testing::HasSubstr;

constexpr kube::Resource kSecrets{"", "v1", "secrets", "Secret"};
const kube::Key kPod{"default", "app-0"};

class Storage : public testing::Test {
 protected:
  Storage()
      : server(apiserver::EmbeddedServer::start({}).value()),
        timeline(clock, [this](std::string line) { said += line; }) {
    auto config = kube::parse_kubeconfig(server->kubeconfig().reveal(), "embedded").value();
    client = kube::make_client(io.get_executor(), clock, config, "test/1").value();
    storage = std::make_unique<PodStorage>(*client, clock, timeline, DataFolder::open({scratch.path("data")}).value());
  }

  void secret(const std::string& value) {
    SecretBytes body(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"key":")" + value +
                     R"("}})");
    ASSERT_TRUE(test::run_task(io, client->patch(kSecrets, {"default", "s"}, kube::PatchType::kApply, std::move(body),
                                                 {.force = true}))
                    .has_value());
  }

  Result<LocalContainer> prepare(const std::string& volume, const std::string& uid = "1") {
    const std::string text =
        R"({"metadata":{"name":"app-0","namespace":"default","uid":")" + uid + R"("},"spec":{"volumes":[)" + volume +
        R"(],"containers":[{"name":"main","args":["--config=/etc/v/key"],"env":[{"name":"HOME","value":"/home/app"},{"name":"FILE","value":"/etc/v/key"},{"name":"PASSWORD","valueFrom":{"secretKeyRef":{"name":"e","key":"p"}}}],"volumeMounts":[{"name":"v","mountPath":"/etc/v"}]}]}})";
    const auto pod = std::make_shared<const api::Pod>(json::read<api::Pod>(text).value());
    EnvironmentSources sources;
    sources.secrets["e"] = {{"p", SecretBytes("x:/etc/v")}};
    return test::run_task(io, storage->prepare(pod, pod->spec.containers.front(), std::move(sources)));
  }

  // The value of a variable of the prepared container.
  static std::string value(const LocalContainer& local, std::string_view name) {
    for (const api::EnvVar& variable : local.container.env) {
      if (variable.name == name) return variable.value.value_or("(none)");
    }
    return "(none)";
  }

  test::Scratch scratch;
  std::unique_ptr<apiserver::EmbeddedServer> server;
  SystemClock clock;
  boost::asio::io_context io;
  std::string said;
  Timeline timeline;
  std::unique_ptr<kube::Client> client;
  std::unique_ptr<PodStorage> storage;
};

constexpr const char* kFiles = R"({"name":"v","secret":{"secretName":"s"}})";
constexpr const char* kEmpty = R"({"name":"v","emptyDir":{}})";
constexpr const char* kClaim = R"({"name":"v","persistentVolumeClaim":{"claimName":"mine"}})";

TEST_F(Storage, GivesVariablesAndArgumentsThePathsOfThisMachine) {
  secret("one");
  const LocalContainer local = prepare(kFiles).value();
  EXPECT_TRUE(fs::is_directory(value(local, "HOME")));
  EXPECT_THAT(value(local, "HOME"), HasSubstr(scratch.path("data")));
  EXPECT_EQ(content(value(local, "FILE")), "one");
  EXPECT_EQ(local.container.args.front(), "--config=" + value(local, "FILE"));
  EXPECT_EQ(local.sources.secrets.at("e").at("p").reveal(), "x:/etc/v") << "a Secret's value is nobody's to change";
}

TEST_F(Storage, AMissingSecretIsWaitedForByName) {
  const auto waiting = prepare(kFiles);
  ASSERT_FALSE(waiting.has_value());
  EXPECT_EQ(waiting.error().code, Code::kNotFound);
  EXPECT_EQ(waiting.error().message, "volume \"v\": secret \"s\" not found");
  secret("one");
  EXPECT_TRUE(prepare(kFiles).has_value());
}

TEST_F(Storage, AChangedSecretReachesTheFilesOfARunningProcess) {
  secret("one");
  const std::string file = value(prepare(kFiles).value(), "FILE");
  test::Running<int> running(io, [](PodStorage* of) -> Task<int> {
    co_await of->run();
    co_return 0;
  }(storage.get()));
  secret("two");
  EXPECT_EQ(content(file), "one");
  storage->secret_changed({"other", "s"});
  storage->secret_changed({"default", "s"});
  test::run_until(io, [&] { return content(file) == "two"; });
  EXPECT_THAT(said, HasSubstr("volume \"v\": its files are new"));
  EXPECT_THAT(said, testing::Not(HasSubstr("two")));
  running.cancel();
  test::run_until(io, [&] { return running.done(); });
}

TEST_F(Storage, AnEmptyDirLivesAsLongAsThePod) {
  const std::string folder = fs::path(value(prepare(kEmpty).value(), "FILE")).parent_path();
  put(folder + "/note", "mine");
  ASSERT_TRUE(prepare(kEmpty).has_value());
  EXPECT_EQ(content(folder + "/note"), "mine") << "the process starts anew in the same pod";
  ASSERT_TRUE(prepare(kEmpty, "2").has_value());
  EXPECT_EQ(content(folder + "/note"), "(none)") << "another pod";
}

TEST_F(Storage, AClaimOutlivesPodsAndRuns) {
  const std::string folder = fs::path(value(prepare(kClaim).value(), "FILE")).parent_path();
  put(folder + "/note", "mine");
  ASSERT_TRUE(prepare(kClaim, "2").has_value());
  storage.reset();
  EXPECT_EQ(content(folder + "/note"), "mine");
}

TEST_F(Storage, NothingOfASecretIsLeftWhenThePodGoes) {
  secret("one");
  const LocalContainer local = prepare(kFiles).value();
  storage->remove(kPod);
  EXPECT_FALSE(fs::exists(value(local, "FILE")));
  EXPECT_FALSE(fs::exists(value(local, "HOME")));
}

TEST_F(Storage, AVolumeThatCannotBeHadIsNamed) {
  const auto refused = prepare(R"({"name":"v","hostPath":{"path":"/var"}})");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kInvalid);
  EXPECT_THAT(refused.error().message, HasSubstr("volume \"v\": hostPath"));
}

}  // namespace
}  // namespace rotor::local
