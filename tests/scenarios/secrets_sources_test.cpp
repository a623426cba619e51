// Where values come from: items of several stores and of one document, values that are not there, bytes that are no
// text.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kNotFetched = "False/SecretSyncedError/could not get secret data from provider";
// In Base64: "good", and NUL before a letter.
constexpr std::string_view kGood = "Z29vZA==";
constexpr std::string_view kNull = "AGE=";

class SecretsSources : public testing::Test {
 protected:
  void start(std::string_view entries) {
    world.store(entries);
    world.start_operator();
    world.until_ready("ss", "store", "True/Valid/store validated");
  }
  void force() {
    world.merge("es", "es", fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", ++asked_));
  }
  std::string failure() {
    world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
    return std::string(json::find_string(world.events("UpdateFailed").back(), "message"));
  }
  std::string version() {
    return std::string(json::find_string(world.get("secret", "tgt"), "metadata.resourceVersion"));
  }

  SecretsWorld world;

 private:
  int asked_ = 0;
};

TEST_F(SecretsSources, OfOneKeyTheLastOfDataFromCounts_Row78) {
  start(
      R"([{"key":"one","value":"{\"k\":\"of one\",\"x\":\"1\"}"},{"key":"two","value":"{\"k\":\"of two\",\"y\":\"2\"}"}])");
  world.external_secret(R"("target":{"name":"tgt"},"dataFrom":[{"extract":{"key":"one"}},{"extract":{"key":"two"}}])");
  world.create("es", "other", R"({"spec":{"secretStoreRef":{"name":"store"},
    "dataFrom":[{"extract":{"key":"two"}},{"extract":{"key":"one"}}]}})");
  world.until_ready("es", "es", kSynced);
  world.until_ready("es", "other", kSynced);
  EXPECT_EQ(world.value("tgt", "k"), "of two");
  EXPECT_EQ(world.value("tgt", "x") + world.value("tgt", "y"), "12");
  EXPECT_EQ(world.value("other", "k"), "of one");
  EXPECT_TRUE(world.events("UpdateFailed").empty());
}

struct NullBytes {
  std::string_view name;
  std::string_view items;
  std::string_view where;  // in the words of the event
  std::string_view key;    // the first that has one, by its name in the Secret
};
class NullByteSources : public SecretsSources, public testing::WithParamInterface<NullBytes> {
 protected:
  static std::string entries(std::string_view x, std::string_view y) {
    return fmt::format(R"([{{"key":"bin-x","value":"{0}"}},{{"key":"bin-y","value":"{1}"}},
      {{"key":"doc","value":"{{\"w\":\"{2}\",\"y\":\"{1}\",\"x\":\"{0}\"}}"}}])",
                       x, y, kGood);
  }
};

TEST_P(NullByteSources, ThatMayNotHaveThemLeaveTheSecretAsItIs_Row103) {
  start(entries(kGood, kGood));
  world.external_secret(fmt::format(R"("target":{{"name":"tgt"}},{})", GetParam().items));
  world.until_ready("es", "es", kSynced);
  const std::string before = version();
  world.store(entries(kNull, kNull));
  world.settle();
  force();
  world.until_ready("es", "es", kNotFetched);
  EXPECT_EQ(failure(), fmt::format("error processing {}, err: fetched secret value for key \"{}\" contains null bytes; "
                                   "use a text-safe format such as PEM/base64 or leave nullBytePolicy unset for "
                                   "intentional binary data",
                                   GetParam().where, GetParam().key));
  EXPECT_EQ(version(), before);
}

constexpr std::string_view kPolicy = R"("decodingStrategy":"Base64","nullBytePolicy":"Fail")";
const std::string kDataItems = fmt::format(
    R"("data":[{{"secretKey":"z","remoteRef":{{"key":"bin-x",{0}}}}},{{"secretKey":"a","remoteRef":{{"key":"bin-y",{0}}}}}])",
    kPolicy);
const std::string kExtractItems = fmt::format(R"("dataFrom":[{{"extract":{{"key":"doc",{}}}}}])", kPolicy);
const std::string kFindItems = fmt::format(R"("dataFrom":[{{"find":{{"name":{{"regexp":"^bin-"}},{}}}}}])", kPolicy);

INSTANTIATE_TEST_SUITE_P(Items, NullByteSources,
                         testing::Values(NullBytes{"Data", kDataItems, "spec.data[0] (key: bin-x)", "z"},
                                         NullBytes{"Extract", kExtractItems, "spec.dataFrom[0].extract", "x"},
                                         NullBytes{"Find", kFindItems, "spec.dataFrom[0].find", "bin-x"}),
                         [](const auto& i) { return std::string(i.param.name); });

