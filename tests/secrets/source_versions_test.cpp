// From what stores say of their answers to what a Secret says of its keys.
#include "secrets/source_versions.hpp"

#include <gtest/gtest.h>

#include "secrets/finish.hpp"
#include "secrets/written_marks.hpp"
#include "tests/secrets/planned.hpp"

namespace rotor::secrets::test {
namespace {

const SourceVersion kUser{"SecretStore/vault", "db", "7"};
const SourceVersion kHost{"SecretStore/vault", "host", "2"};
constexpr WallTime kNow{std::chrono::seconds(1767323045)};

StoreVersions of(std::map<std::string, std::vector<SourceVersion>, std::less<>> keys) { return {std::move(keys)}; }

SecretMap values(std::initializer_list<std::string> keys) {
  SecretMap out;
  for (const auto& key : keys) out.emplace(key, SecretBytes("v"));
  return out;
}

TEST(SourceVersions, OfValuesAreThoseOfTheItemThatGaveThemLast) {
  ExternalSecret es = sample_es();
  es.spec.data[0].secret_key = "b";
  es.spec.data_from.push_back(json::read<api::es::DataFrom>(R"({"extract":{"key":"db"}})").value());
  Fetched fetched;
  fetched.data_from.push_back(values({"a", "b"}));
  fetched.data_from_sources.push_back(kUser);
  fetched.data.emplace_back("w");
  fetched.data_sources.push_back(kHost);
  Finished finished;
  ASSERT_TRUE(finish_values(es, fetched, tmpl::system_environment(), &finished));
  EXPECT_EQ(finished.versions, of({{"a", {kUser}}, {"b", {kHost}}}));
  fetched.data_sources[0] = {};
  Finished silent;
  ASSERT_TRUE(finish_values(es, fetched, tmpl::system_environment(), &silent));
  EXPECT_EQ(silent.versions, of({{"a", {kUser}}})) << "what replaced it has no version";
}

TEST(SourceVersions, OfKeysThatATemplateMakesAreAllThatItCouldUse) {
  ExternalSecret es = sample_es();
  const StoreVersions read = of({{"user", {kUser}}, {"host", {kHost}}});
  EXPECT_EQ(versions_of_secret(es, values({"user", "host"}), read), read) << "no template";
  es.spec.target.tmpl.emplace();
  EXPECT_EQ(versions_of_secret(es, values({"user", "host"}), read), read) << "one of metadata alone";
  es.spec.target.tmpl->data["dsn"] = "{{ .user }}@{{ .host }}";
  EXPECT_EQ(versions_of_secret(es, values({"dsn"}), read), of({{"dsn", {kUser, kHost}}}));
  es.spec.target.tmpl->merge_policy = "Merge";
  EXPECT_EQ(versions_of_secret(es, values({"dsn", "user", "host"}), read),
            of({{"dsn", {kUser, kHost}}, {"user", {kUser}}, {"host", {kHost}}}));
  EXPECT_EQ(versions_of_secret(es, values({"dsn"}), {}), StoreVersions{}) << "no store that names versions";
}

TEST(SourceVersions, OfHundredsOfKeysMadeOfHundredsOfValuesAreCutBeforeTheyAreBuilt) {
  ExternalSecret es = sample_es();
  es.spec.target.tmpl.emplace();
  es.spec.target.tmpl->data["any"] = "{{ . }}";
  StoreVersions read;
  SecretMap data;
  for (int i = 0; i < 300; ++i) {
    read.keys[std::to_string(i)] = {{"SecretStore/vault", "key-" + std::to_string(i), "1"}};
    data.emplace("made-" + std::to_string(i), SecretBytes("v"));
  }
  const StoreVersions too_many = versions_of_secret(es, data, read);
  EXPECT_TRUE(too_many.partial);
  std::size_t held = 0;
  for (const auto& [key, sources] : too_many.keys) held += sources.size();
  EXPECT_LE(held * sizeof("SecretStore/vault"), api::es::kMostBytesOfVersions);
  EXPECT_EQ(api::es::write_store_versions(too_many), R"({"partial":true})") << "one key alone is too long";

  for (int i = 20; i < 300; ++i) read.keys.erase(std::to_string(i));
  const StoreVersions some = versions_of_secret(es, data, read);
  const std::string text = api::es::write_store_versions(some);
  EXPECT_TRUE(some.partial);
  EXPECT_GT(some.keys.size(), 5U);
  EXPECT_LE(text.size(), api::es::kMostBytesOfVersions);
  const StoreVersions told = api::es::read_store_versions(text);
  EXPECT_TRUE(told.partial);
  EXPECT_GE(told.keys.size() + 1, some.keys.size()) << "what was built is what is told, but for the brackets around it";
}

TEST(SourceVersions, OfDataThatStaysAreBroughtUpToDate) {
  const StoreVersions known = of({{"dsn", {kUser, kHost}}});
  EXPECT_EQ(versions_of_now(known, {{"SecretStore/vault", "db", "8"}}),
            of({{"dsn", {{"SecretStore/vault", "db", "8"}, kHost}}}));
  EXPECT_EQ(versions_of_now(known, {{"SecretStore/vault", "db", "8"}, {"SecretStore/vault", "db", "6"}}), known)
      << "read at two versions: nobody can tell which";
}

// What a pass does about a Secret that holds a=v already.
struct Pass {
  ExternalSecret es = sample_es();
  api::Secret secret;
  Origin origin{Content::Kind::kNew, kNow, "", of({{"a", {kUser}}}), {}};

