#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apiserver/api_harness.hpp"

namespace rotor::apiserver {
namespace {

using testing::HasSubstr;

constexpr std::string_view kMaps = "/api/v1/namespaces/default/configmaps";
constexpr std::string_view kSecrets = "/api/v1/namespaces/default/secrets";

std::string named(std::string_view name) { return R"({"metadata":{"name":")" + std::string(name) + R"("}})"; }
std::string under(std::string_view collection, std::string_view name) {
  return std::string(collection) + "/" + std::string(name);
}

TEST(Authentication, WantsTheToken) {
  ApiHarness api;
  net::ServerRequest request = api.request("GET", "/api/v1/secrets");
  request.headers.clear();
  EXPECT_EQ(api.send(request).status, 403);
  EXPECT_EQ(api.send(request).message(),
            "secrets is forbidden: User \"system:anonymous\" cannot list resource \"secrets\" in API group \"\" at the "
            "cluster scope");
  request.headers = {{"Authorization", "Bearer wrong"}};
  EXPECT_EQ(api.send(request).status, 401);
  EXPECT_EQ(api.send(request).at("reason"), "Unauthorized");
  request.headers.clear();
  request.path = "/readyz";
  EXPECT_EQ(api.send(request).status, 200);
}

TEST(Authentication, KnowsTheServiceAccountsItIssuedTokensFor) {
  ApiHarness api;
  api.post("/api/v1/namespaces/default/serviceaccounts", named("sa"));
  const Heard issued = api.post("/api/v1/namespaces/default/serviceaccounts/sa/token", R"({"spec":{}})");
  ASSERT_EQ(issued.status, 201);
  net::ServerRequest request = api.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
  request.headers[0].value = "Bearer " + std::string(issued.at("status.token"));
  EXPECT_EQ(api.send(request).at("status.userInfo.username"), "system:serviceaccount:default:sa");
  api.remove("/api/v1/namespaces/default/serviceaccounts/sa");
  EXPECT_EQ(api.send(request).status, 401);
}

TEST(Authentication, EndsWithTheObjectThatATokenIsBoundTo) {
  ApiHarness api;
  api.post("/api/v1/namespaces/default/serviceaccounts", named("sa"));
  api.post("/api/v1/namespaces/default/secrets", named("s"));
  const Heard issued = api.post("/api/v1/namespaces/default/serviceaccounts/sa/token",
                                R"({"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Secret","name":"s"}}})");
  ASSERT_EQ(issued.status, 201);
  net::ServerRequest request = api.request("GET", "/api/v1/namespaces/default/configmaps");
  request.headers[0].value = "Bearer " + std::string(issued.at("status.token"));
  const std::string review = R"({"spec":{"token":")" + std::string(issued.at("status.token")) + R"("}})";
  const auto authenticated = [&] {
    const Heard answer = api.post("/apis/authentication.k8s.io/v1/tokenreviews", review);
    return json::find(answer.body, "status.authenticated")->as_bool();
  };
  EXPECT_EQ(api.send(request).status, 200);
  EXPECT_TRUE(authenticated());
  api.remove("/api/v1/namespaces/default/secrets/s");
  EXPECT_EQ(api.send(request).status, 401);
  EXPECT_FALSE(authenticated());
}

TEST(Answers, ComeInYamlWhereItIsAskedForFirst) {
  ApiHarness api;
  api.post("/api/v1/namespaces/default/configmaps",
           R"({"metadata":{"name":"a","labels":{"n":"1"}},"data":{"b":"yes","a":"plain","c":"x: y\nz"}})");
  const auto text_for = [&](std::string accept) {
    auto outcome =
        api.api.serve(api.request("GET", "/api/v1/namespaces/default/configmaps/a", {}, {}, std::move(accept)));
    EXPECT_EQ(outcome.reply.status, 200);
    return outcome.reply.content_type + "\n" + std::string(outcome.reply.body.reveal());
  };
  const std::string yaml = text_for("application/yaml, application/json");
  EXPECT_TRUE(
      yaml.starts_with("application/yaml\napiVersion: v1\ndata:\n  a: plain\n  b: \"yes\"\n  c: \"x: y\\nz\"\n"))
      << yaml;
  EXPECT_TRUE(yaml.contains("\n  managedFields:\n  - apiVersion: v1\n    fieldsType: FieldsV1\n")) << yaml;
  EXPECT_TRUE(text_for("application/json, application/yaml").starts_with("application/json\n{"));
}

TEST(TokenRequests, AskForTenMinutesAtLeast) {
  ApiHarness api;
  api.post("/api/v1/namespaces/default/serviceaccounts", named("sa"));
  const Heard refused =
      api.post("/api/v1/namespaces/default/serviceaccounts/sa/token", R"({"spec":{"expirationSeconds":100}})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.message(), HasSubstr("may not specify a duration less than 10 minutes"));
  EXPECT_EQ(api.post("/api/v1/namespaces/default/serviceaccounts/no/token", R"({"spec":{}})").message(),
            R"(serviceaccounts "no" not found)");
}

TEST(Create, NamesTheNamespaceThatIsMissing) {
  ApiHarness api;
  const Heard refused = api.post("/api/v1/namespaces/nons/secrets", named("a"));
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(refused.message(), R"(namespaces "nons" not found)");
}

TEST(Create, FillsInWhatTheServerOwns) {
  ApiHarness api;
  const Heard made =
      api.post(kSecrets, R"({"metadata":{"generateName":"p-","uid":"mine","generation":7},"stringData":{"a":"b"}})");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.at("data.a"), "Yg==");
  EXPECT_EQ(made.at("type"), "Opaque");
  EXPECT_EQ(json::find(made.body, "stringData"), nullptr);
  EXPECT_EQ(json::find(made.body, "metadata.generation"), nullptr);
  EXPECT_EQ(made.at("metadata.name").size(), 7U);
  EXPECT_NE(made.at("metadata.uid"), "mine");
  EXPECT_EQ(made.at("metadata.creationTimestamp"), "2026-01-01T00:00:00Z");
}

TEST(Create, RefusesTheSecondOfAName) {
  ApiHarness api;
  api.post(kMaps, named("a"));
  const Heard refused = api.post(kMaps, named("a"));
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.at("reason"), "AlreadyExists");
}

TEST(Create, DryRunKeepsNothing) {
  ApiHarness api;
  EXPECT_EQ(api.post(std::string(kMaps) + "?dryRun=All", named("a")).status, 201);
  EXPECT_EQ(api.get(under(kMaps, "a")).status, 404);
  EXPECT_THAT(api.post(std::string(kMaps) + "?dryRun=Foo", named("a")).message(),
              HasSubstr(R"(dryRun: Unsupported value: ["Foo"]: supported values: "All")"));
}

TEST(Create, WarnsOfUnknownAndDuplicateFieldsOrRefusesThem) {
  ApiHarness api;
  const std::string body = R"({"metadata":{"name":"a","foo":1},"data":{"a":"x","a":"y"}})";
  EXPECT_THAT(api.post(kMaps, body).warnings,
              testing::UnorderedElementsAre(R"(unknown field "metadata.foo")", R"(duplicate field "data.a")"));
  const Heard refused = api.post(std::string(kMaps) + "?fieldValidation=Strict", body);
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.message(),
              testing::AllOf(HasSubstr("strict decoding error: "), HasSubstr(R"(unknown field "metadata.foo")"),
                             HasSubstr(R"(duplicate field "data.a")")));
}

