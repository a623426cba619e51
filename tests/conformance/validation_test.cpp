// What is refused, and in which words.
#include <gmock/gmock.h>

#include "tests/conformance/server.hpp"

namespace rotor::conformance {
namespace {

using Validation = Conformance;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(Validation, RefusalsAreStatusObjects) {
  const auto answer = raw("GET", ns_path("configmaps/nope"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(compact(&answer.body),
            R"({"apiVersion":"v1","code":404,"details":{"kind":"configmaps","name":"nope"},"kind":"Status",)"
            R"("message":"configmaps \"nope\" not found","metadata":{},"reason":"NotFound","status":"Failure"})");
}

TEST_F(Validation, InvalidObjectsNameTheirCauses) {
  const auto answer = raw("POST", ns_path("configmaps"), config_map("Bad_Name", R"({"b/d":"1"})"));
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(text_at(answer.body, "reason"), "Invalid");
  EXPECT_EQ(text_at(answer.body, "details.kind"), "ConfigMap");
  EXPECT_EQ(text_at(answer.body, "details.name"), "Bad_Name");
  std::vector<std::string> fields;
  for (const Value& cause : json::find(answer.body, "details.causes")->as_array()) {
    EXPECT_EQ(text_at(cause, "reason"), "FieldValueInvalid");
    fields.push_back(text_at(cause, "field"));
  }
  EXPECT_THAT(fields, ElementsAre("metadata.name", "data[b/d]"));
  EXPECT_THAT(
      text_at(answer.body, "message"),
      HasSubstr(
          R"(ConfigMap "Bad_Name" is invalid: [metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of)"));
}

TEST_F(Validation, NamesAreRequired) {
  const auto made = create(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{}})");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message,
            R"(ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required)");
}

TEST_F(Validation, NamesAndLabelsHaveALimit) {
  const std::string name(254, 'a');
  const std::string value(64, 'b');
  const auto made = create(
      kConfigMaps,
      config_map(name, "{}", R"(,"labels":{")" + name + R"(/a":"","l":")" + value + R"(",")" + value + R"(":""})"));
  ASSERT_FALSE(made);
  const auto says = [](std::string_view field, std::string_view bad, std::string_view why) {
    return std::string(field) + ": Invalid value: \"" + std::string(bad) + "\": " + std::string(why);
  };
  EXPECT_THAT(made.error().message, HasSubstr(says("metadata.name", name, "must be no more than 253 characters")));
  EXPECT_THAT(made.error().message,
              HasSubstr(says("metadata.labels", name + "/a", "prefix part must be no more than 253 bytes")));
  EXPECT_THAT(made.error().message,
              HasSubstr(says("metadata.labels", value, "name part must be no more than 63 bytes")));
  EXPECT_THAT(made.error().message, HasSubstr(says("metadata.labels", value, "must be no more than 63 bytes")));
}

TEST_F(Validation, TheNamespaceMustBeThePathsOwn) {
  const auto made = create(kConfigMaps, config_map("a", "{}", R"(,"namespace":"elsewhere")"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kInvalid);
  EXPECT_EQ(made.error().message,
            "the namespace of the provided object does not match the namespace sent on the request");
}

TEST_F(Validation, TheKindMustBeThePathsOwn) {
  const auto answer =
      raw("POST", ns_path("configmaps"), R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(text_at(answer.body, "reason"), "BadRequest");
}

TEST_F(Validation, BrokenJsonIsABadRequest) {
  const auto answer = raw("POST", ns_path("configmaps"), R"({"apiVersion":"v1","kind":"ConfigMap",)");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(text_at(answer.body, "reason"), "BadRequest");
}

TEST_F(Validation, SecretDataMustBeBase64) {
  const auto made = raw("POST", ns_path("secrets"),
                        R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"k":"***"}})");
  EXPECT_EQ(made.status, 400);
  EXPECT_THAT(text_at(made.body, "message"), HasSubstr("illegal base64 data at input byte 0"));
}

TEST_F(Validation, UnknownFieldsAreDroppedWithAWarningByDefault) {
  const auto answer = raw("POST", "/apis/conformance.rotor.dev/v1/namespaces/" + ns + "/widgets",
                          widget("a", R"({"size":1,"bogus":1,"nested":{"what":2}})"));
  EXPECT_EQ(answer.status, 201);
  EXPECT_THAT(answer.warnings,
              ElementsAre(R"(299 - "unknown field \"spec.bogus\"")", R"(299 - "unknown field \"spec.nested.what\"")"));
  EXPECT_EQ(json::find(answer.body, "spec.bogus"), nullptr);
}

TEST_F(Validation, UnknownFieldsAreRefusedWhenStrict) {
  const auto made = create(kWidgets, widget("a", R"({"size":1,"bogus":1})"), {.field_validation = "Strict"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kInvalid);
  EXPECT_THAT(made.error().message, HasSubstr(R"(strict decoding error: unknown field "spec.bogus")"));
  const auto core = create(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"bogus":1})",
                           {.field_validation = "Strict"});
  ASSERT_FALSE(core);
  EXPECT_THAT(core.error().message, HasSubstr(R"(strict decoding error: unknown field "bogus")"));
}

TEST_F(Validation, UnknownFieldsAreDroppedSilentlyWhenIgnored) {
  const auto answer = raw("POST", ns_path("configmaps") + "?fieldValidation=Ignore",
                          R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"bogus":1})");
  EXPECT_EQ(answer.status, 201);
  EXPECT_THAT(answer.warnings, IsEmpty());
}

