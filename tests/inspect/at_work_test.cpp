// Whether a Rotor works where the objects are, by its Leases and by what was written.
#include "inspect/at_work.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inspect/text.hpp"
#include "kube/leader/work.hpp"
#include "tests/inspect/shop.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Noon is when it is looked at; all that shop holds was written before.
kube::Lease lease(std::string name, std::string renewed, std::string holder = "rotor-1", std::string ns = "") {
  kube::Lease out;
  out.metadata.ns = "rotor-system";
  out.metadata.name = std::move(name);
  out.metadata.annotations[std::string(kube::kWorkAnnotation)] =
      kube::write_work({.namespaces = kube::Namespaces(std::move(ns)), .instances = true});
  out.spec = {.holder_identity = std::move(holder), .lease_duration_seconds = 15, .renew_time = std::move(renewed)};
  return out;
}

std::string said(std::vector<kube::Lease> leases) {
  inspect::Cluster cluster = cluster_of(all_well());
  cluster.leases = std::move(leases);
  return inspect::nobody_works(cluster);
}

struct WorkCase {
  const char* name;
  std::vector<kube::Lease> leases;
  const char* says;  // empty: nothing
};
void PrintTo(const WorkCase& c, std::ostream* out) { *out << c.name; }

class NobodyWorks : public testing::TestWithParam<WorkCase> {};

TEST_P(NobodyWorks, IsSaidOnlyWhereItIsSure) {
  const std::string says = GetParam().says;
  if (says.empty()) {
    EXPECT_EQ(said(GetParam().leases), "");
  } else {
    EXPECT_THAT(said(GetParam().leases), HasSubstr(says));
  }
}
INSTANTIATE_TEST_SUITE_P(
    Cases, NobodyWorks,
    testing::Values(
        WorkCase{"NoLease", {}, ""}, WorkCase{"Held", {lease("a", "2026-05-01T11:59:55Z")}, ""},
        WorkCase{"RunOut",
                 {lease("a", "2026-05-01T11:50:00Z")},
                 "no Rotor works in namespace shop: Lease rotor-system/a was last renewed at 2026-05-01T11:50:00Z"},
        WorkCase{"GivenBack", {lease("a", "2026-05-01T11:50:00Z", "")}, "a was given back at 2026-05-01T11:50:00Z"},
        WorkCase{"JustGivenBack", {lease("a", "2026-05-01T11:59:00Z", "")}, ""},
        WorkCase{"ByAClockThatIsAMinuteOff", {lease("a", "2026-05-01T11:58:30Z")}, ""},
        WorkCase{"WithoutATime", {lease("a", "")}, ""},
        WorkCase{"AnotherTookOver", {lease("a", "2026-05-01T11:50:00Z"), lease("b", "2026-05-01T11:59:55Z")}, ""},
        WorkCase{"AnotherIsElsewhere",
                 {lease("a", "2026-05-01T11:50:00Z"), lease("b", "2026-05-01T11:59:55Z", "rotor-2", "farm")},
                 "namespace shop"},
        WorkCase{"OfAnotherNamespace", {lease("a", "2026-05-01T11:50:00Z", "", "farm")}, ""},
        WorkCase{"WrittenSinceByOneWithoutALease", {lease("a", "2026-05-01T10:00:00Z")}, ""}),
    [](const auto& i) { return i.param.name; });

TEST(NobodyWorksText, StandsInStatusAndWhyAndTheirDocuments) {
  inspect::Cluster cluster = cluster_of(all_well());
  cluster.leases = {lease("a", "2026-05-01T11:50:00Z")};
  const auto graph = inspect::make_graph(cluster);
  EXPECT_FALSE(graph.well());
  const std::string text = inspect::status_text(graph).str();
  EXPECT_THAT(text, HasSubstr("kubectl -n rotor-system get deployment,pod -l app.kubernetes.io/name=rotor"));
  EXPECT_THAT(text, HasSubstr("what is shown was well, and is no more looked after\n"));
  EXPECT_TRUE(inspect::status_document(graph).contains("idle"));
  const auto answer = inspect::explain(graph, kSecretId);
  EXPECT_FALSE(answer.well);
  EXPECT_THAT(inspect::why_text(graph, answer).str(), HasSubstr("no Rotor works in namespace shop"));
  EXPECT_FALSE(inspect::status_document(graph_of(all_well())).contains("idle"));
}

}  // namespace
}  // namespace rotor::test
