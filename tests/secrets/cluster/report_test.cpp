#include "secrets/cluster/report.hpp"

#include <gtest/gtest.h>

#include "kube/client/retry.hpp"
#include "tests/secrets/cluster/samples.hpp"

namespace rotor::secrets::cluster {
namespace {

using namespace std::chrono_literals;
using api::es::FailedNamespace;
using test::sample_parent;
using Kind = Standing::Kind;

Findings found(const std::vector<std::pair<std::string, Standing>>& rows,
               const ClusterExternalSecretStatus& before = {}) {
  Findings findings;
  for (const auto& [ns, standing] : rows) findings.add(ns, before, standing);
  return findings;
}

TEST(ClusterStatus, SaysWhereTheChildrenAre_Row174) {
  const auto status =
      found({{"a", {Kind::kProvisioned}}, {"b", {}}, {"c", {Kind::kProvisioned}}}).status(sample_parent());
  EXPECT_EQ(json::write(status), R"({"externalSecretName":"shared","provisionedNamespaces":["a","c"],)"
                                 R"("conditions":[{"type":"Ready","status":"True"}]})");
}

TEST(ClusterStatus, IsReadyWithoutAWordWhenNothingMatches_Row180) {
  auto parent = sample_parent();
  parent.status.provisioned_namespaces = {"a"};
  parent.status.failed_namespaces = {{"b", "x"}};
  EXPECT_EQ(json::write(found({}).status(parent)),
            R"({"externalSecretName":"shared","conditions":[{"type":"Ready","status":"True"}]})");
}

TEST(ClusterStatus, RemarksThatNothingMatchesOnceItIsSo_Row180) {
  const auto nowhere = found({});
  EXPECT_TRUE(nowhere.newly_nowhere({}));
  auto parent = sample_parent();
  parent.status = nowhere.status(parent);
  EXPECT_FALSE(nowhere.newly_nowhere(parent.status)) << "it was so before";
  parent.status = found({{"a", {Kind::kProvisioned}}}).status(parent);
  EXPECT_TRUE(nowhere.newly_nowhere(parent.status));
  EXPECT_FALSE(found({{"a", {Kind::kProvisioned}}}).newly_nowhere({}));
  EXPECT_FALSE(found({{"a", {Kind::kRaced}}}).newly_nowhere({})) << "what stands there is not known";
}

TEST(ClusterStatus, SaysWhereAndWhyItFailed_Row176) {
  const auto findings =
      found({{"a", {Kind::kFailed, {Code::kAlreadyExists, "occupied"}}}, {"b", {Kind::kProvisioned}}});
  EXPECT_EQ(json::write(findings.status(sample_parent())),
            R"({"externalSecretName":"shared","failedNamespaces":[{"namespace":"a","reason":"occupied"}],)"
            R"("provisionedNamespaces":["b"],"conditions":[{"type":"Ready","status":"False",)"
            R"("message":"one or more namespaces failed"}]})");
}

TEST(ClusterStatus, NamesInItsConditionAChildThatCannotBeRead) {
  const Standing unreadable{Kind::kUnreadable, {Code::kInvalid, "ExternalSecret a/x cannot be read"}};
  const auto findings = found({{"a", unreadable}, {"b", {Kind::kProvisioned}}});
  const auto status = findings.status(sample_parent());
  EXPECT_EQ(status.conditions.front().message, "one or more namespaces failed: ExternalSecret a/x cannot be read");
  EXPECT_EQ(status.failed_namespaces, (std::vector<FailedNamespace>{{"a", "ExternalSecret a/x cannot be read"}}));
  EXPECT_EQ(found({{"a", unreadable}, {"b", unreadable}}).status(sample_parent()).conditions.front().message,
            "one or more namespaces failed: ExternalSecret a/x cannot be read; and 1 more that cannot be read");
}

TEST(ClusterStatus, KeepsWhatWasSaidOfANamespaceThatSomebodyElseWroteTo) {
  ClusterExternalSecretStatus before;
  before.provisioned_namespaces = {"a"};
  before.failed_namespaces = {{"b", "x"}};
  const Standing raced{Kind::kRaced, {Code::kConflict, "changed"}};
  const auto status = found({{"a", raced}, {"b", raced}, {"c", raced}}, before).status(sample_parent());
  EXPECT_EQ(status.provisioned_namespaces, before.provisioned_namespaces);
  EXPECT_EQ(status.failed_namespaces, before.failed_namespaces);
}

TEST(ClusterStatus, OfARefusedSpecKeepsWhatIsThere) {
  auto parent = sample_parent();
  parent.spec.external_secret_name = "other";
  parent.status.external_secret_name = "shared";
  parent.status.provisioned_namespaces = {"a"};
  Findings findings;
  findings.refuse("spec.x: no");
  const auto status = findings.status(parent);
  EXPECT_EQ(status.external_secret_name, "shared");
  EXPECT_EQ(status.provisioned_namespaces, parent.status.provisioned_namespaces);
  EXPECT_EQ(status.failed_namespaces, (std::vector<FailedNamespace>{{"unknown", "spec.x: no"}}));
  EXPECT_EQ(status.conditions.front().status, "False");
  EXPECT_EQ(findings.then(1h).kind, kube::Outcome::Kind::kDone) << "only an edit can help";
}

TEST(ClusterStatus, SaysWhatComesNext) {
  struct Row {
    std::string_view what;
    std::optional<Standing> standing;
    Duration refresh;
    kube::Outcome::Kind kind;
    Duration after = {};
  };
  using To = kube::Outcome::Kind;
  const auto failed = [](Code code) { return Standing{Kind::kFailed, {code, "x"}}; };
  for (const Row& row :
       {Row{"all is well", Standing{Kind::kProvisioned}, 1h, To::kAfter, 1h},
        Row{"all is well, never by time", Standing{Kind::kProvisioned}, 0s, To::kDone},
        Row{"nothing matches", std::nullopt, 2h, To::kAfter, 2h},
        Row{"occupied: its going wakes us", failed(Code::kAlreadyExists), 1h, To::kAfter, 1h},
        Row{"refused", failed(Code::kDenied), 1h, To::kAfter, kube::kAfterRefusal},
        Row{"refused, never by time", failed(Code::kInvalid), 0s, To::kAfter, kube::kAfterRefusal},
        Row{"refused, looked at sooner anyway", failed(Code::kDenied), 1min, To::kAfter, 1min},
        Row{"unreadable: its mending wakes us", Standing{Kind::kUnreadable, {Code::kInvalid, "x"}}, 1h, To::kAfter, 1h},
        Row{"not answered", failed(Code::kUnavailable), 1h, To::kFailed},
        Row{"raced", Standing{Kind::kRaced, {Code::kConflict, "x"}}, 1h, To::kFailed}}) {
    const auto then = found(row.standing ? std::vector<std::pair<std::string, Standing>>{{"a", *row.standing}}
                                         : std::vector<std::pair<std::string, Standing>>{})
                          .then(row.refresh);
    EXPECT_EQ(static_cast<int>(then.kind), static_cast<int>(row.kind)) << row.what;
    EXPECT_EQ(then.after, row.after) << row.what;
  }
}

TEST(ClusterStatus, NamesTheFirstFailuresInOneLine) {
  EXPECT_EQ(summary_of({}), "");
  EXPECT_EQ(summary_of({{"a", "x"}, {"b", "y"}}), "a: x; b: y");
  EXPECT_EQ(summary_of({{"a", "x"}, {"b", "y"}, {"c", "z"}, {"d", "z"}, {"e", "z"}}),
            "a: x; b: y; c: z; and 2 more namespaces");
}

}  // namespace
}  // namespace rotor::secrets::cluster
