#include "apiserver/server/embedded_server.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "kube/client/client.hpp"
#include "kube/client/config.hpp"
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

namespace fs = std::filesystem;

std::string refusal_of(const std::string& directory) {
  const auto server = EmbeddedServer::start({.directory = directory});
  return server ? "" : server.error().message;
}

void put_file(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

TEST(EmbeddedDirectory, IsNotReachedThroughALink) {
  const Scratch scratch;
  fs::create_directories(scratch.path() + "/target");
  fs::create_directory_symlink(scratch.path() + "/target", scratch.path() + "/link");
  EXPECT_THAT(refusal_of(scratch.path() + "/link"), HasSubstr("it is a link or no directory"));
  EXPECT_TRUE(fs::is_empty(scratch.path() + "/target"));
}

TEST(EmbeddedDirectory, DoesNotFollowALockThatIsALink) {
  const Scratch scratch;
  fs::create_directories(scratch.path() + "/run");
  put_file(scratch.path() + "/victim", "precious");
  for (const bool hard : {false, true}) {
    const std::string lock = scratch.path() + "/run/lock";
    fs::remove(lock);
    if (hard) {
      fs::create_hard_link(scratch.path() + "/victim", lock);
    } else {
      fs::create_symlink(scratch.path() + "/victim", lock);
    }
    EXPECT_THAT(refusal_of(scratch.path() + "/run"), HasSubstr("lock is a link or not a file of ours: remove it"));
    EXPECT_EQ(test::read_file(scratch.path() + "/victim"), "precious");
  }
}

TEST(EmbeddedDirectory, DoesNotFollowALinkInThePlaceOfItsKubeconfig) {
  const Scratch scratch;
  put_file(scratch.path() + "-victim", "precious");
  fs::create_directories(scratch.path());
  put_file(scratch.path() + "/lock", "");
  for (const char* name : {"/kubeconfig", "/kubeconfig.new"})
    fs::create_symlink(scratch.path() + "-victim", scratch.path() + name);
  const auto server = EmbeddedServer::start({.directory = scratch.path()});
  ASSERT_TRUE(server.has_value()) << server.error().message;
  EXPECT_FALSE(fs::is_symlink(scratch.path() + "/kubeconfig"));
  EXPECT_EQ(test::read_file(scratch.path() + "-victim"), "precious");
  fs::remove(scratch.path() + "-victim");
}

TEST(EmbeddedDirectory, IsRefusedWhenItHoldsSomebodysFiles) {
  const Scratch scratch;
  fs::create_directories(scratch.path());
  put_file(scratch.path() + "/thesis.txt", "years of work");
  EXPECT_THAT(refusal_of(scratch.path()), HasSubstr("holds files that are not of a run"));
  EXPECT_TRUE(fs::exists(scratch.path() + "/thesis.txt"));
}

TEST(EmbeddedDirectory, IsRefusedBelowOneThatEverybodyMayChange) {
  const Scratch scratch;
  fs::create_directories(scratch.path());
  fs::permissions(scratch.path(), fs::perms::all);
  EXPECT_THAT(refusal_of(scratch.path() + "/run"), HasSubstr("a directory above it may be written by everybody"));
}

TEST(EmbeddedDirectory, IsRefusedWhenItIsSomebodyElses) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to give a directory away";
  const Scratch scratch;
  fs::create_directories(scratch.path() + "/theirs");
  ASSERT_EQ(::chown((scratch.path() + "/theirs").c_str(), 65534, 65534), 0);
  EXPECT_THAT(refusal_of(scratch.path() + "/theirs"), HasSubstr("belongs to another user (65534)"));
  EXPECT_THAT(refusal_of(scratch.path() + "/theirs/run"),
              HasSubstr("a directory above it belongs to another user (65534)"));
}

TEST(EmbeddedDirectory, IsClosedToOthersWhateverItsModeWas) {
  const Scratch scratch;
  fs::create_directories(scratch.path());
  fs::permissions(scratch.path(), fs::perms::owner_all | fs::perms::group_all | fs::perms::others_read);
  const auto server = EmbeddedServer::start({.directory = scratch.path() + "/"});
  ASSERT_TRUE(server.has_value()) << server.error().message;
  EXPECT_EQ(fs::status(scratch.path()).permissions(), fs::perms::owner_all);
}