TEST(Update, KnowsStaleRevisions) {
  ApiHarness api;
  const Heard made = api.post(kMaps, named("a"));
  api.merge(under(kMaps, "a"), R"({"data":{"a":"b"}})");
  json::Value stale = made.body;
  const Heard refused = api.put(under(kMaps, "a"), json::serialize(stale));
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(
      refused.message(),
      R"(Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again)");
}

TEST(Update, ThatChangesNothingMakesNoRevision) {
  ApiHarness api;
  const Heard made = api.post(kMaps, R"({"metadata":{"name":"a"},"data":{"k":"v"}})");
  auto watch =
      api.watch(std::string(kMaps) + "?watch=1&resourceVersion=" + std::string(made.at("metadata.resourceVersion")));
  api.clock.time += std::chrono::seconds(5);
  const Heard again = api.merge(under(kMaps, "a"), R"({"data":{"k":"v"}})");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.at("metadata.resourceVersion"), made.at("metadata.resourceVersion"));
  EXPECT_TRUE(ApiHarness::read(*watch).empty());
}

TEST(Apply, CreatesThenConflictsThenForces) {
  ApiHarness api;
  const std::string body = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"1"}})";
  EXPECT_EQ(api.apply(under(kMaps, "a"), body).status, 422) << "no fieldManager";
  EXPECT_EQ(api.apply(under(kMaps, "a") + "?fieldManager=one", body).status, 201);
  const std::string other = R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"2"}})";
  const Heard refused = api.apply(under(kMaps, "a") + "?fieldManager=two", other);
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.message(), HasSubstr(R"(conflict with "one": .data.k)"));
  EXPECT_EQ(api.apply(under(kMaps, "a") + "?fieldManager=two&force=true", other).at("data.k"), "2");
}

