// creationPolicy Merge and CreateOrMerge: what of a Secret that others write into is an ExternalSecret's own.
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/externalsecrets/store_versions.hpp"
#include "base/secret_bytes.hpp"
#include "json/object_hash.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kMark = "reconcile.external-secrets.io/";
using Names = std::set<std::string>;

class SecretsMerge : public testing::Test {
 protected:
  void begin() {
    world.store(R"([{"key":"one","value":"1"},{"key":"two","value":"2"}])");
    world.create("secret", "tgt", R"({"metadata":{"labels":{"theirs":"x"},"annotations":{"note":"y"}},
      "data":{"pre":"MA=="}})");
    world.start_operator();
    world.until_ready("ss", "store", "True/Valid/store validated");
  }
  // An ExternalSecret of that name on tgt; `data` is its spec.data.
  void merger(const std::string& name, std::string_view data, std::string_view policy = "Merge") {
    world.create("es", name,
                 fmt::format(R"({{"metadata":{{"labels":{{"l-{0}":"x"}},"annotations":{{"an-{0}":"y"}}}},
      "spec":{{"secretStoreRef":{{"name":"store"}},"target":{{"name":"tgt","creationPolicy":"{1}"}},"data":{2}}}}})",
                             name, policy, data));
  }
  static std::string item(std::string_view secret_key, std::string_view remote, std::string_view more = "") {
    return fmt::format(R"({{"secretKey":"{}","remoteRef":{{"key":"{}"{}}}}})", secret_key, remote, more);
  }
  void has_data(const std::string& name, std::string_view data) {
    world.merge("es", name, fmt::format(R"({{"spec":{{"data":{}}}}})", data));
  }
  void store_has(std::string_view entries) {
    world.merge("ss", "store", fmt::format(R"({{"spec":{{"provider":{{"fake":{{"data":{}}}}}}}}})", entries));
    world.settle();
  }
  void force(const std::string& name) {
    world.merge("es", name, fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", ++asked_));
  }
  std::string token(const std::string& name) {
    return std::string(json::find_string(world.get("es", name), "status.syncedResourceVersion"));
  }
  // a from one, b from two; nothing is left to do.
  void merged_by_two() {
    merger("first", "[" + item("a", "one") + "]");
    merger("second", "[" + item("b", "two") + "]");
    world.until_ready("es", "first", kSynced);
    world.until_ready("es", "second", kSynced);
    world.settle();
  }
  void refreshed_by_force(const std::string& name) {
    const std::string before = token(name);
    force(name);
    world.until("the refresh of " + name, [&] { return token(name) != before; });
  }
  std::string version() {
    return std::string(json::find_string(world.get("secret", "tgt"), "metadata.resourceVersion"));
  }
  std::string annotation(std::string_view name) {
    const auto secret = world.get("secret", "tgt");
    const auto* found = json::find(secret, "metadata.annotations")->as_object().if_contains(name);
    return found == nullptr ? "" : std::string(found->as_string());
  }
  std::string hash() { return annotation(fmt::format("{}data-hash", kMark)); }
  static std::string hash_of(std::initializer_list<std::pair<const char*, const char*>> entries) {
    SecretMap data;
    for (const auto& [key, value] : entries) data.emplace(key, SecretBytes(value));
    return json::object_hash(data);
  }
  // The fields there ("f:data", "f:metadata.f:labels") that the API server says this ExternalSecret wrote.
  Names owned(const std::string& name, std::string_view path) {
    const auto secret = world.get("secret", "tgt");
    Names out;
    for (const auto& entry : json::find(secret, "metadata.managedFields")->as_array()) {
      if (entry.at("manager").as_string() != fmt::format("externalsecrets.external-secrets.io/{}", name)) continue;
      const auto* fields = json::find(entry.at("fieldsV1"), path);
      if (fields == nullptr) continue;
      for (const auto& [field, below] : fields->as_object()) {
        if (field.starts_with("f:")) out.insert(std::string(field.substr(2)));
      }
    }
    return out;
  }

  SecretsWorld world;

 private:
  int asked_ = 0;
};

TEST_F(SecretsMerge, OwnsExactlyItsKeysLabelsAndAnnotationsAndHashesAll_Row54) {
  begin();
  merger("es", "[" + item("a", "one") + "," + item("b", "two") + "]");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "pre") + world.value("tgt", "a") + world.value("tgt", "b"), "012");
  EXPECT_EQ(hash(), hash_of({{"a", "1"}, {"b", "2"}, {"pre", "0"}}));
  const auto secret = world.get("secret", "tgt");
  EXPECT_EQ(json::find(secret, "metadata.ownerReferences"), nullptr);
  const auto& labels = json::find(secret, "metadata.labels")->as_object();
  EXPECT_EQ(labels.at(fmt::format("{}managed", kMark)).as_string(), "true");
  EXPECT_FALSE(labels.contains(fmt::format("{}created-by", kMark)));
  EXPECT_EQ(owned("es", "f:data"), (Names{"a", "b"}));
  EXPECT_EQ(owned("es", "f:metadata.f:labels"), (Names{"l-es", fmt::format("{}managed", kMark)}));
  Names annotations = owned("es", "f:metadata.f:annotations");
  std::erase_if(annotations, [](const std::string& name) { return name.starts_with("rotor/"); });
  EXPECT_EQ(annotations, (Names{"an-es", fmt::format("{}data-hash", kMark)}));
}