  explicit Pass(ExternalSecret of = sample_es()) : es(std::move(of)), secret(left_by(es, one_value("a", "v"))) {}
  void marked(const StoreVersions& versions) {
    secret.metadata.annotations[std::string(api::es::kStoreVersionsAnnotation)] = write_store_versions(versions);
  }
  std::optional<std::string> other() const {
    const Target live = to_target(secret);
    const auto plan = planned(es, &live, one_value("a", "v"));
    EXPECT_EQ(plan->action, Plan::Action::kLeave);
    return other_versions(es, &live, origin, *plan);
  }
  kube::StringMap written(std::string_view value) const {
    const Target live = to_target(secret);
    auto plan = planned(es, &live, one_value("a", value));
    EXPECT_EQ(plan->action, Plan::Action::kUpdate);
    put_marks(es, &live, one_value("a", "v"), origin, kNow, *plan);
    return plan->secret.metadata.annotations;
  }
};

// An operator before ours left none, and somebody who switches sees no Secret written.
TEST(StoreVersionsMark, IsNoReasonToWriteASecretThatHasNone) { EXPECT_EQ(Pass().other(), std::nullopt); }

TEST(StoreVersionsMark, IsWrittenAloneWhenTheStoreNamesAnotherVersionForTheSameValue) {
  Pass pass;
  pass.marked(of({{"a", {{"SecretStore/vault", "db", "6"}}}}));
  EXPECT_EQ(pass.other(), write_store_versions(of({{"a", {kUser}}})));
  pass.marked(of({{"a", {kUser}}}));
  EXPECT_EQ(pass.other(), std::nullopt) << "an unchanged version is no reason to write";
}

TEST(StoreVersionsMark, ComesWithTheNextValues) {
  const auto marks = Pass().written("w");
  EXPECT_EQ(marks.at(std::string(api::es::kStoreVersionsAnnotation)), write_store_versions(of({{"a", {kUser}}})));
}

TEST(StoreVersionsMark, GoesWithAStoreThatNamesNone) {
  Pass pass;
  pass.marked(of({{"a", {kUser}}}));
  pass.origin.versions = {};
  EXPECT_FALSE(pass.written("w").contains(api::es::kStoreVersionsAnnotation));
}

TEST(StoreVersionsMark, OfASecretThatKeepsItsFirstValuesStaysAsItIs) {
  ExternalSecret es = sample_es();
  es.spec.target.immutable = true;
  Pass pass(es);
  pass.secret.immutable = true;
  pass.marked(of({{"a", {{"SecretStore/vault", "db", "1"}}}}));
  EXPECT_EQ(pass.other(), std::nullopt);
}

TEST(StoreVersionsMark, KeepsWhatOthersSayOfTheirKeysInASharedSecret) {
  ExternalSecret es = sample_es();
  es.spec.target.creation_policy = "Merge";
  Target live = managed_target();
  live.metadata.managed_fields = {wrote(field_manager("es"), R"({"f:data":{"f:a":{},"f:gone":{}}})")};
  live.metadata.annotations[std::string(api::es::kStoreVersionsAnnotation)] =
      write_store_versions(of({{"theirs", {kHost}}, {"gone", {kUser}}}));
  EXPECT_EQ(api::es::read_store_versions(versions_mark(es, &live, of({{"a", {kUser}}}))),
            of({{"a", {kUser}}, {"theirs", {kHost}}}));
}

TEST(StoreVersionsMark, IsNotCopiedFromTheExternalSecret) {
  ExternalSecret es = sample_es();
  es.metadata.annotations[std::string(api::es::kStoreVersionsAnnotation)] = "forged";
  const auto plan = planned(es, nullptr, one_value("a", "1"));
  EXPECT_FALSE(plan->secret.metadata.annotations.contains(std::string(api::es::kStoreVersionsAnnotation)));
}

TEST(ValueChangeMark, TellsTheVersionThatTheReplacedValueWasOf) {
  Pass pass;
  pass.marked(of({{"a", {{"SecretStore/vault", "db", "6"}}}}));
  pass.secret.metadata.annotations["rotor/value-changes"] = R"({"keys":{"a":{"since":"2026-01-01T00:00:00Z"}}})";
  EXPECT_EQ(pass.written("w").at("rotor/value-changes"),
            R"({"keys":{"a":{"since":"2026-01-02T03:04:05Z","was":"6","wasSince":"2026-01-01T00:00:00Z"}}})");
}

}  // namespace
}  // namespace rotor::secrets::test