TEST_F(Validation, DuplicateFieldsAreRefusedWhenStrict) {
  const auto made =
      create(kConfigMaps,
             R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"},"data":{"x":"2"}})",
             {.field_validation = "Strict"});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr(R"(strict decoding error: duplicate field "data")"));
}

TEST_F(Validation, DefaultsAreFilledIn) {
  const Value w = must(create(kWidgets, widget("a", R"({"size":1,"nested":{}})")));
  EXPECT_EQ(text_at(w, "spec.mode"), "plain");
  EXPECT_EQ(number_at(w, "spec.nested.depth"), 3);
  const Value s = must(create(kStatefulSets, stateful_set("s")));
  EXPECT_EQ(text_at(s, "spec.podManagementPolicy"), "OrderedReady");
  EXPECT_EQ(text_at(s, "spec.template.spec.restartPolicy"), "Always");
  EXPECT_EQ(text_at(s, "spec.updateStrategy.type"), "RollingUpdate");
}

TEST_F(Validation, PreservesWhatASchemaSaysToPreserve) {
  const Value w = must(create(kWidgets, widget("a", R"({"size":1,"free":{"x":{"y":[1]}},"amount":"5"})")));
  EXPECT_EQ(compact(json::find(w, "spec.free")), R"({"x":{"y":[1]}})");
  EXPECT_EQ(text_at(w, "spec.amount"), "5");
}

struct BadWidget {
  const char* name;
  const char* spec;
  const char* says;
};
void PrintTo(const BadWidget& c, std::ostream* out) { *out << c.name; }

class BadSpec : public Conformance, public testing::WithParamInterface<BadWidget> {};
TEST_P(BadSpec, IsRefusedInTheServersWords) {
  const auto made = create(kWidgets, widget("w", GetParam().spec));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kInvalid);
  EXPECT_EQ(made.error().message, std::string(R"(Widget.conformance.rotor.dev "w" is invalid: )") + GetParam().says);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, BadSpec,
    testing::Values(
        BadWidget{"required", "{}", "spec.size: Required value"},
        BadWidget{"type", R"({"size":"1"})",
                  R"(spec.size: Invalid value: "string": spec.size in body must be of type integer: "string")"},
        BadWidget{"minimum", R"({"size":0})",
                  "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"},
        BadWidget{"maximum", R"({"size":11})",
                  "spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10"},
        BadWidget{"enum", R"({"size":1,"color":"blue"})",
                  R"(spec.color: Unsupported value: "blue": supported values: "red", "green")"},
        BadWidget{"pattern", R"({"size":1,"label":"AB"})",
                  R"(spec.label: Invalid value: "AB": spec.label in body should match '^[a-z]+$')"},
        BadWidget{"minLength", R"({"size":1,"label":"a"})",
                  R"(spec.label: Invalid value: "a": spec.label in body should be at least 2 chars long)"},
        BadWidget{"maxLength", R"({"size":1,"label":"abcdef"})", "spec.label: Too long: may not be more than 5 bytes"},
        BadWidget{"format", R"({"size":1,"when":"yesterday"})",
                  R"(spec.when: Invalid value: "yesterday": spec.when in body must be of type date-time: "yesterday")"},
        BadWidget{"maxItems", R"({"size":1,"parts":[{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}]})",
                  "spec.parts: Too many: 4: must have at most 3 items"},
        BadWidget{"required in a list", R"({"size":1,"parts":[{"count":1}]})", "spec.parts[0].name: Required value"},
        BadWidget{"duplicate key", R"({"size":1,"parts":[{"name":"a"},{"name":"a"}]})",
                  R"(spec.parts[1]: Duplicate value: {"name":"a"})"},
        BadWidget{"duplicate in a set", R"({"size":1,"tags":["a","a"]})", R"(spec.tags[1]: Duplicate value: "a")"},
        BadWidget{"minProperties", R"({"size":1,"one":{}})",
                  "spec.one: Invalid value: 0: spec.one in body should have at least 1 properties"},
        BadWidget{"maxProperties", R"({"size":1,"one":{"a":1,"b":2}})",
                  "spec.one: Too many: 2: must have at most 1 item"},
        BadWidget{
            "map value", R"({"size":1,"labels":{"a":1}})",
            R"(spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer")"},
        BadWidget{
            "int or string", R"({"size":1,"amount":true})",
            R"(spec.amount: Invalid value: "boolean": spec.amount in body must be of type integer,string: "boolean")"}));

