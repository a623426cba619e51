// `rotor status` and `rotor why` on an API server with the controllers at work.
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.hpp"
#include "inspect/gather.hpp"
#include "inspect/graph.hpp"
#include "inspect/text.hpp"
#include "inspect/why.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

using inspect::Health;
using inspect::Id;
using inspect::Kind;
using testing::HasSubstr;

const Id kStoreId{Kind::kStore, "ns", "store"};
const Id kEsId{Kind::kExternalSecret, "ns", "es"};
const Id kSecretId{Kind::kSecret, "ns", "es"};

Task<> look_into(kube::Client* client, Clock* clock, std::optional<Result<inspect::Cluster>>* out) {
  *out = co_await inspect::gather(*client, *clock, "ns");
}

class Inspect : public testing::Test {
 protected:
  inspect::Graph look() {
    std::optional<Result<inspect::Cluster>> out;
    world.start(look_into(&world.person(), &world.clock(), &out));
    world.until("a look at the cluster", [&out] { return out.has_value(); });
    if (!*out) throw std::runtime_error(out->error().message);
    return inspect::make_graph(**out);
  }
  std::string why(const Id& id) { return inspect::explain(look(), id).sentence; }

  // As a kubelet would leave it.
  void runs_since(const std::string& pod, const std::string& time) {
    constexpr kube::Resource kPods{"", "v1", "pods", "Pod"};
    const std::string document =
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + pod +
        R"(","namespace":"ns"},"spec":{"containers":[{"name":"c","image":"i","envFrom":[{"secretRef":{"name":"es"}}]}]}})";
    answered(world.person().create(kPods, "ns", SecretBytes(document)));
    const std::string status =
        R"({"status":{"phase":"Running","containerStatuses":[{"name":"c","image":"i","imageID":"i","ready":true,)"
        R"("restartCount":0,"state":{"running":{"startedAt":")" +
        time + R"("}}}]}})";
    answered(world.person().patch(kPods, {"ns", pod}, kube::PatchType::kMerge, SecretBytes(status),
                                  {.subresource = "status"}));
  }

  SecretsWorld world;

 private:
  static Task<> wait_for(Task<Result<SecretBytes>> call, std::optional<Result<SecretBytes>>* out) {
    *out = co_await std::move(call);
  }
  void answered(Task<Result<SecretBytes>> call) {
    std::optional<Result<SecretBytes>> out;
    world.start(wait_for(std::move(call), &out));
    world.until("an answer", [&out] { return out.has_value(); });
    if (!*out) throw std::runtime_error(out->error().message);
  }
};

TEST_F(Inspect, FindsAllWellAndSaysUntilWhen) {
  world.start_operator();
  world.store(R"([{"key":"a","value":"canary-value"}])");
  world.external_secret(R"("refreshInterval":"1h","data":[{"secretKey":"k","remoteRef":{"key":"a"}}])");
  world.until_ready("es", "es", "True/SecretSynced/secret synced");
  world.until("all well", [this] { return look().well(); });
  const inspect::Graph graph = look();
  EXPECT_THAT(why(kSecretId), testing::StartsWith("nothing is wrong: Secret ns/es holds what its store had at "));
  EXPECT_FALSE(graph.find(kEsId)->finding.next.empty());
  const std::string all = inspect::status_text(graph).str() + json::serialize(inspect::status_document(graph));
  EXPECT_THAT(all, HasSubstr("all is well"));
  EXPECT_THAT(all, testing::Not(HasSubstr("canary")));
}

TEST_F(Inspect, TellsWithTheEventsWordsWhatAStoreDoesNotHave) {
  world.start_operator();
  world.store(R"([{"key":"a","value":"1"}])");
  world.external_secret(R"("data":[{"secretKey":"k","remoteRef":{"key":"gone"}}])");
  world.until_ready("es", "es", "False/SecretSyncedError/could not get secret data from provider");
  world.until("the event", [this] { return why(kSecretId).contains("gone"); });
  EXPECT_THAT(why(kSecretId), HasSubstr("Secret ns/es does not exist, because ExternalSecret ns/es fails: "));
}

