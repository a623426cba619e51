#include "secrets/cluster/selection.hpp"

#include <gtest/gtest.h>

namespace rotor::secrets::cluster {
namespace {

using api::es::ClusterExternalSecretSpec;

ClusterExternalSecretSpec spec_of(const std::string& members) {
  auto spec = json::read<ClusterExternalSecretSpec>(R"({"externalSecretSpec":{},)" + members + "}");
  EXPECT_TRUE(spec) << spec.error().message;
  return *std::move(spec);
}

struct Chooses {
  std::string_view what;
  std::string spec;
  std::string expected;  // of a, b, c and d
};
class Selection : public testing::TestWithParam<Chooses> {};

// Row 179: everything that chooses is joined, and a namespace counts once.
TEST_P(Selection, IsTheUnionOfEverythingThatChooses_Row179) {
  const std::map<std::string, kube::StringMap> namespaces = {
      {"a", {{"team", "a"}, {"env", "prod"}}}, {"b", {{"team", "b"}}}, {"c", {{"env", "dev"}}}, {"d", {}}};
  const auto spec = spec_of(GetParam().spec);
  ASSERT_TRUE(check_selection(spec));
  std::string got;
  for (const auto& [name, labels] : namespaces) {
    if (selects(spec, name, labels)) got += name;
  }
  EXPECT_EQ(got, GetParam().expected) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Selection,
    testing::Values(
        Chooses{"nothing chooses nothing", R"("refreshTime":"1h")", ""},
        Chooses{"an empty list chooses nothing", R"("namespaceSelectors":[],"namespaces":[])", ""},
        Chooses{"the empty selector chooses all", R"("namespaceSelector":{})", "abcd"},
        Chooses{"null chooses nothing", R"("namespaceSelector":null)", ""},
        Chooses{"one selector", R"("namespaceSelector":{"matchLabels":{"team":"a"}})", "a"},
        Chooses{"all parts of a selector must hold", R"("namespaceSelector":{"matchLabels":{"team":"a","env":"dev"}})",
                ""},
        Chooses{"selectors are joined",
                R"("namespaceSelectors":[{"matchLabels":{"team":"a"}},{"matchLabels":{"team":"b"}}])", "ab"},
        Chooses{"In",
                R"("namespaceSelectors":[{"matchExpressions":[{"key":"team","operator":"In","values":["a","b"]}]}])",
                "ab"},
        Chooses{"NotIn chooses those without the label as well",
                R"("namespaceSelectors":[{"matchExpressions":[{"key":"team","operator":"NotIn","values":["a"]}]}])",
                "bcd"},
        Chooses{"Exists", R"("namespaceSelectors":[{"matchExpressions":[{"key":"env","operator":"Exists"}]}])", "ac"},
        Chooses{"DoesNotExist",
                R"("namespaceSelectors":[{"matchExpressions":[{"key":"env","operator":"DoesNotExist"}]}])", "bd"},
        Chooses{"names, one of them of no namespace", R"("namespaces":["d","nowhere"])", "d"},
        Chooses{"all three together",
                R"("namespaceSelector":{"matchLabels":{"team":"a"}},"namespaceSelectors":[{"matchLabels":{"team":"a"}},
                {"matchLabels":{"env":"dev"}}],"namespaces":["a","d"])",
                "acd"}));

struct Refused {
  std::string spec;
  std::string_view message;
};
class SelectionMistake : public testing::TestWithParam<Refused> {};

TEST_P(SelectionMistake, IsNamedByItsField) {
  const auto checked = check_selection(spec_of(GetParam().spec));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SelectionMistake,
    testing::Values(
        Refused{R"("namespaceSelector":{"matchExpressions":[{"key":"team","operator":"in","values":["a"]}]})",
                R"(spec.namespaceSelector.matchExpressions[0].operator "in": use In, NotIn, Exists or DoesNotExist)"},
        Refused{R"("namespaceSelectors":[{},{"matchExpressions":[{"key":"team","operator":"NotIn"}]}])",
                "spec.namespaceSelectors[1].matchExpressions[0].values: NotIn needs at least one"},
        Refused{R"("namespaceSelectors":[{"matchExpressions":[{"key":"team","operator":"Exists","values":["a"]}]}])",
                "spec.namespaceSelectors[0].matchExpressions[0].values: Exists takes none; leave them out"},
        Refused{R"("namespaceSelectors":[{"matchExpressions":[{"key":"a b","operator":"DoesNotExist"}]}])",
                R"(spec.namespaceSelectors[0].matchExpressions[0].key: "a b" is no label)"},
        Refused{R"("namespaceSelectors":[{"matchExpressions":[{"key":"a","operator":"NotIn","values":["x y"]}]}])",
                R"(spec.namespaceSelectors[0].matchExpressions[0].values: no label can have the value "x y")"},
        Refused{R"("namespaceSelector":{"matchLabels":{"team":"a/b"}})",
                R"(spec.namespaceSelector.matchLabels: no label can have the value "a/b")"}));

TEST(SelectionMistake, IsNoneInNamesThatKubernetesTakes) {
  EXPECT_TRUE(check_selection(spec_of(
      R"("namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"a","App_1.x":"","a.b-c/D":"X_y.z-1"}})")));
}

}  // namespace
}  // namespace rotor::secrets::cluster
