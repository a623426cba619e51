#include "apiserver/http/request.hpp"

#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"

namespace rotor::apiserver {
namespace {

std::string shown(std::string_view path) {
  const auto p = parse_resource_path(split_path(path));
  if (!p) return "none";
  return p->group + "|" + p->version + "|" + p->ns + "|" + p->resource + "|" + p->name + "|" + p->subresource +
         (p->watch ? "|watch" : "");
}

TEST(ResourcePath, IsReadFromThePath) {
  EXPECT_EQ(shown("/api/v1/secrets"), "|v1||secrets||");
  EXPECT_EQ(shown("/api/v1/namespaces/n/secrets/s"), "|v1|n|secrets|s|");
  EXPECT_EQ(shown("/api/v1/namespaces/n"), "|v1||namespaces|n|");
  EXPECT_EQ(shown("/api/v1/namespaces/n/status"), "|v1||namespaces|n|status");
  EXPECT_EQ(shown("/apis/apps/v1/namespaces/n/statefulsets/s/status"), "apps|v1|n|statefulsets|s|status");
  EXPECT_EQ(shown("/apis/apps/v1/watch/statefulsets"), "apps|v1||statefulsets|||watch");
  EXPECT_EQ(shown("/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aa"),
            "rbac.authorization.k8s.io|v1||clusterroles|system:a|");
  for (const char* path : {"/", "/api", "/api/v1", "/apis/apps", "/apis/apps/v1", "/version"})
    EXPECT_EQ(shown(path), "none") << path;
}

TEST(Negotiation, TakesTheFirstFormItKnows) {
  const auto form = [](std::string_view accept) {
    const auto accepted = negotiate(accept, Query::parse(""));
    return accepted ? static_cast<int>(accepted->form) : -accepted.error().code;
  };
  EXPECT_EQ(form(""), static_cast<int>(Form::kObject));
  EXPECT_EQ(form("application/json;as=Table;v=v1;g=meta.k8s.io,application/json"), static_cast<int>(Form::kTable));
  EXPECT_EQ(form("application/vnd.kubernetes.protobuf,application/json"), static_cast<int>(Form::kObject));
  EXPECT_EQ(form("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"), static_cast<int>(Form::kPartial));
  EXPECT_EQ(form("*/*"), static_cast<int>(Form::kObject));
  EXPECT_EQ(form("text/plain"), -406);
}

TEST(ListRequest, RefusesCombinationsInTheServersWords) {
  const auto refusal = [](std::string_view query, bool watch) {
    const auto request = list_request(Query::parse(query), watch);
    return request ? std::string() : request.error().message;
  };
  EXPECT_EQ(refusal("limit=5&resourceVersion=0", false), "");
  EXPECT_EQ(refusal("sendInitialEvents=true&resourceVersionMatch=NotOlderThan", true), "");
  EXPECT_EQ(
      refusal("sendInitialEvents=true", true),
      R"(ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan)");
  EXPECT_EQ(
      refusal("resourceVersionMatch=Exact", false),
      R"(ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided)");
  EXPECT_EQ(
      refusal("resourceVersionMatch=Foo&resourceVersion=1", false),
      R"(ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", "")");
  EXPECT_EQ(
      parse_revision("abc").error().message,
      R"(invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax)");
}

TEST(Query, DecodesItsParts) {
  const Query query = Query::parse("labelSelector=a%3Db%2Cc+in+(d)&watch&dryRun=All&dryRun=x");
  EXPECT_EQ(query.get("labelSelector"), "a=b,c in (d)");
  EXPECT_TRUE(query.has("watch"));
  EXPECT_FALSE(query.flag("watch"));
  EXPECT_EQ(query.all("dryRun").size(), 2U);
}

TEST(Faults, HitTheRequestsTheyName) {
  Faults faults;
  faults.add({.verb = "update", .resource = "secrets", .skip = 1, .times = 2});
  EXPECT_FALSE(faults.take("get", "secrets", "a"));
  EXPECT_FALSE(faults.take("update", "secrets", "a"));
  EXPECT_TRUE(faults.take("update", "secrets", "a"));
  EXPECT_TRUE(faults.take("update", "secrets", "b"));
  EXPECT_FALSE(faults.take("update", "secrets", "b"));
  faults.add({.times = -1});
  EXPECT_TRUE(faults.take("get", "x", ""));
  EXPECT_TRUE(faults.take("get", "x", ""));
  faults.clear();
  EXPECT_FALSE(faults.take("get", "x", ""));
}

}  // namespace
}  // namespace rotor::apiserver
