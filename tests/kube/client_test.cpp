#include "kube/client/client.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/client/http_client.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Resource kSecrets{"", "v1", "secrets", "Secret", true};
constexpr Resource kStores{"external-secrets.io", "v1", "clustersecretstores", "ClusterSecretStore", false};

std::string refusal(int code, std::string_view reason, std::string_view message, std::string_view details = "{}") {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")" + std::string(message) +
         R"(","reason":")" + std::string(reason) + R"(","details":)" + std::string(details) + R"(,"code":)" +
         std::to_string(code) + "}";
}

struct ClientTest : testing::Test {
  test::FakeHttp http;
  test::FakeClock clock;
  test::Loop loop;
  std::unique_ptr<Client> client = make({.server = "https://api:6443", .token = SecretBytes("t0k")});

  std::unique_ptr<Client> make(ConnectionConfig config) {
    return make_client_on(std::make_unique<test::BorrowedHttp>(http), clock, std::move(config), "rotor/1.2");
  }
  std::string header(const char* name) {
    const std::string* value = net::find_header(http.last().headers, name);
    return value == nullptr ? "" : *value;
  }
  // Runs a call through all of its waits.
  template <class T>
  T finish(Task<T> task) {
    auto pending = loop.begin(std::move(task));
    for (int i = 0; i < 20 && !pending->value && !pending->error; ++i) clock.advance(loop.io(), 30s);
    return loop.take(*pending);
  }
};

TEST_F(ClientTest, GetsAnObject) {
  http.will_answer(200, R"({"metadata":{"name":"a"}})");
  const auto body = loop.run(client->get(kSecrets, {"n", "a"}));
  ASSERT_TRUE(body);
  EXPECT_EQ(body->reveal(), R"({"metadata":{"name":"a"}})");
  EXPECT_THAT(http.lines(), ElementsAre("GET https://api:6443/api/v1/namespaces/n/secrets/a"));
  EXPECT_EQ(header("Authorization"), "Bearer t0k");
  EXPECT_EQ(header("Accept"), "application/json");
}

TEST_F(ClientTest, AddressesClusterScopedKindsAndEncodesNames) {
  http.will_answer(200, "{}");
  ASSERT_TRUE(loop.run(client->get(kStores, {"", "a b?"})));
  EXPECT_EQ(http.last().url, "https://api:6443/apis/external-secrets.io/v1/clustersecretstores/a%20b%3F");
}