class Damaged : public testing::Test {
 protected:
  Damaged() : server(EmbeddedServer::start({.directory = scratch.path()}).value()) {}
  ~Damaged() override { fs::remove_all(scratch.path() + "-aside"); }
  void expect_whole() {
    EXPECT_EQ(test::read_file(scratch.path() + "/kubeconfig"), server->kubeconfig().reveal());
    EXPECT_EQ(server->keep_files(), "");
    EXPECT_THAT(refusal_of(scratch.path()), HasSubstr("another rotor (process"));
  }
  const Scratch scratch;
  std::unique_ptr<EmbeddedServer> server;
};

TEST_F(Damaged, DirectoryIsMadeAnewWhenItWasRemoved) {
  EXPECT_EQ(server->keep_files(), "");
  fs::remove_all(scratch.path());
  EXPECT_THAT(server->keep_files(), HasSubstr("was removed: made good, kubeconfig included"));
  expect_whole();
}

TEST_F(Damaged, KubeconfigIsWrittenAnewWhenItWasRemovedOrReplaced) {
  const std::string path = scratch.path() + "/kubeconfig";
  fs::remove(path);
  EXPECT_THAT(server->keep_files(), HasSubstr("lost its kubeconfig"));
  expect_whole();
  put_file(path + ".other", "somebody else's");
  fs::rename(path + ".other", path);
  EXPECT_THAT(server->keep_files(), HasSubstr("had its kubeconfig replaced"));
  expect_whole();
}

TEST_F(Damaged, KubeconfigThatKubectlChangedInPlaceIsLeftAlone) {
  put_file(scratch.path() + "/kubeconfig", "with another namespace");
  EXPECT_EQ(server->keep_files(), "");
}

TEST_F(Damaged, LockIsTakenAgain) {
  fs::remove(scratch.path() + "/lock");
  EXPECT_THAT(server->keep_files(), HasSubstr("lost its lock"));
  expect_whole();
}

TEST_F(Damaged, DirectoryThatAnotherRotorTookIsLeftToIt) {
  fs::rename(scratch.path(), scratch.path() + "-aside");
  const auto other = EmbeddedServer::start({.directory = scratch.path()});
  ASSERT_TRUE(other.has_value());
  EXPECT_THAT(server->keep_files(),
              testing::AllOf(HasSubstr("was replaced by another one"), HasSubstr("kubectl does not reach this run"),
                             HasSubstr("another rotor (process")));
  server->remove_files();
  EXPECT_TRUE(fs::exists((*other)->kubeconfig_path()));
}

TEST_F(Damaged, DirectoryGoesWithTheRun) {
  server->remove_files();
  EXPECT_FALSE(fs::exists(scratch.path()));
}

// Of every descriptor of this process but the first three.
std::vector<std::string> inheritable_descriptors() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    const int fd = std::stoi(entry.path().filename());
    const int flags = ::fcntl(fd, F_GETFD);
    std::error_code ignored;
    if (fd > 2 && flags >= 0 && (flags & FD_CLOEXEC) == 0) out.push_back(fs::read_symlink(entry.path(), ignored));
  }
  return out;
}

TEST(Descriptors, OfAServerItsClientAndItsWatchesAreInheritedByNobody) {
  const std::vector<std::string> before = inheritable_descriptors();
  const Scratch scratch;
  const auto server = EmbeddedServer::start({.directory = scratch.path()}).value();
  boost::asio::io_context io;
  SystemClock clock;
  boost::asio::signal_set signals(io, SIGUSR1);
  auto config = kube::parse_kubeconfig(server->kubeconfig().reveal(), "embedded").value();
  const auto client = kube::make_client(io.get_executor(), clock, std::move(config), "test/1").value();
  const auto page = test::run_task(io, client->list_page(kMaps, "default", {}, "")).value();
  const auto watch = test::run_task(io, client->watch(kMaps, "default", {}, page.resource_version)).value();
  EXPECT_EQ(inheritable_descriptors(), before);
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