TEST_F(Validation, AllThatIsWrongIsSaidAtOnce) {
  const auto made = create(kWidgets, widget("w", R"({"size":0,"color":"blue"})"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("is invalid: ["));
  EXPECT_THAT(made.error().message, HasSubstr("spec.size in body should be greater than or equal to 1"));
  EXPECT_THAT(made.error().message, HasSubstr(R"(spec.color: Unsupported value: "blue")"));
}

TEST_F(Validation, UpdatesAreCheckedToo) {
  must(create(kWidgets, widget("w")));
  const auto changed = patch(kWidgets, "w", PatchType::kMerge, R"({"spec":{"size":99}})");
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Code::kInvalid);
  EXPECT_THAT(changed.error().message, HasSubstr("spec.size in body should be less than or equal to 10"));
}

TEST_F(Validation, StatefulSetsRefuseWhatCannotChange) {
  must(create(kStatefulSets, stateful_set("s")));
  const auto changed = patch(kStatefulSets, "s", PatchType::kMerge, R"({"spec":{"serviceName":"other"}})");
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Code::kInvalid);
  EXPECT_THAT(changed.error().message, HasSubstr("spec: Forbidden: updates to statefulset spec for fields other than"));
}

TEST_F(Validation, TokensAreIssuedForServiceAccounts) {
  must(create(kServiceAccounts, R"({"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"sa"}})"));
  const auto token = server->run(
      server->client().request_token(key("sa"), {.audiences = {"sts.example.com"}, .expiration_seconds = 3600}));
  ASSERT_TRUE(token) << token.error().message;
  const std::string_view text = token->token.reveal();
  EXPECT_EQ(std::ranges::count(text, '.'), 2);
  EXPECT_GT(token->expires, std::chrono::system_clock::now() + std::chrono::minutes(50));
  EXPECT_EQ(server->run(server->client().request_token(key("absent"), {})).error().code, Code::kNotFound);
  const auto too_short = server->run(server->client().request_token(key("sa"), {.expiration_seconds = 5}));
  ASSERT_FALSE(too_short);
  EXPECT_THAT(too_short.error().message, HasSubstr("may not specify a duration less than 10 minutes"));
}

TEST_F(Validation, AccessCanBeAskedFor) {
  const Resource reviews{"authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false};
  const Value review = must(create(
      reviews,
      R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"namespace":")" +
          ns + R"(","verb":"get","resource":"secrets"}}})"));
  EXPECT_EQ(compact(json::find(review, "status.allowed")), "true");
}

TEST_F(Validation, StrangersAreUnauthorized) {
  auto config = server->config();
  net::Request request{.url = config.server + ns_path("configmaps")};
  request.headers.push_back({"Authorization", "Bearer wrong"});
  boost::asio::io_context io;
  SystemClock clock;
  auto http = net::make_http_client(io.get_executor(), clock, {.tls = config.tls});
  ASSERT_TRUE(http);
  int status = 0;
  boost::asio::co_spawn(io, (*http)->send(std::move(request)), [&](std::exception_ptr, Result<net::Response> r) {
    if (r) status = r->status;
  });
  while (status == 0 && io.run_one() > 0) {
  }
  EXPECT_EQ(status, 401);
}

TEST_F(Validation, TheServerSaysItsVersionAndThatItIsReady) {
  EXPECT_THAT(text_at(raw("GET", "/version").body, "gitVersion"), testing::StartsWith("v1."));
  EXPECT_EQ(raw("GET", "/readyz").status, 200);
  EXPECT_EQ(text_at(raw("GET", "/api/v1").body, "kind"), "APIResourceList");
  EXPECT_EQ(text_at(raw("GET", "/apis/conformance.rotor.dev").body, "preferredVersion.version"), "v1");
}

}  // namespace
}  // namespace rotor::conformance