struct ImpossibleKey {
  const char* name;
  Key key;
  const char* told;
};
class ClientImpossible : public ClientTest, public testing::WithParamInterface<ImpossibleKey> {};
TEST_P(ClientImpossible, NameIsRefusedBeforeItBecomesAnotherAddress) {
  const auto told = [](const auto& refused) { return refused ? std::string("sent") : refused.error().message; };
  const Key key = GetParam().key;
  const std::vector<std::string> answers = {
      told(loop.run(client->get(kSecrets, key))),
      told(loop.run(client->update(kSecrets, key, SecretBytes("{}"), {}))),
      told(loop.run(client->patch(kSecrets, key, PatchType::kMerge, SecretBytes("{}"), {}))),
      told(loop.run(client->remove(kSecrets, key, {}))),
      told(loop.run(client->request_token(key, {}))),
  };
  EXPECT_THAT(answers, testing::Each(testing::HasSubstr(GetParam().told)));
  EXPECT_THAT(http.lines(), testing::IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Cases, ClientImpossible,
                         testing::Values(ImpossibleKey{"Slashes", {"n", "../../etc/passwd"}, R"("../../etc/passwd")"},
                                         ImpossibleKey{"Above", {"n", ".."}, R"(named ".." cannot exist)"},
                                         ImpossibleKey{"Here", {"n", "."}, R"(named "." cannot exist)"},
                                         ImpossibleKey{"Encoded", {"n", "a%2Fb"}, R"("a%2Fb")"},
                                         ImpossibleKey{"Namespace", {"n/secrets", "a"}, R"(in namespace "n/secrets")"},
                                         ImpossibleKey{"Nothing", {"n", ""}, "without a name"}),
                         [](const auto& row) { return row.param.name; });

TEST_F(ClientTest, EscapesWhatYamlDoesNotTakeInAnApply) {
  http.will_answer(200, "{}");
  const std::string sent = "{\"a\":\"x\x7Fy\xC2\x80z\xC2\x85 \xE2\x80\xA8\xEF\xBF\xBE\xEF\xBB\xBF\xC3\xA9\"}";
  ASSERT_TRUE(loop.run(client->patch(kSecrets, {"n", "a"}, PatchType::kApply, SecretBytes(sent), {})));
  EXPECT_EQ(http.last().body.reveal(), "{\"a\":\"x\\u007fy\\u0080z\\u0085 \\u2028\\ufffe\xEF\xBB\xBF\xC3\xA9\"}");
  http.will_answer(200, "{}");
  ASSERT_TRUE(loop.run(client->patch(kSecrets, {"n", "a"}, PatchType::kMerge, SecretBytes(sent), {})));
  EXPECT_EQ(http.last().body.reveal(), sent);
}

TEST_F(ClientTest, ListsByPages) {
  http.will_answer(
      200,
      R"({"kind":"SecretList","metadata":{"resourceVersion":"9","continue":"tok/en"},"items":[{"a":1},{"b":[2]}]})");
  http.will_answer(200, R"({"items":[{"c":3}],"metadata":{"resourceVersion":"9"}})");
  std::vector<std::string> items;
  const auto rv = loop.run(list_all(*client, kSecrets, "", {.label_selector = "a=b"},
                                    [&](std::string_view item) { items.emplace_back(item); }));
  ASSERT_TRUE(rv) << rv.error().message;
  EXPECT_EQ(*rv, "9");
  EXPECT_THAT(items, ElementsAre(R"({"a":1})", R"({"b":[2]})", R"({"c":3})"));
  EXPECT_THAT(http.lines(),
              ElementsAre("GET https://api:6443/api/v1/secrets?labelSelector=a%3Db&limit=500",
                          "GET https://api:6443/api/v1/secrets?labelSelector=a%3Db&limit=500&continue=tok%2Fen"));
}

TEST_F(ClientTest, AsksForMetadataOnly) {
  http.will_answer(200, R"({"metadata":{"resourceVersion":"1"},"items":[]})");
  ASSERT_TRUE(loop.run(client->list_page(kSecrets, "n", {.metadata_only = true}, "")));
  EXPECT_EQ(header("Accept"), "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
}

TEST_F(ClientTest, NamesItsFieldManagerAndOptionsOnWrites) {
  http.will_answer(201, "{}");
  ASSERT_TRUE(
      loop.run(client->create(kSecrets, "n", SecretBytes("{}"), {.dry_run = true, .field_validation = "Strict"})));
  EXPECT_EQ(http.last().method, "POST");
  EXPECT_EQ(http.last().url,
            "https://api:6443/api/v1/namespaces/n/secrets?fieldManager=rotor&dryRun=All&fieldValidation=Strict");
  EXPECT_EQ(header("Content-Type"), "application/json");
}

struct PatchCase {
  PatchType type;
  const char* content_type;
};
class ClientPatch : public ClientTest, public testing::WithParamInterface<PatchCase> {};
TEST_P(ClientPatch, SaysItsKind) {
  http.will_answer(200, "{}");
  ASSERT_TRUE(loop.run(client->patch(kSecrets, {"n", "a"}, GetParam().type, SecretBytes("{}"),
                                     {.field_manager = "me", .subresource = "status", .force = true})));
  EXPECT_EQ(http.lines().back(),
            "PATCH https://api:6443/api/v1/namespaces/n/secrets/a/status?fieldManager=me&force=true");
  EXPECT_EQ(header("Content-Type"), GetParam().content_type);
}
INSTANTIATE_TEST_SUITE_P(Cases, ClientPatch,
                         testing::Values(PatchCase{PatchType::kMerge, "application/merge-patch+json"},
                                         PatchCase{PatchType::kStrategicMerge,
                                                   "application/strategic-merge-patch+json"},
                                         PatchCase{PatchType::kJson, "application/json-patch+json"},
                                         PatchCase{PatchType::kApply, "application/apply-patch+yaml"}));

TEST_F(ClientTest, DeletesUnderConditions) {
  http.will_answer(200, "{}");
  ASSERT_TRUE(loop.run(
      client->remove(kSecrets, {"n", "a"}, {.uid = "u", .resource_version = "5", .propagation_policy = "Orphan"})));
  EXPECT_EQ(http.last().method, "DELETE");
  EXPECT_EQ(
      http.last().body.reveal(),
      R"({"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"u","resourceVersion":"5"},"propagationPolicy":"Orphan"})");
}

