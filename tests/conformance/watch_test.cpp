// Watching: what comes, in which order, and from where.
#include <gmock/gmock.h>

#include "tests/conformance/server.hpp"

namespace rotor::conformance {
namespace {

using Type = kube::WatchEvent::Type;
using Watch = Conformance;
using testing::HasSubstr;

TEST_F(Watch, BringsEveryChangeAfterAVersion) {
  must(create(kConfigMaps, config_map("before")));
  const std::string from = list_version(kConfigMaps);
  must(create(kConfigMaps, config_map("a")));
  must(patch(kConfigMaps, "a", PatchType::kMerge, R"({"data":{"a":"2"}})"));
  ASSERT_TRUE(remove(kConfigMaps, "a"));
  const auto stream = watch(kConfigMaps, from, {.field_selector = "metadata.name!=kube-root-ca.crt"});
  ASSERT_TRUE(stream);
  std::string last = from;
  for (const Type type : {Type::kAdded, Type::kModified, Type::kDeleted}) {
    const auto event = next_event(*stream);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->type, type);
    const Value object = *json::parse(event->object.reveal());
    EXPECT_EQ(text_at(object, "metadata.name"), "a");
    EXPECT_EQ(text_at(object, "kind"), "ConfigMap");
    EXPECT_GT(std::stoull(text_at(object, "metadata.resourceVersion")), std::stoull(last));
    last = text_at(object, "metadata.resourceVersion");
  }
}

TEST_F(Watch, BringsChangesAsTheyHappen) {
  const auto stream = watch(kWidgets, list_version(kWidgets));
  ASSERT_TRUE(stream);
  for (int i = 0; i < 3; ++i) {
    must(create(kWidgets, widget("w" + std::to_string(i))));
    const auto event = next_event(*stream);
    ASSERT_TRUE(event);
    EXPECT_EQ(text_at(*json::parse(event->object.reveal()), "metadata.name"), "w" + std::to_string(i));
  }
}

TEST_F(Watch, FollowsASelectorInAndOut) {
  const auto stream = watch(kWidgets, list_version(kWidgets), {.label_selector = "on=yes"});
  ASSERT_TRUE(stream);
  must(create(kWidgets, widget("a")));
  must(patch(kWidgets, "a", PatchType::kMerge, R"({"metadata":{"labels":{"on":"yes"}}})"));
  must(patch(kWidgets, "a", PatchType::kMerge, R"({"metadata":{"labels":{"on":"no"}}})"));
  EXPECT_EQ(next_event(*stream)->type, Type::kAdded);
  EXPECT_EQ(next_event(*stream)->type, Type::kDeleted);
}

TEST_F(Watch, BringsMetadataOnly) {
  const auto stream = watch(kSecrets, list_version(kSecrets), {.metadata_only = true});
  ASSERT_TRUE(stream);
  must(create(kSecrets, R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"k":"dg=="}})"));
  const auto event = next_event(*stream);
  ASSERT_TRUE(event);
  const Value object = *json::parse(event->object.reveal());
  EXPECT_EQ(text_at(object, "kind"), "PartialObjectMetadata");
  EXPECT_EQ(json::find(object, "data"), nullptr);
}

TEST_F(Watch, FromAVersionThatIsTooOldIsGone) {
  auto stream = server->run(server->client().watch(kWidgets, ns, {}, "1"));
  const Error error = [&] {
    if (!stream) return stream.error();
    const auto event = server->run((*stream)->next());
    return event ? Error{Code::kInternal, "an event came"} : event.error();
  }();
  EXPECT_EQ(error.code, Code::kGone);
  EXPECT_THAT(error.message, HasSubstr("410 Expired"));
}

TEST_F(Watch, EndsInGoodOrderAfterItsTime) {
  const auto answer = raw("GET", "/apis/conformance.rotor.dev/v1/namespaces/" + ns +
                                     "/widgets?watch=1&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=" +
                                     list_version(kWidgets));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.type, HasSubstr("application/json"));
}

TEST_F(Watch, WithInitialEventsEndsThemWithABookmark) {
  must(create(kWidgets, widget("a")));
  const auto answer = raw("GET", "/apis/conformance.rotor.dev/v1/namespaces/" + ns +
                                     "/widgets?watch=1&timeoutSeconds=2&allowWatchBookmarks=true&sendInitialEvents="
                                     "true&resourceVersionMatch=NotOlderThan");
  EXPECT_EQ(answer.status, 200);
  const std::string text = answer.body.is_string() ? std::string(answer.body.as_string()) : compact(&answer.body);
  EXPECT_THAT(text, HasSubstr(R"("type":"ADDED")"));
  EXPECT_THAT(text, HasSubstr(R"("k8s.io/initial-events-end":"true")"));
}

TEST_F(Watch, FromNowSendsWhatIsThereFirst) {
  must(create(kWidgets, widget("a")));
  const auto stream = watch(kWidgets, "");
  ASSERT_TRUE(stream);
  const auto event = next_event(*stream);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, Type::kAdded);
  EXPECT_EQ(text_at(*json::parse(event->object.reveal()), "metadata.name"), "a");
}

}  // namespace
}  // namespace rotor::conformance