TEST(Delete, ChecksPreconditions) {
  ApiHarness api;
  api.post(kMaps, named("a"));
  EXPECT_THAT(api.remove(under(kMaps, "a"), R"({"preconditions":{"uid":"1"}})").message(),
              HasSubstr("the UID in the precondition (1) does not match"));
  EXPECT_THAT(
      api.remove(under(kMaps, "a"), R"({"propagationPolicy":"Foo"})").message(),
      HasSubstr(
          R"(propagationPolicy: Unsupported value: "Foo": supported values: "Foreground", "Background", "Orphan", "nil")"));
  const Heard gone = api.remove(under(kMaps, "a"));
  EXPECT_EQ(gone.at("status"), "Success");
  EXPECT_EQ(gone.at("details.kind"), "configmaps");
}

TEST(Delete, WaitsForFinalizers) {
  ApiHarness api;
  api.post(kMaps, R"({"metadata":{"name":"a","finalizers":["x.io/y"]}})");
  const Heard marked = api.remove(under(kMaps, "a"));
  EXPECT_EQ(marked.at("metadata.deletionTimestamp"), "2026-01-01T00:00:00Z");
  EXPECT_THAT(
      api.merge(under(kMaps, "a"), R"({"metadata":{"finalizers":["x.io/y","x.io/z"]}})").message(),
      HasSubstr(
          R"(no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.io/z"})"));
  EXPECT_EQ(api.merge(under(kMaps, "a"), R"({"metadata":{"finalizers":null}})").status, 200);
  EXPECT_EQ(api.get(under(kMaps, "a")).status, 404);
}

TEST(Delete, OfACollectionTakesWhatTheSelectorMatches) {
  ApiHarness api;
  api.post(kMaps, R"({"metadata":{"name":"a","labels":{"x":"1"}}})");
  api.post(kMaps, named("b"));
  EXPECT_EQ(api.remove(std::string(kMaps) + "?labelSelector=x%3D1").items(), 1U);
  EXPECT_EQ(api.get(kMaps).items(), 1U);
}

TEST(Pods, WaitForTheirNode) {
  ApiHarness api;
  const std::string pods = "/api/v1/namespaces/default/pods";
  api.post(pods, R"({"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}})");
  const Heard marked = api.remove(pods + "/p");
  EXPECT_EQ(marked.at("metadata.deletionTimestamp"), "2026-01-01T00:00:30Z");
  EXPECT_EQ(api.get(pods + "/p").status, 200);
  api.remove(pods + "/p?gracePeriodSeconds=0");
  EXPECT_EQ(api.get(pods + "/p").status, 404);
}

