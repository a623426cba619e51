// OpenBao's own back end. B1 and so on are the rows of the behaviour table.
#include "providers/vault/openbao.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "providers/vault/openbao_config.hpp"
#include "tests/providers/vault/fake_vault.hpp"

namespace rotor::providers::vault {
namespace {

class OpenBao : public VaultFlow {
 protected:
  OpenBao() {
    provider_ = make_openbao_provider(services());
    vault_.put_v2("kv/data/app", R"({"user":"u","n":1.10,"db":{"host":"h"},"a.b":"dotted"})", 2);
    vault_.put("GET /v1/kv/data/app?version=1", R"({"data":{"user":"first"},"metadata":{"version":1}})");
    vault_.put("GET /v1/kv1/app", R"({"user":"u1"})");
    vault_.put("GET /v1/sys/mounts/kv", R"({"type":"kv","options":{"version":"2"}})");
    vault_.put("GET /v1/sys/mounts/kv1", R"({"type":"kv","options":null})");
  }

  std::string bao(std::string_view more) const { return fmt::format(R"({{"server":"{}",{}}})", url(), more); }
  Result<std::unique_ptr<SecretsClient>> open(std::string_view more = kToken) {
    return client(ProviderRig::context(bao(more)));
  }
  std::string read(RemoteRef ref, std::string_view more = kToken) {
    auto made = open(more);
    if (!made) return "!" + made.error().message;
    const auto got = pump((*made)->get_secret(std::move(ref)));
    if (got.absent()) return "-" + got.absence().what;
    return got.failed() ? "!" + got.error().message : std::string(got->reveal());
  }
  std::string find(FindRequest request, std::string_view more = kToken) {
    auto made = open(more);
    if (!made) return "!" + made.error().message;
    const auto found = pump((*made)->get_all(std::move(request)));
    if (found.absent()) return "-" + found.absence().what;
    if (found.failed()) return "!" + found.error().message;
    std::string text;
    for (const auto& [name, value] : *found) text += name + "=" + std::string(value.reveal()) + ";";
    return text;
  }
  std::string refusal(std::string_view more) {
    const auto checked = provider_->validate_store(store_with(bao(more)));
    return checked ? "" : checked.error().message;
  }

