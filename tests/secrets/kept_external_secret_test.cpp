// What indexes and events ask of an ExternalSecret is kept beside its text, and agrees with it.
#include "secrets/kept_external_secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rotor::secrets {
namespace {

KeptExternalSecret kept(std::string_view spec, std::string_view around = "") {
  const std::string text =
      fmt::format(R"({{"apiVersion":"external-secrets.io/v1","kind":"ExternalSecret","spec":{}{}}})", spec,
                  around.empty() ? R"(,"metadata":{"namespace":"team","name":"app"})" : around);
  auto out = ExternalSecretKeeper().keep(text);
  EXPECT_TRUE(out) << text << ": " << out.error().message;
  return out.value_or(KeptExternalSecret());
}

TEST(KeptExternalSecret, NamesItsStores) {
  struct Row {
    std::string_view spec;
    bool main, cluster, other;
  };
  const Row rows[] = {
      {R"({"secretStoreRef":{"name":"main"}})", true, false, false},
      {R"({"secretStoreRef":{"kind":"SecretStore","name":"main"}})", true, false, false},
      {R"({"secretStoreRef":{"kind":"ClusterSecretStore","name":"main"}})", false, true, false},
      {R"({"dataFrom":[{"sourceRef":{"storeRef":{"name":"other"}},"extract":{"key":"k"}}]})", false, false, true},
      {R"({"secretStoreRef":{"name":"main"},"data":[{"secretKey":"k","remoteRef":{"key":"k"},)"
       R"("sourceRef":{"storeRef":{"name":"other"}}},{"secretKey":"l","remoteRef":{"key":"l"}}]})",
       true, false, true},
      {R"({"secretStoreRef":{"name":"main"},"target":{"name":"\"sourceRef\""}})", true, false, false},
      {"{}", false, false, false},
  };
  for (const Row& row : rows) {
    const KeptExternalSecret one = kept(row.spec);
    EXPECT_EQ(one.names_store("SecretStore", "main"), row.main) << row.spec;
    EXPECT_EQ(one.names_store("ClusterSecretStore", "main"), row.cluster) << row.spec;
    EXPECT_EQ(one.names_store("SecretStore", "other"), row.other) << row.spec;
  }
}

TEST(KeptExternalSecret, KnowsHowFarItIs) {
  const KeptExternalSecret fresh = kept("{}");
  EXPECT_FALSE(fresh.refreshed);
  EXPECT_FALSE(fresh.deleting);
  EXPECT_EQ(fresh.ready, std::nullopt);
  const KeptExternalSecret old =
      kept("{}", R"(,"metadata":{"name":"app","deletionTimestamp":"2026-01-01T00:00:00Z"},)"
                 R"("status":{"refreshTime":"2026-01-01T00:00:00Z","conditions":[{"type":"Ready","status":"False"}]})");
  EXPECT_TRUE(old.refreshed);
  EXPECT_TRUE(old.deleting);
  EXPECT_EQ(old.ready, false);
  const KeptExternalSecret reset =
      kept("{}", R"(,"metadata":{"name":"app","deletionTimestamp":null},"status":{"refreshTime":null})");
  EXPECT_FALSE(reset.refreshed);
  EXPECT_FALSE(reset.deleting);
}

TEST(KeptExternalSecret, WithoutItsTextTellsTheRest) {
  const KeptExternalSecret small =
      kept(R"({"secretStoreRef":{"name":"main"}})", R"(,"status":{"refreshTime":"2026-01-01T00:00:00Z"})")
          .without_text();
  EXPECT_TRUE(small.reduced());
  EXPECT_TRUE(small.refreshed);
  EXPECT_EQ(small.whole(), nullptr);
  EXPECT_TRUE(small.names_store("SecretStore", "main"));
}

}  // namespace
}  // namespace rotor::secrets
