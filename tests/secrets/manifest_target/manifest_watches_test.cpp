#include "secrets/manifest_target/manifest_watches.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/client/http_client.hpp"
#include "secrets/manifest_target/object_content.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/secrets/manifest_target/generic.hpp"

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;
using kube::Key;
using testing::ElementsAre;
using testing::IsEmpty;

const kube::KindName kWidget{"example.com/v1", "Widget"};
const Key kOne{"ns", "one"};
const Key kTwo{"ns", "two"};

std::string widget(std::string_view name, std::string_view version, std::string_view spec,
                   std::string_view marks = "") {
  return fmt::format(R"({{"metadata":{{{}"name":"{}","namespace":"ns","resourceVersion":"{}"}},"spec":{}}})", marks,
                     name, version, spec);
}

class ManifestWatchesTest : public testing::Test {
 protected:
  ManifestWatchesTest() {
    watches.on_change([this](const Key& key) { changed.push_back(key.name); });
  }
  ~ManifestWatchesTest() override { loop.stop(); }  // what runs refers to the rest
  void will_serve() {
    http.will_answer(200, R"({"resources":[{"name":"widgets","kind":"Widget","namespaced":true}]})");
  }
  // Its list, and a watch of it.
  std::shared_ptr<rotor::test::FakeBody> will_list(std::string_view items) {
    http.will_answer(200, fmt::format(R"({{"metadata":{{"resourceVersion":"5"}},"items":[{}]}})", items));
    return http.will_stream();
  }
  void start() { loop.start(watches.run()); }
  std::vector<std::string> told() { return std::exchange(changed, {}); }

  rotor::test::Loop loop;
  rotor::test::FakeClock clock;
  rotor::test::FakeHttp http;
  std::unique_ptr<kube::Client> client = kube::make_client_on(std::make_unique<rotor::test::BorrowedHttp>(http), clock,
                                                              {.server = "https://api"}, "rotor/1");
  ManifestWatches watches{*client, clock, ""};
  std::vector<std::string> changed;
};

TEST_F(ManifestWatchesTest, WatchAKindOnceForAllThatUseIt) {
  will_serve();
  const auto stream = will_list(widget("a", "3", R"({"key":"val"})"));
  watches.follow(kOne, kWidget, "a");
  start();
  EXPECT_THAT(told(), ElementsAre("one")) << "now it can be seen";
  watches.follow(kTwo, kWidget, "b");
  loop.settle();
  EXPECT_EQ(http.lines().size(), 3U) << "the kind, a list, a watch";
  EXPECT_THAT(http.lines()[1], testing::HasSubstr("labelSelector=reconcile.external-secrets.io"));
  EXPECT_EQ(watches.see(kOne).target->actual_hash, *content_hash(test::object_of(R"({"spec":{"key":"val"}})")));
  EXPECT_TRUE(watches.see(kTwo).known);
  EXPECT_FALSE(watches.see(kTwo).target);
  stream->push(R"({"type":"ADDED","object":)" + widget("b", "6", "{}") + "}\n");
  loop.settle();
  EXPECT_THAT(told(), ElementsAre("two"));
}

TEST_F(ManifestWatchesTest, EndWithTheirLastUser) {
  will_serve();
  const auto stream = will_list("");
  watches.follow(kOne, kWidget, "a");
  watches.follow(kTwo, kWidget, "a");
  start();
  watches.release(kOne);
  loop.settle();
  EXPECT_FALSE(stream->closed());
  watches.follow(kTwo, {"v1", "ConfigMap"}, "a");  // it writes another kind now
  loop.settle();
  EXPECT_TRUE(stream->closed());
  EXPECT_EQ(watches.size(), 1U);
  watches.release(kTwo);
  loop.settle();
  EXPECT_EQ(watches.size(), 0U);
  EXPECT_FALSE(watches.see(kTwo).known);
}

TEST_F(ManifestWatchesTest, WaitForAKindThatComesLater) {
  http.will_answer(404, "404 page not found\n");
  watches.follow(kOne, kWidget, "a");
  start();
  EXPECT_FALSE(watches.see(kOne).known);
  will_serve();
  will_list("");
  clock.advance(loop.io(), 20s);
  EXPECT_THAT(told(), ElementsAre("one"));
  EXPECT_TRUE(watches.see(kOne).known);
}

TEST_F(ManifestWatchesTest, AreAllClosedWhenTheyAreStopped) {
  will_serve();
  const auto stream = will_list("");
  watches.follow(kOne, kWidget, "a");
  start();
  loop.stop();
  EXPECT_TRUE(stream->closed());
}

// A CustomResourceDefinition's defaults are no edit of anybody's.
TEST_F(ManifestWatchesTest, TakeWhatTheServerMadeOfAWriteForWhatWasWritten) {
  will_serve();
  const auto stream = will_list("");
  watches.follow(kOne, kWidget, "a");
  start();
  told();
  const std::string written = *content_hash(test::object_of(R"({"spec":{"key":"val"}})"));
  const std::string stored = *content_hash(test::object_of(R"({"spec":{"key":"val","ttl":30}})"));
  const std::string marks =
      fmt::format(R"("annotations":{{"reconcile.external-secrets.io/data-hash":"{}","rotor/stored-as":"{}"}},)",
                  written, stored_as(written, stored));
  const std::string answer = widget("a", "6", R"({"key":"val","ttl":30})", marks);
  watches.wrote(kOne, decode_object(answer).value());
  EXPECT_EQ(watches.see(kOne).target->actual_hash, written);
  stream->push(R"({"type":"ADDED","object":)" + answer + "}\n");
  loop.settle();
  EXPECT_THAT(told(), IsEmpty()) << "its own write";
  EXPECT_EQ(watches.see(kOne).target->actual_hash, written);
  const std::string edited = widget("a", "7", R"({"key":"other","ttl":30})", marks);
  stream->push(R"({"type":"MODIFIED","object":)" + edited + "}\n");
  loop.settle();
  EXPECT_THAT(told(), ElementsAre("one"));
  EXPECT_NE(watches.see(kOne).target->actual_hash, written);
}

}  // namespace
}  // namespace rotor::secrets