TEST_F(SecretsMerge, TakesBackAKeyThatIsNoLongerAskedFor_Row55) {
  begin();
  merger("es", "[" + item("a", "one") + "," + item("b", "two") + "]");
  world.until_ready("es", "es", kSynced);
  has_data("es", "[" + item("a", "one") + "]");
  world.until("b to go", [this] { return world.value("tgt", "b").empty(); });
  EXPECT_EQ(world.value("tgt", "pre") + world.value("tgt", "a"), "01");
  EXPECT_EQ(hash(), hash_of({{"a", "1"}, {"pre", "0"}}));
  EXPECT_EQ(owned("es", "f:data"), Names{"a"});
}

TEST_F(SecretsMerge, MakesADeletedSecretAgainWhereItMayMakeOne_Row62) {
  begin();
  merger("es", "[" + item("a", "one") + "]", "CreateOrMerge");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "pre") + world.value("tgt", "a"), "01");
  world.remove("secret", "tgt");
  world.until("the Secret", [this] { return world.value("tgt", "a") == "1"; });
  EXPECT_EQ(world.value("tgt", "pre"), "") << "that was somebody else's to make";
}

TEST_F(SecretsMerge, OfTwoIntoOneEachTakesBackItsOwnKeysAlone_Row205) {
  begin();
  merged_by_two();
  EXPECT_EQ(world.value("tgt", "pre") + world.value("tgt", "a") + world.value("tgt", "b"), "012");
  EXPECT_EQ(hash(), hash_of({{"a", "1"}, {"b", "2"}, {"pre", "0"}}));
  has_data("first", "[" + item("z", "one") + "]");
  world.until("the first's other key", [this] { return world.value("tgt", "z") == "1"; });
  EXPECT_EQ(world.value("tgt", "a"), "");
  EXPECT_EQ(world.value("tgt", "pre") + world.value("tgt", "b"), "02");
  has_data("second", "[" + item("y", "two") + "]");
  world.until("the second's other key", [this] { return world.value("tgt", "y") == "2"; });
  EXPECT_EQ(world.value("tgt", "b"), "");
  EXPECT_EQ(world.value("tgt", "pre") + world.value("tgt", "z"), "01");
  EXPECT_EQ(owned("first", "f:data"), Names{"z"});
  EXPECT_EQ(owned("second", "f:data"), Names{"y"});
  world.remove("es", "first");
  world.until("the first to go", [this] { return world.get("es", "first").is_null(); });
  world.settle();
  EXPECT_EQ(world.value("tgt", "z") + world.value("tgt", "y"), "12") << "a deletion takes nothing back under Retain";
}

TEST_F(SecretsMerge, OfTwentyIntoOneNoneStandsInAnothersWay_Row205) {
  begin();
  for (int i = 0; i < 20; ++i) merger(fmt::format("m-{}", i), "[" + item(fmt::format("k{}", i), "one") + "]");
  for (int i = 0; i < 20; ++i) world.until_ready("es", fmt::format("m-{}", i), kSynced);
  std::string values;
  for (int i = 0; i < 20; ++i) values += world.value("tgt", fmt::format("k{}", i));
  EXPECT_EQ(values, std::string(20, '1'));
  EXPECT_EQ(world.operator_requests("update", "secrets"), 20U) << "each wrote once: nobody met a conflict";
}

TEST_F(SecretsMerge, OfTwoIntoOneWritesNothingBecauseTheOtherWrote_Row206) {
  begin();
  merged_by_two();
  const auto writes = [this] {
    return world.operator_requests("update", "secrets") + world.operator_requests("patch", "secrets");
  };
  const auto before = writes();
  store_has(R"([{"key":"one","value":"11"},{"key":"two","value":"2"}])");
  force("first");
  world.until("the new value", [this] { return world.value("tgt", "a") == "11"; });
  const std::string written = version();
  world.settle();
  EXPECT_EQ(version(), written);
  EXPECT_EQ(writes(), before + 1);
  EXPECT_EQ(hash(), hash_of({{"a", "11"}, {"b", "2"}, {"pre", "0"}}));
}

// Nothing is new for either, so neither refresh has anything to write: of the hash, of what each keeps on record beside
// it and of the versions in the store there is one account for both.
TEST_F(SecretsMerge, OfTwoIntoOneRefreshesWithoutAWriteWhatIsAsItWas_Row58_Row206) {
  begin();
  store_has(R"([{"key":"one","value":"1","version":"1"},{"key":"one","value":"1","version":"2"},
    {"key":"two","value":"2","version":"1"}])");
  merger("first", "[" + item("a", "one", R"(,"version":"1")") + "]");
  merger("second", "[" + item("b", "two", R"(,"version":"1")") + "]");
  world.until_ready("es", "first", kSynced);
  world.until_ready("es", "second", kSynced);
  has_data("first", "[" + item("a", "one", R"(,"version":"2")") + "]");
  world.until("the other version",
              [this] { return annotation(api::es::kStoreVersionsAnnotation).contains(R"("version":"2")"); });
  // What ExternalSecrets are annotated with is copied: by a template nothing is.
  for (const char* name : {"first", "second"}) world.merge("es", name, R"({"spec":{"target":{"template":{}}}})");
  for (const char* name : {"first", "second"}) refreshed_by_force(name);  // with that template
  world.settle();
  for (int times = 0; times < 2; ++times) {
    const std::string before = version();
    for (const char* name : {"first", "second"}) refreshed_by_force(name);
    world.settle();
    EXPECT_EQ(version(), before) << annotation(api::es::kStoreVersionsAnnotation);
  }
}

}  // namespace
}  // namespace rotor::test