  static constexpr const char* kV1 =
      R"("path":"kv1","version":"v1","auth":{"tokenSecretRef":{"name":"vault","key":"token"}})";
};

TEST_F(OpenBao, B1_ATokenThatIsMissingIsNamed) {
  EXPECT_EQ(read(remote("app"), R"("auth":{"tokenSecretRef":{"name":"none","key":"k"}})"),
            "!spec.provider.openBao.auth.tokenSecretRef: cannot find secret data for key: \"k\"");
}

TEST_F(OpenBao, B2_AVersionIsANumberOfVersion2) {
  EXPECT_EQ(read(remote("app", "user")), "u");
  EXPECT_EQ(read(remote("app", "user", "1")), "first");
  EXPECT_EQ(read(remote("app", "user", "invalid")),
            "!invalid Ref.Version: strconv.Atoi: parsing \"invalid\": invalid syntax");
  auto made = *open();
  EXPECT_EQ(pump(made->get_secret(remote("app"))).version(), "2");
}

TEST_F(OpenBao, B3_Version1HasNoVersions) {
  EXPECT_EQ(read(remote("app", "user"), kV1), "u1");
  EXPECT_EQ(read(remote("app", "user", "1"), kV1), "!OpenBao KVv1 secrets do not support versioning (use KVv2)");
}

TEST_F(OpenBao, B4_APropertyIsAKeyAndNoPath) {
  EXPECT_EQ(read(remote("app", "a.b")), "dotted");
  EXPECT_EQ(read(remote("app", "n")), "1.10");
  EXPECT_EQ(read(remote("app")), R"({"a.b":"dotted","db":{"host":"h"},"n":1.10,"user":"u"})");
  for (const char* property : {"nope", "db.host"}) {
    EXPECT_EQ(read(remote("app", property)), fmt::format("!cannot find secret data for key: \"{}\"", property));
  }
}

TEST_F(OpenBao, KeysAreTakenAsTheyAre) {
  EXPECT_EQ(read(remote("kv/app")), "-secret not found: at kv/data/kv/app") << "no mount is looked for in a key";
  EXPECT_TRUE(read(remote("../app")).contains("no segment \".\" or \"..\""));
}

TEST_F(OpenBao, WhatTheServerSaysIsNotThereIsAbsent) {  // 10.1 #18
  EXPECT_EQ(read(remote("never")), "-secret not found: at kv/data/never");
  EXPECT_EQ(read(remote("never", "", "7")), "-secret not found: for version 7 at kv/data/never");
  EXPECT_EQ(read(remote("never"), kV1), "-secret not found: at kv1/never");
  vault_.answers["GET /v1/kv/data/gone"] = {
      404, R"({"data":{"data":null,"metadata":{"deletion_time":"2026-01-01T00:00:00Z","destroyed":false}}})"};
  EXPECT_EQ(read(remote("gone")), "-secret not found: at kv/data/gone");
  vault_.put("GET /v1/sys/internal/ui/mounts/kv/data/never", R"({"path":"kv/","type":"kv","options":null})");
  EXPECT_EQ(read(remote("never")), "!the mount kv/ is of KV version 1, but spec.provider.openBao.version is v2")
      << "there can be nothing at this path";
}

TEST_F(OpenBao, MembersOfASecretAreExtracted) {
  auto made = *open();
  const auto members = pump(made->get_secret_map(remote("app")));
  ASSERT_TRUE(members);
  EXPECT_EQ(members->at("db").reveal(), R"({"host":"h"})");
  EXPECT_EQ(members->at("user").reveal(), "u");
  EXPECT_EQ(pump(made->get_secret_map(remote("app", "db")))->at("host").reveal(), "h");
  RemoteRef metadata = remote("app");
  metadata.metadata_policy = "Fetch";
  EXPECT_TRUE(pump(made->get_secret(std::move(metadata))).failed());
}

TEST_F(OpenBao, B5_ASearchLooksAtOneFolderByName) {
  vault_.put("GET /v1/kv/metadata?list=true", R"({"keys":["foo","bar","deep/","gone"]})");
  vault_.put("GET /v1/kv/metadata/deep?list=true", R"({"keys":["foo"]})");
  vault_.put_v2("kv/data/foo", R"({"k":"1"})");
  vault_.put_v2("kv/data/bar", R"({"k":"2"})");
  vault_.put_v2("kv/data/deep/foo", R"({"k":"3"})");
  EXPECT_EQ(find({.name_regexp = "fo+"}), R"(foo={"k":"1"};)");
  EXPECT_EQ(find({}), R"(bar={"k":"2"};foo={"k":"1"};)") << "what is deleted is listed still";
  EXPECT_EQ(find({.path = "deep", .name_regexp = "^fo"}), R"(foo={"k":"3"};)");
  EXPECT_EQ(find({.path = "empty"}), "") << "neither keys nor an error nor absence";
  EXPECT_EQ(find({.tags = kube::StringMap{}}), "!tag based search is not implemented");
  vault_.put("GET /v1/kv1?list=true", R"({"keys":["app"]})");
  EXPECT_EQ(find({}, kV1), R"(app={"user":"u1"};)");
}

TEST_F(OpenBao, B6_LogsInByPasswordAndByRole) {
  vault_.logins["userpass/login/ann"] = R"({"password":"pw"})";
  EXPECT_EQ(read(remote("app", "user"),
                 R"("auth":{"userPass":{"username":"ann","secretRef":{"name":"vault","key":"password"}}})"),
            "u");
  vault_.logins["approle/login"] = kAppRoleBody;
  EXPECT_EQ(read(remote("app", "user"), kAppRole), "u");
  vault_.logins["mine/login"] = R"({"role_id":"r-2","secret_id":"s-1"})";
  EXPECT_EQ(
      read(remote("app", "user"), R"("auth":{"appRole":{"path":"mine","roleRef":{"name":"vault","key":"role-id"},)"
                                  R"("secretRef":{"name":"vault","key":"secret-id"}}})"),
      "u");
}

TEST_F(OpenBao, B7_TheLoginsNamespaceMayBeTheRoot) {
  vault_.logins["approle/login"] = kAppRoleBody;
  EXPECT_EQ(read(remote("app", "user"),
                 R"("namespace":"ns","auth":{"namespace":"","appRole":{"roleId":"r-1","secretRef":{"name":"vault",)"
                 R"("key":"secret-id"}}})"),
            "u");
  EXPECT_EQ(vault_.seen.at(0).header("X-Vault-Namespace"), "");
  EXPECT_EQ(vault_.seen.at(1).header("X-Vault-Namespace"), "ns");
}

TEST_F(OpenBao, B8_ValidationLooksAtTheMount) {
  const auto verdict = [&](std::string_view more) { return pump((*open(more))->validate()); };
  EXPECT_EQ(verdict(kToken).validity, Validity::kReady);
  EXPECT_EQ(verdict(kV1).validity, Validity::kReady);
  const auto says = [&](std::string_view more) {
    const Validation validation = verdict(more);
    EXPECT_EQ(validation.validity, Validity::kError);
    return validation.error ? validation.error->message : "";
  };
  vault_.put("GET /v1/sys/mounts/kv", R"({"type":"system"})");
  EXPECT_EQ(says(kToken), "expected mount type \"kv\" found \"system\"");
  vault_.put("GET /v1/sys/mounts/kv", R"({"type":"kv","options":{"version":"1"}})");
  EXPECT_EQ(says(kToken), "expected kv engine version 2 found version 1");
  vault_.put("GET /v1/sys/mounts/kv1", R"({"type":"kv","options":{"version":"2"}})");
  EXPECT_EQ(says(kV1), "expected kv engine version 1 found version 2");
  vault_.answers["GET /v1/sys/mounts/kv"] = FakeVault::error(403, R"(1 error occurred:\n\t* permission denied\n\n)");
  EXPECT_TRUE(says(kToken).starts_with("error while validating \"" + url() + "\": Error making API request."))
      << says(kToken);
  StoreContext cluster = ProviderRig::context(bao(kToken));
  cluster.store.kind = kClusterSecretStoreKind;
  cluster.store.ns.clear();
  cluster.consumer_ns.clear();
  auto made = client(std::move(cluster));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(pump((*made)->validate()).validity, Validity::kUnknown);
  EXPECT_TRUE(pump((*made)->get_secret(remote("app"))).failed());
}

TEST_F(OpenBao, AValidationTakesFiveSecondsAtMost) {
  StoreContext store = ProviderRig::context(bao(kToken));
  store.store.max_retries = 20;
  store.store.retry_interval = "2s";
  auto made = client(std::move(store));
  ASSERT_TRUE(made) << made.error().message;
  vault_.next.assign(20, FakeVault::Answer{503, R"({"errors":["Vault is sealed"]})"});
  EXPECT_EQ(pump((*made)->validate()).validity, Validity::kError);
  EXPECT_EQ(vault_.seen.size(), 2U) << "a third try after four seconds more would be too late";
  EXPECT_TRUE(pump((*made)->get_secret(remote("app"))).failed());
  EXPECT_GT(vault_.seen.size(), 6U) << "a read has a minute";
}

TEST_F(OpenBao, ItsLoginsAreDescribedInTheWordsOfVaults) {
  const auto vaults = json::type_of<Auth>().fields;
  for (const json::Field& field : json::type_of<OpenBaoAuth>().fields) {
    const auto same = std::ranges::find(vaults, field.name, &json::Field::name);
    ASSERT_NE(same, vaults.end()) << field.name;
    EXPECT_EQ(field.rules.doc, same->rules.doc);
  }
  EXPECT_EQ(json::type_of<OpenBaoAuth>().fields.size(), 4U);
}

TEST_F(OpenBao, B9_ACertificateAuthorityThatIsNoneIsSaid) {
  const std::string bundle = read(remote("app"), std::string(R"("caBundle":"bm8gY2VydGlmaWNhdGU=",)") + kToken);
  EXPECT_TRUE(bundle.starts_with("!cannot set OpenBao CA certificate: failed to decode ca bundle")) << bundle;
  const std::string missing =
      read(remote("app"), std::string(R"("caProvider":{"type":"Secret","name":"none","key":"ca"},)") + kToken);
  EXPECT_TRUE(missing.starts_with("!cannot set OpenBao CA certificate: failed to get cert from secret: ")) << missing;
}

TEST_F(OpenBao, ABlockThatSaysTwoThingsIsRefused) {
  EXPECT_EQ(refusal(kToken), "");
  EXPECT_EQ(refusal(std::string(R"("caBundle":"eA==","caProvider":{"type":"Secret","name":"n","key":"k"},)") + kToken),
            "spec.provider.openBao: at most one of the fields in [caBundle caProvider] may be set");
  const std::string one = "spec.provider.openBao: auth: exactly one of the fields in [appRole tokenSecretRef userPass]";
  EXPECT_TRUE(refusal(R"("auth":{})").starts_with(one));
  EXPECT_TRUE(refusal(R"("auth":{"tokenSecretRef":{"name":"a","key":"b"},"userPass":{"username":"u",)"
                      R"("secretRef":{"name":"a","key":"b"}}})")
                  .starts_with(one));
  EXPECT_TRUE(refusal(R"("auth":{"appRole":{"secretRef":{"name":"a","key":"b"}}})")
                  .contains("auth.appRole: exactly one of the fields in [roleId roleRef] must be set"));
  EXPECT_TRUE(refusal(R"("auth":{"tokenSecretRef":{"name":"a","key":"b","namespace":"evil"}})")
                  .starts_with(
                      "spec.provider.openBao: invalid Auth.TokenSecretRef: namespace should either be empty or match"));
  const auto nothing = provider_->validate_store(store_with("null"));
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().message, "invalid OpenBao provider");
}

}  // namespace
}  // namespace rotor::providers::vault