TEST_F(SecretsSources, APropertyThatIsNotThereIsNotFound_Row106) {
  start(R"([{"key":"doc","value":"{\"there\":\"1\"}"}])");
  constexpr std::string_view kItems = R"("data":[{"secretKey":"a","remoteRef":{"key":"doc","property":"there"}},
    {"secretKey":"b","remoteRef":{"key":"doc","property":"not.there"}}])";
  world.external_secret(fmt::format(R"("target":{{"name":"tgt"}},{})", kItems));
  world.until_ready("es", "es", kNotFetched);
  EXPECT_EQ(failure(),
            "error processing spec.data[1] (key: doc), err: Secret does not exist: key \"doc\" has no property "
            "\"not.there\"");
  EXPECT_TRUE(world.get("secret", "tgt").is_null());
  for (const char* policy : {"Delete", "Merge"}) {
    const std::string name = fmt::format("under-{}", policy == std::string_view("Delete") ? "delete" : "merge");
    world.create(
        "es", name,
        fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},"target":{{"deletionPolicy":"{}"}},{}}}}})",
                    policy, kItems));
    world.until_ready("es", name, kSynced);
    EXPECT_EQ(world.value(name, "a"), "1") << policy;
    EXPECT_EQ(json::find(world.get("secret", name), "data")->as_object().size(), 1U) << policy;
  }
  world.until("an event of each", [this] { return world.events("MissingProviderSecret").size() == 2; });
  EXPECT_EQ(json::find_string(world.events("MissingProviderSecret").at(0), "message"),
            "secret does not exist at provider using spec.dataFrom[1] (key=doc)");
}

TEST_F(SecretsSources, ItemsThatNameTheirStoresNeedNoneAbove_Row107_Row108) {
  world.create("ss", "second", R"({"spec":{"provider":{"fake":{"data":[{"key":"k","value":"of the second"},
    {"key":"doc","value":"{\"m\":\"of its document\"}"}]}}}})");
  start(R"([{"key":"k","value":"of the first"}])");
  world.create("es", "es", R"({"spec":{"target":{"name":"tgt"},"data":[
    {"secretKey":"a","remoteRef":{"key":"k"},"sourceRef":{"storeRef":{"name":"store","kind":"SecretStore"}}},
    {"secretKey":"b","remoteRef":{"key":"k"},"sourceRef":{"storeRef":{"name":"second"}}}],
    "dataFrom":[{"extract":{"key":"doc"},"sourceRef":{"storeRef":{"name":"second","kind":"SecretStore"}}}]}})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a"), "of the first");
  EXPECT_EQ(world.value("tgt", "b"), "of the second");
  EXPECT_EQ(world.value("tgt", "m"), "of its document");
}

// As they are in the store, in the Secret: text with its last newline, and bytes that are no text at all.
TEST_F(SecretsSources, EveryByteArrivesAsItIs_Row210) {
  constexpr std::string_view kBytes("\xff\xfe\x00\r\n \x80\n", 8);
  world.create("secret", "creds", fmt::format(R"({{"data":{{"token":"{}"}}}})", base64_encode(world.token())));
  world.create("secret", "source", fmt::format(R"({{"data":{{"bytes":"{}"}}}})", base64_encode(kBytes)));
  world.create("ss", "cluster",
               fmt::format(R"({{"spec":{{"provider":{{"kubernetes":{{"remoteNamespace":"ns","server":{{"url":"{}",
      "caBundle":"{}"}},"auth":{{"token":{{"bearerToken":{{"name":"creds","key":"token"}}}}}}}}}}}}}})",
                           world.url(), base64_encode(world.ca_pem())));
  start(fmt::format(R"([{{"key":"text","value":" a\n\n"}},{{"key":"encoded","value":"{}"}}])", base64_encode(kBytes)));
  world.external_secret(R"("target":{"name":"tgt"},"data":[{"secretKey":"text","remoteRef":{"key":"text"}},
    {"secretKey":"decoded","remoteRef":{"key":"encoded","decodingStrategy":"Base64"}},
    {"secretKey":"bytes","remoteRef":{"key":"source","property":"bytes"},"sourceRef":{"storeRef":{"name":"cluster"}}}],
    "dataFrom":[{"extract":{"key":"source"},"sourceRef":{"storeRef":{"name":"cluster"}},
      "rewrite":[{"regexp":{"source":"bytes","target":"extracted"}}]}])");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "text"), " a\n\n");
  for (const char* key : {"decoded", "bytes", "extracted"}) EXPECT_EQ(world.value("tgt", key), kBytes) << key;
}

}  // namespace
}  // namespace rotor::test