TEST_F(ClientTest, DeletesWithAGrace) {
  http.will_answer(200, "{}");
  ASSERT_TRUE(loop.run(client->remove(kSecrets, {"n", "a"}, {.grace_period_seconds = 0})));
  EXPECT_EQ(http.last().body.reveal(), R"({"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0})");
}

TEST_F(ClientTest, RequestsTokens) {
  http.will_answer(201,
                   R"({"kind":"TokenRequest","status":{"token":"ey.x","expirationTimestamp":"2026-01-02T04:04:05Z"}})");
  const auto token = loop.run(client->request_token({"n", "sa"}, {.audiences = {"sts"}, .expiration_seconds = 600}));
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(token->token.reveal(), "ey.x");
  EXPECT_EQ(token->expires, WallTime(std::chrono::seconds(1767326645)));
  EXPECT_EQ(http.last().url, "https://api:6443/api/v1/namespaces/n/serviceaccounts/sa/token");
  EXPECT_THAT(std::string(http.last().body.reveal()),
              HasSubstr(R"("spec":{"audiences":["sts"],"expirationSeconds":600})"));
}

TEST_F(ClientTest, KnowsWhatIsServed) {
  http.will_answer(
      200,
      R"({"kind":"APIResourceList","resources":[{"name":"clustersecretstores","kind":"X"},{"name":"other/status"}]})");
  EXPECT_EQ(loop.run(client->serves(kStores)), true);
  http.will_answer(200, R"({"kind":"APIResourceList","resources":[]})");
  EXPECT_EQ(loop.run(client->serves(kStores)), false);
  http.will_answer(404, "404 page not found\n");
  EXPECT_EQ(loop.run(client->serves(kStores)), false);
  EXPECT_EQ(http.last().url, "https://api:6443/apis/external-secrets.io/v1");
}

TEST_F(ClientTest, ListsTheKindsOfAVersionWithoutWhatLiesBelowThem) {
  http.will_answer(200, R"({"kind":"APIResourceList","resources":[{"name":"pods","namespaced":true,"kind":"Pod"},
    {"name":"pods/log","namespaced":true,"kind":"Pod"},{"name":"nodes","namespaced":false,"kind":"Node"}]})");
  const auto kinds = loop.run(client->kinds_of("v1"));
  ASSERT_TRUE(kinds) << kinds.error().message;
  ASSERT_EQ(kinds->size(), 2U);
  EXPECT_EQ(kinds->at(0).plural + kinds->at(0).kind, "podsPod");
  EXPECT_TRUE(kinds->at(0).namespaced);
  EXPECT_FALSE(kinds->at(1).namespaced);
  EXPECT_EQ(http.last().url, "https://api:6443/api/v1");
  http.will_answer(404, "404 page not found\n");
  EXPECT_TRUE(loop.run(client->kinds_of("apps/v9"))->empty());
  EXPECT_EQ(http.last().url, "https://api:6443/apis/apps/v9");
}

TEST_F(ClientTest, KeepsQuietWhatAServerSaysOfAConfidentialWrite) {
  const std::string told = refusal(422, "Invalid", "spec.password: Invalid value: canary-5b1f",
                                   R"({"name":"a","causes":[{"field":"spec.password","message":"canary-5b1f"}]})");
  http.will_answer(422, told);
  const auto quiet = loop.run(client->update(kStores, {"", "a"}, SecretBytes("{}"), {.confidential = true}));
  ASSERT_FALSE(quiet);
  EXPECT_THAT(quiet.error().message, HasSubstr("422 Invalid for spec.password"));
  EXPECT_THAT(quiet.error().message, Not(HasSubstr("canary")));
  http.will_answer(422, told);
  EXPECT_THAT(loop.run(client->update(kStores, {"", "a"}, SecretBytes("{}"))).error().message, HasSubstr("canary"));
}

