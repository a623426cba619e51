// Our own CustomResourceDefinitions, as a server takes them.
#include "api/externalsecrets/crds.hpp"

#include <gmock/gmock.h>

#include "tests/conformance/server.hpp"

namespace rotor::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Resource kExternalSecrets{"external-secrets.io", "v1", "externalsecrets", "ExternalSecret", true};
constexpr Resource kOlder{"external-secrets.io", "v1beta1", "externalsecrets", "ExternalSecret", true};

class OurCrds : public Conformance {
 protected:
  void SetUp() override {
    Conformance::SetUp();
    const auto made = create(kCrds, api::es::external_secret_crd());
    ASSERT_TRUE(made || made.error().code == Code::kAlreadyExists) << made.error().message;
    for (int i = 0; i < 100 && !served(); ++i) server->pause(std::chrono::milliseconds(100));
    ASSERT_TRUE(served());
  }
  bool served() {
    for (const Resource& resource : {kExternalSecrets, kOlder}) {
      const auto known = server->run(server->client().serves(resource));
      if (!known || !*known || !server->run(server->client().list_page(resource, ns, {}, ""))) return false;
    }
    return true;
  }
  void external_secret(std::string_view name, std::string_view spec) {
    must(create(kExternalSecrets,
                R"({"apiVersion":"external-secrets.io/v1","kind":"ExternalSecret","metadata":{"name":")" +
                    std::string(name) + R"("},"spec":)" + std::string(spec) + "}"));
  }
};

TEST_F(OurCrds, SelectByTheSameFieldsInBothVersions) {
  external_secret(
      "a", R"({"secretStoreRef":{"name":"one","kind":"SecretStore"},"target":{"name":"x"},"refreshInterval":"1h"})");
  external_secret(
      "b",
      R"({"secretStoreRef":{"name":"two","kind":"ClusterSecretStore"},"target":{"name":"y"},"refreshInterval":"5m"})");
  for (const Resource& resource : {kExternalSecrets, kOlder}) {
    SCOPED_TRACE(resource.version);
    EXPECT_THAT(names(resource, {.field_selector = "spec.secretStoreRef.name=one"}), ElementsAre("a"));
    EXPECT_THAT(names(resource, {.field_selector = "spec.secretStoreRef.kind=ClusterSecretStore"}), ElementsAre("b"));
    EXPECT_THAT(names(resource, {.field_selector = "spec.target.name=y"}), ElementsAre("b"));
    EXPECT_THAT(names(resource, {.field_selector = "spec.refreshInterval=1h"}), ElementsAre("a"));
    EXPECT_THAT(names(resource, {.field_selector = "spec.target.name=z"}), IsEmpty());
  }
}

TEST_F(OurCrds, KeepTheDigestOfAStatusInBothVersions) {
  external_secret("a", R"({"secretStoreRef":{"name":"one"},"target":{"name":"x"}})");
  must(patch(kExternalSecrets, "a", PatchType::kMerge, R"({"status":{"inputsDigest":"k-1"}})",
             {.subresource = "status"}));
  for (const Resource& resource : {kExternalSecrets, kOlder}) {
    EXPECT_EQ(text_at(must(get(resource, "a")), "status.inputsDigest"), "k-1") << resource.version;
  }
}

TEST_F(OurCrds, ShowNothingInAVersionThatHasNoFieldForItAndAWriteThroughItLosesThat) {
  external_secret("a", R"({"secretStoreRef":{"name":"one"},"target":{"name":"x"},)"
                       R"("syncWindows":{"kind":"deny","windows":[{"schedule":"0 9 * * *","duration":"8h"}]},)"
                       R"("data":[{"secretKey":"k","remoteRef":{"key":"k","nullBytePolicy":"Fail"}}]})");
  const auto spec = [this](const Resource& resource) {
    const Value object = must(get(resource, "a"));
    return compact(json::find(object, "spec"));
  };
  for (const char* field : {"syncWindows", "nullBytePolicy"}) {
    EXPECT_THAT(spec(kExternalSecrets), HasSubstr(field));
    EXPECT_THAT(spec(kOlder), Not(HasSubstr(field)));
  }
  must(patch(kOlder, "a", PatchType::kMerge, R"({"metadata":{"labels":{"l":"1"}}})"));
  EXPECT_THAT(spec(kExternalSecrets), Not(HasSubstr("syncWindows")));
}

// What the uid cannot do: a status is written whatever uid the patch names.
TEST_F(OurCrds, GuardAStatusByTheVersionThatWasRead) {
  external_secret("a", R"({"secretStoreRef":{"name":"one"},"target":{"name":"x"}})");
  const std::string version = text_at(must(get(kExternalSecrets, "a")), "metadata.resourceVersion");
  const auto status = [&] {
    return patch(kExternalSecrets, "a", PatchType::kMerge,
                 R"({"metadata":{"resourceVersion":")" + version + R"("},"status":{"syncedResourceVersion":"1"}})",
                 {.subresource = "status"});
  };
  must(patch(kExternalSecrets, "a", PatchType::kMerge, R"({"metadata":{"labels":{"l":"1"}}})"));
  const auto stale = status();
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, Code::kConflict);
}

}  // namespace
}  // namespace rotor::conformance