TEST_F(Inspect, GoesBackToAStoreThatIsNotReady) {
  world.start_operator();
  world.create("ss", "store", R"({"spec":{"provider":{"vault":{"server":"https://127.0.0.1:1","auth":{}}}}})");
  world.external_secret(R"("data":[{"secretKey":"k","remoteRef":{"key":"a"}}])");
  world.until_ready("es", "es", "False/SecretSyncedError/could not get secret data from provider");
  EXPECT_THAT(why(kEsId), HasSubstr(", because SecretStore ns/store is not ready: "));
  EXPECT_EQ(look().find(kStoreId)->finding.health, Health::kFailed);
}

TEST_F(Inspect, NamesAStoreThatIsNotThere) {
  world.start_operator();
  world.external_secret(R"("data":[{"secretKey":"k","remoteRef":{"key":"a"}}])");
  world.until("a word of it", [this] { return !world.ready("es", "es").empty(); });
  EXPECT_THAT(why(kEsId), HasSubstr(", because SecretStore ns/store does not exist (there is none of that kind)"));
}

TEST_F(Inspect, SaysThatNobodyServesAnObjectWithoutAnOperator) {
  world.store(R"([{"key":"a","value":"1"}])");
  world.external_secret(R"("data":[{"secretKey":"k","remoteRef":{"key":"a"}}])");
  EXPECT_THAT(why(kSecretId), HasSubstr("does an operator run that serves its namespace and store?"));
}

TEST_F(Inspect, TellsWhichPodsStillRunWithAKeyThatWasReplacedAndWhenNoneDoes) {
  world.start_operator();
  world.store(R"([{"key":"a","value":"canary-1"},{"key":"b","value":"canary-b"}])");
  world.external_secret(
      R"("refreshInterval":"1s","data":[{"secretKey":"A","remoteRef":{"key":"a"}},{"secretKey":"B","remoteRef":{"key":"b"}}])");
  world.until("the first value", [this] { return world.value("es", "A") == "canary-1"; });
  const Id old_pod{Kind::kPod, "ns", "old"};
  const Id new_pod{Kind::kPod, "ns", "new"};
  runs_since("old", format_time(world.clock().now()));
  EXPECT_THAT(look().find(old_pod)->finding.older, testing::IsEmpty()) << "there is no older value than the first";

  world.store(R"([{"key":"a","value":"canary-2"},{"key":"b","value":"canary-b"}])");
  runs_since("new", "2096-01-01T00:00:00Z");
  world.until("the new value", [this] { return world.value("es", "A") == "canary-2"; });
  inspect::Graph graph = look();
  const std::string all = json::serialize(inspect::status_document(graph)) + inspect::status_text(graph).str();
  ASSERT_EQ(graph.find(old_pod)->finding.older.size(), 1U) << all;
  EXPECT_EQ(graph.find(old_pod)->finding.older.front().key, "A") << "B has the value it had";
  EXPECT_THAT(graph.find(new_pod)->finding.older, testing::IsEmpty());
  EXPECT_THAT(graph.find(kSecretId)->finding.detail, HasSubstr("1 pod runs with an older one"));
  EXPECT_THAT(all, testing::Not(HasSubstr("canary")));
}

// The server itself leaves the values out.
TEST_F(Inspect, GetsNoValueWhereItAsksForMetadata) {
  world.create("secret", "s", R"({"data":{"k":"Y2FuYXJ5LXZhbHVl"}})");
  std::optional<Result<kube::ListPage>> page;
  world.start([](kube::Client* client, std::optional<Result<kube::ListPage>>* out) -> Task<> {
    *out = co_await client->list_page({"", "v1", "secrets", "Secret", true}, "ns", {.metadata_only = true}, "");
  }(&world.person(), &page));
  world.until("a page", [&page] { return page.has_value(); });
  ASSERT_TRUE(*page);
  const std::string body((*page)->body.reveal());
  EXPECT_THAT(body, HasSubstr(R"("name":"s")"));
  EXPECT_THAT(body, testing::Not(HasSubstr("Y2FuYXJ5")));
}

}  // namespace
}  // namespace rotor::test