struct RefusalCase {
  int status;
  const char* reason;
  Code code;
};
class ClientRefusal : public ClientTest, public testing::WithParamInterface<RefusalCase> {};
TEST_P(ClientRefusal, BecomesACodeAndTheServersWords) {
  http.will_answer(GetParam().status,
                   refusal(GetParam().status, GetParam().reason, "words", R"({"name":"a","kind":"things"})"));
  const auto body = loop.run(client->update(kStores, {"", "a"}, SecretBytes("{}")));
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, GetParam().code);
  EXPECT_EQ(body.error().message, "words");
}
INSTANTIATE_TEST_SUITE_P(
    Cases, ClientRefusal,
    testing::Values(RefusalCase{404, "NotFound", Code::kNotFound},
                    RefusalCase{409, "AlreadyExists", Code::kAlreadyExists},
                    RefusalCase{409, "Conflict", Code::kConflict}, RefusalCase{403, "Forbidden", Code::kDenied},
                    RefusalCase{401, "Unauthorized", Code::kUnauthenticated},
                    RefusalCase{422, "Invalid", Code::kInvalid}, RefusalCase{400, "BadRequest", Code::kInvalid},
                    RefusalCase{415, "UnsupportedMediaType", Code::kInvalid},
                    RefusalCase{500, "InternalError", Code::kUnavailable},
                    RefusalCase{503, "ServiceUnavailable", Code::kUnavailable},
                    RefusalCase{504, "Timeout", Code::kTimeout}, RefusalCase{409, "SomethingNew", Code::kConflict}));

// Of a list it is the word to begin again; kGone of a write would be that there is no namespace to write into.
TEST_F(ClientTest, TakesA410OfOneObjectForTroubleThatPasses) {
  for (const char* reason : {"Expired", "Gone", ""}) {
    const std::string gone = refusal(410, reason, "words");
    http.will_answer(410, gone);
    EXPECT_EQ(loop.run(client->get(kSecrets, {"n", "a"})).error().code, Code::kUnavailable) << reason;
    http.will_answer(410, gone);
    EXPECT_EQ(loop.run(client->create(kSecrets, "n", SecretBytes("{}"))).error().code, Code::kUnavailable) << reason;
    http.will_answer(410, gone);
    const auto removed = loop.run(client->remove(kSecrets, {"n", "a"}));
    EXPECT_EQ(removed.error().code, Code::kUnavailable) << reason;
    EXPECT_THAT(removed.error().message, AllOf(HasSubstr("410"), Not(HasSubstr("namespace")))) << reason;
    http.will_answer(410, gone);
    EXPECT_EQ(loop.run(client->list_page(kSecrets, "n", {}, "")).error().code, Code::kGone) << reason;
  }
}

TEST_F(ClientTest, DoesNotTakeAMissingKindForAMissingObject) {
  const std::string absent_kind = refusal(404, "NotFound", "the server could not find the requested resource");
  http.will_answer(404, absent_kind);
  const auto body = loop.run(client->get(kStores, {"", "a"}));
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, Code::kUnavailable);
  EXPECT_THAT(body.error().message, HasSubstr("clustersecretstores.external-secrets.io"));
  http.will_answer(404, absent_kind);
  EXPECT_EQ(loop.run(client->list_page(kStores, "", {}, "")).error().code, Code::kNotFound);
}

TEST_F(ClientTest, DoesNotBelieveA404WithoutAStatus) {
  http.will_answer(404, "<html>nginx</html>");
  EXPECT_EQ(loop.run(client->get(kSecrets, {"n", "a"})).error().code, Code::kUnavailable);
}

TEST_F(ClientTest, WaitsAsLongAsAThrottlingServerSays) {
  http.will_answer(429, refusal(429, "TooManyRequests", "slow"), {{"Retry-After", "7"}});
  http.will_answer(201, "{}");
  auto pending = loop.begin(client->create(kSecrets, "n", SecretBytes("{}")));
  clock.advance(loop.io(), 6999ms);
  EXPECT_FALSE(pending->value);
  clock.advance(loop.io(), 501ms);
  ASSERT_TRUE(pending->value);
  EXPECT_TRUE(pending->value->has_value());
}

TEST_F(ClientTest, GivesUpOnAServerThatThrottlesForever) {
  for (int i = 0; i < 10; ++i) http.will_answer(429, refusal(429, "TooManyRequests", "slow"), {{"Retry-After", "1"}});
  const auto body = finish(client->create(kSecrets, "n", SecretBytes("{}")));
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, Code::kThrottled);
  EXPECT_EQ(body.error().retry_after, 1s);
  EXPECT_EQ(http.requests().size(), 6U);
}

TEST_F(ClientTest, RepeatsReadsAfterServerErrors) {
  http.will_answer(503, "upstream down");
  http.will_fail({Code::kUnavailable, "connection refused"});
  http.will_answer(200, "{}");
  EXPECT_TRUE(finish(client->get(kSecrets, {"n", "a"})));
  EXPECT_EQ(http.requests().size(), 3U);
}