TEST(Refusals, NeverShowASecretsValue) {
  ApiHarness api;
  api.post(kSecrets, R"({"metadata":{"name":"frozen"},"immutable":true,"data":{"a":"Q0FOQVJZ"}})");
  const std::pair<std::string, std::string> bad[] = {
      {"POST", R"({"metadata":{"name":"a"},"data":{"a":"CANARY!!"}})"},
      {"POST", R"({"metadata":{"name":"a"},"data":"CANARY"})"},
      {"POST", R"({"metadata":{"name":"a"},"data":{"a":["CANARY"]}})"},
      {"POST", R"({"metadata":{"name":"a"},"stringData":{"a":{"b":"CANARY"}}})"},
      {"POST", R"({"metadata":{"name":"a"},"stringData":["CANARY"]})"},
      {"POST", R"({"metadata":{"name":"a"},"stringData":{"a":"CANARY"},})"},
      {"POST", R"({"metadata":{"name":"a"},"stringData":{"a":"CANARY)"},
      {"POST", R"("CANARY")"},
      {"PUT", R"({"metadata":{"name":"frozen"},"immutable":true,"stringData":{"a":"other CANARY"}})"},
  };
  for (const auto& [method, body] : bad) {
    const std::string path = method == "PUT" ? under(kSecrets, "frozen") : std::string(kSecrets);
    const Heard refused = api.send(api.request(method, path, body));
    EXPECT_GE(refused.status, 400) << body;
    const std::string answer = json::serialize(refused.body);
    EXPECT_THAT(answer, testing::Not(HasSubstr("CANARY"))) << body;
    EXPECT_THAT(answer, testing::Not(HasSubstr("Q0FOQVJZ"))) << body;
  }
}

TEST(Scale, ChangesTheReplicasOfAWorkload) {
  ApiHarness api;
  const std::string sets = "/apis/apps/v1/namespaces/default/statefulsets";
  ASSERT_EQ(api.post(sets, R"({"metadata":{"name":"s"},"spec":{"serviceName":"x","selector":{"matchLabels":{"a":"b"}},
    "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})")
                .status,
            201);
  const Heard scale = api.get(sets + "/s/scale");
  EXPECT_EQ(scale.at("kind"), "Scale");
  EXPECT_EQ(scale.at("status.selector"), "a=b");
  EXPECT_EQ(api.merge(sets + "/s/scale", R"({"spec":{"replicas":3}})").status, 200);
  EXPECT_EQ(json::find(api.get(sets + "/s").body, "spec.replicas")->to_number<int>(), 3);
  EXPECT_EQ(api.put(sets + "/s/scale", json::serialize(scale.body)).status, 409) << "the revision is stale";
  EXPECT_EQ(api.merge(sets + "/s/scale", R"({"spec":{"replicas":-1}})").status, 422);
  EXPECT_EQ(api.get("/api/v1/namespaces/default/configmaps/a/scale").status, 404);
}

TEST(Routing, SaysWhatItDoesNotServe) {
  ApiHarness api;
  EXPECT_EQ(api.get("/api/v1/nopes").status, 404);
  EXPECT_EQ(api.get("/apis/foo/v1/nopes").status, 404);
  EXPECT_EQ(api.get(under(kMaps, "a/log")).status, 404);
  EXPECT_EQ(api.post(under(kMaps, "a"), "{}").status, 405);
  EXPECT_EQ(api.send(api.request("GET", kMaps, {}, {}, "text/plain")).status, 406);
  EXPECT_EQ(api.send(api.request("POST", kMaps, "{}", "text/html")).status, 415);
}

TEST(Discovery, ListsKindsInBothForms) {
  ApiHarness api;
  const auto aggregated = api.send(api.request(
      "GET", "/apis", {}, {}, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"));
  EXPECT_EQ(aggregated.at("kind"), "APIGroupDiscoveryList");
  EXPECT_EQ(api.get("/apis").at("kind"), "APIGroupList");
  EXPECT_EQ(api.get("/api/v1").at("kind"), "APIResourceList");
  EXPECT_EQ(api.get("/apis/apps").at("preferredVersion.version"), "v1");
  EXPECT_NE(json::find(api.get("/openapi/v3").body, "paths"), nullptr);
  const Heard document = api.get("/openapi/v3/api/v1");
  EXPECT_EQ(document.at("openapi"), "3.0.0");
}

TEST(Requests, AreCounted) {
  ApiHarness api;
  api.get(kMaps);
  api.get(kMaps);
  api.post(kMaps, named("a"));
  const auto counts = api.api.counts();
  EXPECT_EQ(counts.at({"list", "configmaps", "test"}), 2U);
  EXPECT_EQ(counts.at({"create", "configmaps", "test"}), 1U);
}

}  // namespace
}  // namespace rotor::apiserver
