// Reading, over sockets. GC-nn are rows of the behaviour table in the provider's specification.
#include <gtest/gtest.h>

#include "tests/providers/gcp/gcp_flow.hpp"

namespace rotor::providers::gcp {
namespace {

TEST_F(GcpFlow, SeveralEntriesOfOneSecretCostOneLoginAndOneRead) {
  auto sm = client(kKeyAuth);
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(get(**sm, remote("app", "a.b")), "lit");  // GC-08: a key with dots goes before a path
  EXPECT_EQ(get(**sm, remote("app", "n")), "1.5");
  EXPECT_EQ(get(**sm, remote("app", ".dot")), "d");
  EXPECT_EQ(google_.paths().size(), 2U);
  EXPECT_EQ(google_.calls.back(), "GET /v1/projects/proj/secrets/app/versions/latest:access");
  EXPECT_EQ(counter_.counts["GCP/SecretManager/AccessSecretVersion/success"], 1);
  EXPECT_EQ(counter_.counts["GCP/SecretManager/ExchangeAssertion/success"], 1);
  // Another reconcile of the same store: the token is still good.
  auto again = client(kKeyAuth);
  EXPECT_EQ(get(**again, remote("app", "user")), "u");
  EXPECT_EQ(google_.paths().size(), 3U);
  // And another when it is about to end.
  clock_.advance(std::chrono::minutes(56));
  auto late = client(kKeyAuth);
  EXPECT_EQ(get(**late, remote("app", "user")), "u");
  EXPECT_EQ(google_.issued, 2);
}

TEST_F(GcpFlow, PutsKeyVersionAndLocationIntoThePathAndNothingElse) {  // GC-01 to GC-03
  google_.secrets["projects/proj/secrets//baz"] = {.versions = {{"v1"}, {"v2"}}};
  google_.secrets["projects/proj/locations/eu/secrets/app"] = {.versions = {{"regional"}}};
  auto sm = client(kKeyAuth);
  EXPECT_EQ(get(**sm, remote("/baz")), "v2");
  EXPECT_EQ(google_.calls.back(), "GET /v1/projects/proj/secrets/%2Fbaz/versions/latest:access");
  EXPECT_EQ(get(**sm, remote("/baz", "", "1")), "v1");
  EXPECT_EQ(get(**sm, remote("/baz", "", "default")), "v1");
  EXPECT_EQ(google_.calls.back(), "GET /v1/projects/proj/secrets/%2Fbaz/versions/default:access");
  EXPECT_EQ(google_.api_hosts.back(), "https://secretmanager.googleapis.com");
  auto regional = client(std::string(R"("location":"eu",)") + kKeyAuth);
  ASSERT_TRUE(regional) << regional.error().message;
  EXPECT_EQ(get(**regional, remote("app")), "regional");
  EXPECT_EQ(google_.calls.back(), "GET /v1/projects/proj/locations/eu/secrets/app/versions/latest:access");
  EXPECT_EQ(google_.api_hosts.back(), "https://secretmanager.eu.rep.googleapis.com");
}

TEST_F(GcpFlow, TellsTheNumberOfTheVersionThatAnswered) {
  google_.secrets["projects/proj/secrets/v"] = {.versions = {{R"({"a":"1"})"}, {R"({"a":"2"})"}}};
  auto sm = client(kKeyAuth);
  EXPECT_EQ(pump((*sm)->get_secret(remote("v"))).version(), "2") << "and not the word latest";
  EXPECT_EQ(pump((*sm)->get_secret(remote("v", "a", "1"))).version(), "1");
  EXPECT_EQ(pump((*sm)->get_secret(remote("v", "", "default"))).version(), "1") << "an alias";
  EXPECT_EQ(pump((*sm)->get_secret_map(remote("v"))).version(), "2");
}

TEST_F(GcpFlow, AKeyNeverChangesWhatIsAskedFor) {
  auto sm = client(kKeyAuth);
  (void)get(**sm, remote("a/versions/1:access?x=1#y", "", "2/../3"));
  EXPECT_EQ(google_.calls.back(),
            "GET /v1/projects/proj/secrets/a%2Fversions%2F1%3Aaccess%3Fx%3D1%23y/versions/2%2F..%2F3:access");
  const std::size_t calls = google_.calls.size();
  for (const RemoteRef& ref : {remote(".."), remote("."), remote(""), remote("app", "", ".."), metadata("..")}) {
    EXPECT_EQ(get(**sm, ref).error().code, Code::kInvalid) << ref.key;
  }
  EXPECT_EQ(google_.calls.size(), calls);
}

TEST_F(GcpFlow, WhatArrivesIsWhatIsStoredByteForByte) {
  const std::string binary("\0\xff\n\x80", 4);
  const std::vector<std::string> values = {
      "", " x\n", binary, std::string(64 << 10, 'a'), R"({"n": 12345678901234567890.10})", "\xC3\xA9\xE2\x80\xA8"};
  for (const char* crc : {"right", "none", "number"}) {
    google_.crc = crc;
    for (const std::string& value : values) {
      if (value.empty() && google_.crc == "none") continue;  // an answer without anything says nothing
      google_.secrets["projects/proj/secrets/v"] = {.versions = {{value}}};
      auto sm = client(kKeyAuth);
      EXPECT_EQ(get(**sm, remote("v")), value) << crc;
    }
  }
}

TEST_F(GcpFlow, AValueThatDoesNotMatchItsChecksumIsAskedForAgainAndNeverTaken) {
  auto sm = client(kKeyAuth);
  google_.next_api.push_back(
      {200, R"({"name":"projects/1/secrets/app/versions/1","payload":{"data":"eA==","dataCrc32c":"7"}})"});
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  google_.crc = "wrong";
  auto other = client(kKeyAuth);
  const auto got = get(**other, remote("app"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kUnavailable);
  EXPECT_TRUE(got.error().message.contains("are not those of its checksum (dataCrc32c)")) << got.error().message;
}

TEST_F(GcpFlow, OnlyGooglesOwnWordIsAbsence) {  // GC-04
  auto sm = client(kKeyAuth);
  EXPECT_EQ(get(**sm, remote("none")).error().code, Code::kNotFound);
  EXPECT_EQ(get(**sm, remote("app", "", "9")).error().code, Code::kNotFound);
  EXPECT_EQ(get(**sm, metadata("none")).error().code, Code::kNotFound);
  EXPECT_EQ(counter_.counts["GCP/SecretManager/AccessSecretVersion/error"], 2);
  const std::vector<FakeGoogle::Answer> others = {
      {404, "<html>not found</html>"},
      {404, ""},
      {404, R"({"error":{"code":404,"message":"Method not found.","status":"NOT_FOUND"}})"},
      {404, R"({"error":{"code":404,"message":"Project [x] not found","status":"NOT_FOUND"}})"},
      {404, R"({"error":{"code":404,"message":"x"}})"},
      {403, R"({"error":{"code":403,"message":"Permission denied on Secret","status":"PERMISSION_DENIED"}})"},
      {200, R"({"name":"projects/1/secrets/other/versions/1","payload":{"data":"eA=="}})"},
      {200, R"({"name":"projects/1/secrets/none/versions/1","payload":null})"},
      {200, R"({"name":"projects/1/secrets/none/versions/1","payload":{}})"},
      {200, R"({"payload":{"data":"!!"}})"},
      {204, ""},
  };
  for (const FakeGoogle::Answer& answer : others) {
    google_.next_api.assign(4, answer);
    const auto got = get(**sm, remote("none"));
    ASSERT_FALSE(got) << answer.body;
    EXPECT_NE(got.error().code, Code::kNotFound) << answer.body;
    EXPECT_TRUE(got.error().message.starts_with("unable to access Secret from SecretManager Client: "))
        << got.error().message;
  }
  google_.next_api.assign(1, {200, R"({"name":"projects/1/secrets/none/versions/1"})"});  // GC-07
  EXPECT_TRUE(
      get(**sm, remote("none")).error().message.ends_with("invalid secret received. no secret string for key: none"));
}

TEST_F(GcpFlow, ADisabledOrDestroyedVersionIsAnErrorUnlessTheStoreFetchesTheNewestEnabled) {  // GC-05, GC-06
  google_.secrets["projects/proj/secrets/v"] = {.versions = {{"1"},
                                                             {"2", "ENABLED", "2026-01-03T00:00:00Z"},
                                                             {"3", "ENABLED", "2026-01-04T00:00:00.5Z"},
                                                             {"4", "DESTROYED"}}};
  auto fails = client(kKeyAuth);
  const auto got = get(**fails, remote("v"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kInvalid);
  EXPECT_TRUE(got.error().message.contains("is in DESTROYED state")) << got.error().message;
  EXPECT_EQ(google_.paths().size(), 2U) << "no list call";

  google_.page_size = 1;
  for (const char* state : {"DESTROYED", "DISABLED"}) {
    google_.secrets["projects/proj/secrets/v"].versions.back().state = state;
    auto fetches = client(std::string(R"("secretVersionSelectionPolicy":"LatestOrFetch",)") + kKeyAuth);
    EXPECT_EQ(get(**fetches, remote("v")), "3");
    EXPECT_EQ(google_.calls.back(), "GET /v1/projects/proj/secrets/v/versions/3:access");
    // A version that was asked for is that one or none.
    EXPECT_EQ(get(**fetches, remote("v", "", "4")).error().code, Code::kInvalid);
  }
  EXPECT_TRUE(
      std::ranges::find(google_.calls,
                        "GET /v1/projects/proj/secrets/v/versions?pageSize=1000&filter=state%3AENABLED&pageToken=1") !=
      google_.calls.end());
  EXPECT_EQ(counter_.counts["GCP/SecretManager/ListSecretVersions/success"], 6);
}

TEST_F(GcpFlow, WithNothingEnabledTheLatestVersionsOwnRefusalIsSaid) {
  google_.secrets["projects/proj/secrets/v"] = {.versions = {{"1", "DISABLED"}}};
  auto sm = client(std::string(R"("secretVersionSelectionPolicy":"LatestOrFetch",)") + kKeyAuth);
  const auto got = get(**sm, remote("v"));
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error().message.contains("is in DISABLED state")) << got.error().message;
  google_.next_api = {FakeGoogle::refusal(400, "FAILED_PRECONDITION", "it is in DISABLED state."),
                      FakeGoogle::refusal(403, "PERMISSION_DENIED", "secretmanager.versions.list denied")};
  const auto denied = get(**sm, remote("v"));
  EXPECT_EQ(denied.error().code, Code::kDenied);
  EXPECT_TRUE(denied.error().message.contains("secretmanager.versions.list denied")) << denied.error().message;
}

TEST_F(GcpFlow, APropertyThatIsNotThereIsAMistakeAndNotAbsence) {  // GC-09
  google_.secrets["projects/proj/secrets/text"] = {.versions = {{"plain"}}};
  auto sm = client(kKeyAuth);
  EXPECT_EQ(get(**sm, remote("app", "nope")).error().message, "key nope does not exist in secret app");
  const auto text = get(**sm, remote("text", "p"));
  EXPECT_EQ(text.error().code, Code::kInvalid);
  EXPECT_TRUE(text.error().message.starts_with("unable to unmarshal secret from JSON: ")) << text.error().message;
  EXPECT_FALSE(text.error().message.contains("plain"));
}

TEST_F(GcpFlow, ExtractsMembersAsWritten) {  // GC-32
  auto sm = client(kKeyAuth);
  const auto map = pump((*sm)->get_secret_map(remote("app")));
  ASSERT_TRUE(map) << map.error().message;
  EXPECT_EQ(map->at("n").reveal(), "1.50");
  EXPECT_EQ(map->at("o").reveal(), R"({ "x": 1 })");
  EXPECT_EQ(pump((*sm)->get_secret_map(remote("app", "a")))->at("b").reveal(), "path");
  const auto bad = pump((*sm)->get_secret_map(remote("app", "user")));
  ASSERT_TRUE(bad.failed());
  EXPECT_TRUE(
      bad.error().message.ends_with("property \"user\" of key \"app\" is no JSON object, and dataFrom.extract makes a "
                                    "key of every member: read it with spec.data"))
      << bad.error().message;
  EXPECT_TRUE(bad.error().message.starts_with("unable to unmarshal secret from JSON: ")) << bad.error().message;
  EXPECT_TRUE(pump((*sm)->get_secret_map(remote("none"))).absent());
}

TEST_F(GcpFlow, WhatIsNotThereIsNamedWithItsProjectAndVersion) {
  auto sm = client(kKeyAuth);
  EXPECT_EQ(pump((*sm)->get_secret(remote("none"))).absence().what,
            "Secret does not exist: none (projects/proj/secrets/none/versions/latest)");
  EXPECT_EQ(pump((*sm)->get_secret(remote("app", "", "77"))).absence().what,
            "Secret does not exist: app (projects/proj/secrets/app/versions/77)");
  EXPECT_EQ(pump((*sm)->get_secret(metadata("none"))).absence().what,
            "Secret does not exist: none (projects/proj/secrets/none)");
}

struct MetadataCase {
  const char* key;
  const char* property;
  const char* expected;  // or, after "!", the error
};

TEST_F(GcpFlow, ReadsLabelsAndAnnotationsWithoutTouchingTheValue) {  // GC-11 to GC-14
  google_.secrets["projects/proj/secrets/bare"] = {};
  const std::vector<MetadataCase> cases = {
      {"app", "", R"({"annotations":{"note":"hi"},"labels":{"managed.by":"\u003cx\u003e","team":"a"}})"},
      {"app", "annotations.note", "hi"},
      {"app", "labels.managed.by", "<x>"},
      {"app", "annotations", R"({"note":"hi"})"},
      {"app", "labels", R"({"managed.by":"\u003cx\u003e","team":"a"})"},
      {"app", "labels.nope", "!label with key nope does not exist in secret app"},
      {"app", "annotations.nope", "!annotation with key nope does not exist in secret app"},
      {"app", "topics", "!invalid property topics: metadata property should start with either annotations or labels"},
      {"bare", "", R"({"annotations":null,"labels":null})"},
      {"bare", "labels", "null"},
  };
  auto sm = client(kKeyAuth);
  for (const MetadataCase& c : cases) {
    const auto got = get(**sm, metadata(c.key, c.property));
    EXPECT_EQ(got ? *got : "!" + got.error().message, c.expected) << c.property;
  }
  EXPECT_EQ(google_.paths(),
            (Names{google_.paths()[0], "GET /v1/projects/proj/secrets/app", "GET /v1/projects/proj/secrets/bare"}));
  EXPECT_EQ(pump((*sm)->get_secret_map(metadata("app", "labels")))->at("team").reveal(), "a");
}

TEST_F(GcpFlow, TriesAgainWhatMayPassAndNothingElse) {
  auto sm = client(kKeyAuth);
  google_.next_api = {{503, "oops"}, {429, "{}", {{"Retry-After", "1"}}}};
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(google_.paths().size(), 4U);
  google_.next_api = {{500, ""}, {500, ""}, {500, ""}, {500, ""}};
  EXPECT_EQ(get(**sm, remote("other")).error().code, Code::kUnavailable);
  EXPECT_EQ(google_.paths().size(), 7U);
  google_.next_api = {FakeGoogle::refusal(403, "PERMISSION_DENIED", "no")};
  EXPECT_EQ(get(**sm, remote("other")).error().code, Code::kDenied);
  EXPECT_EQ(google_.paths().size(), 8U);
}

TEST_F(GcpFlow, ATokenThatIsNotTakenIsReplacedOnce) {
  auto sm = client(kKeyAuth);
  EXPECT_EQ(validate(**sm).validity, Validity::kReady);
  google_.tokens.clear();  // revoked
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(google_.issued, 2);
  google_.next_api = {FakeGoogle::refusal(401, "UNAUTHENTICATED", "a"),
                      FakeGoogle::refusal(401, "UNAUTHENTICATED", "b")};
  EXPECT_EQ(get(**sm, remote("other")).error().code, Code::kUnauthenticated);
  EXPECT_EQ(google_.issued, 3);
}

TEST_F(GcpFlow, HonoursTheStoresRetrySettings) {
  google_.next_api.assign(5, {500, ""});
  StoreContext c = context(block(kKeyAuth));
  c.store.max_retries = 1;
  auto sm = made(std::move(c));
  EXPECT_FALSE(get(**sm, remote("app")));
  EXPECT_EQ(google_.paths().size(), 2U);
  StoreContext bad = context(block(kKeyAuth));
  bad.store.retry_interval = "soon";
  EXPECT_TRUE(refusal(std::move(bad)).starts_with("spec.retrySettings.retryInterval: "));
}

// There is no such host: the field that made its name is told.
TEST_F(GcpFlow, ALocationThatNobodyAnswersAtIsNamed) {
  const std::string nobody = "http://127.0.0.1:1";
  http_ = std::make_unique<test::RoutedClients>(make_http_clients(io_.get_executor(), clock_, "rotor"), nobody);
  provider_ = make_provider(services());
  const auto told = [this](const std::string& more) {
    const auto got = get(**client(more + kKeyAuth), remote("app"));
    return got ? *got : got.error().message;
  };
  const std::string regional = told(R"("location":"europe-west99",)");
  EXPECT_TRUE(regional.contains("AccessSecretVersion: ")) << regional;
  EXPECT_TRUE(
      regional.ends_with("; spec.provider.gcpsm.location: is \"europe-west99\" a location of Secret Manager? "
                         "Global secrets are read without it"))
      << regional;
  EXPECT_FALSE(told("").contains("gcpsm.location"));
  variables_["ROTOR_GCP_SECRETMANAGER_ENDPOINT"] = nobody;
  EXPECT_FALSE(told(R"("location":"europe-west99",)").contains("gcpsm.location")) << "another address was given";
}

TEST_F(GcpFlow, TheEnvironmentMayNameAnotherServer) {
  variables_["ROTOR_GCP_SECRETMANAGER_ENDPOINT"] = url() + "/";
  auto sm = client(std::string(R"("location":"eu",)") + kKeyAuth);
  EXPECT_EQ(get(**sm, remote("none")).error().code, Code::kNotFound);
  EXPECT_EQ(google_.api_hosts.back(), "");
  EXPECT_EQ(google_.calls.back(), "GET /v1/projects/proj/locations/eu/secrets/none/versions/latest:access");
}

// Two stores with other credentials never answer for each other, however their calls interleave.
TEST_F(GcpFlow, StoresWithOtherCredentialsKeepTheirOwnTokens) {
  gate_.secrets["team/two/key.json"] = key_json(R"(,"token_uri":"https://oauth2.googleapis.com/token","x":1)");
  std::string other = gate_.secrets["team/two/key.json"];
  other.replace(other.find("app@"), 3, "two");
  gate_.secrets["team/two/key.json"] = other;
  auto one = client(kKeyAuth);
  auto two = client(R"("auth":{"secretRef":{"secretAccessKeySecretRef":{"name":"two","key":"key.json"}}})");
  ASSERT_TRUE(one && two);
  for (int i = 0; i < 2; ++i) {
    google_.tokens = {"ya29.1"};
    EXPECT_EQ(get(**one, remote("app", "user")), "u");
    google_.tokens = {"ya29.2"};
    EXPECT_EQ(get(**two, remote("app", "user")), "u");
    one = client(kKeyAuth);
  }
  EXPECT_EQ(google_.issued, 2) << "and each logs in once";
}

}  // namespace
}  // namespace rotor::providers::gcp