TEST_F(ClientTest, DoesNotRepeatWritesAfterServerErrors) {
  http.will_answer(500, refusal(500, "InternalError", "etcd"));
  EXPECT_FALSE(finish(client->create(kSecrets, "n", SecretBytes("{}"))));
  EXPECT_EQ(http.requests().size(), 1U);
}

TEST_F(ClientTest, SaysWhereTheServerThatCannotBeReachedIs) {
  http.will_fail({Code::kTimeout, "no answer within 30s"});
  const auto body = finish(client->get(kSecrets, {"n", "a"}));
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, Code::kTimeout);
  EXPECT_EQ(body.error().message, "the API server at https://api:6443: no answer within 30s");
}

struct TokenFile {
  std::string path = testing::TempDir() + "/rotor-token-" + std::to_string(::getpid());
  explicit TokenFile(std::string_view text) { write(text); }
  ~TokenFile() { std::filesystem::remove(path); }
  void write(std::string_view text) const { std::ofstream(path) << text; }
};

TEST_F(ClientTest, ReadsTheTokenFileAgainAfterAMinute) {
  const TokenFile file("one\n");
  client = make({.server = "https://api", .token_file = file.path});
  for (int i = 0; i < 3; ++i) http.will_answer(200, "{}");
  ASSERT_TRUE(loop.run(client->get(kSecrets, {"n", "a"})));
  file.write("two\n");
  ASSERT_TRUE(loop.run(client->get(kSecrets, {"n", "a"})));
  EXPECT_EQ(header("Authorization"), "Bearer one");
  clock.advance(60s);
  ASSERT_TRUE(loop.run(client->get(kSecrets, {"n", "a"})));
  EXPECT_EQ(header("Authorization"), "Bearer two");
}

TEST_F(ClientTest, TriesARenewedTokenAfter401) {
  const TokenFile file("one");
  client = make({.server = "https://api", .token_file = file.path});
  http.will_answer([&](const net::Request&) {
    file.write("two");
    return net::Response{401, {}, SecretBytes(refusal(401, "Unauthorized", "Unauthorized"))};
  });
  http.will_answer(200, "{}");
  ASSERT_TRUE(loop.run(client->get(kSecrets, {"n", "a"})));
  EXPECT_EQ(header("Authorization"), "Bearer two");
}

TEST_F(ClientTest, NamesTheTokenFileItCannotRead) {
  client = make({.server = "https://api", .token_file = "/nowhere/token"});
  const auto body = loop.run(client->get(kSecrets, {"n", "a"}));
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, Code::kUnauthenticated);
  EXPECT_THAT(body.error().message, HasSubstr("/nowhere/token"));
}

TEST_F(ClientTest, WatchesFromAVersion) {
  auto body = http.will_stream();
  auto stream =
      loop.run(client->watch(kSecrets, "n", {.field_selector = "metadata.name=a", .metadata_only = true}, "42"));
  ASSERT_TRUE(stream);
  EXPECT_THAT(http.last().url,
              HasSubstr("/api/v1/namespaces/n/secrets?watch=1&allowWatchBookmarks=true&resourceVersion=42"));
  EXPECT_THAT(http.last().url, HasSubstr("&fieldSelector=metadata.name%3Da"));
  EXPECT_EQ(header("Accept"), "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");

  auto next = loop.begin((*stream)->next());
  EXPECT_FALSE(next->value);
  body->push(R"({"type":"ADDED","object":{"me)");
  loop.settle();
  EXPECT_FALSE(next->value);
  body->push("tadata\":{}}}\n{\"type\":\"DELETED\",\"object\":{}}\n");
  loop.settle();
  const auto event = loop.take(*next);
  ASSERT_TRUE(event);
  EXPECT_EQ((**event).object.reveal(), R"({"metadata":{}})");
  EXPECT_EQ(loop.run((*stream)->next())->value().type, WatchEvent::Type::kDeleted);
  body->end();
  const auto end = loop.run((*stream)->next());
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->has_value());
  stream->reset();
  EXPECT_TRUE(body->closed());
}

TEST_F(ClientTest, ReportsAWatchThatIsRefused) {
  http.will_answer(410, refusal(410, "Expired", "too old"));
  const auto stream = loop.run(client->watch(kSecrets, "n", {}, "1"));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, Code::kGone);
}

}  // namespace
}  // namespace rotor::kube
