// Whoever compares an object by the descriptions of api/ matches list items as the API server does: the keys in the
// descriptions are those of its own schemas.
#include <gtest/gtest.h>

#include "api/apps/stateful_set.hpp"
#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "api/core/service.hpp"
#include "api/core/service_account.hpp"
#include "api/networking/network_policy.hpp"
#include "api/policy/disruption_budget.hpp"
#include "api/rbac/role.hpp"
#include "apiserver/schema/schema.hpp"
#include "json/list_keys.hpp"

namespace rotor::apiserver::schema {
namespace {

using Keys = std::vector<std::string>;

Keys sorted_keys(const json::FieldRules& rules) {
  const std::vector<std::string_view> keys = json::list_keys(rules);
  Keys out(keys.begin(), keys.end());
  std::ranges::sort(out);
  return out;
}

Keys sorted_keys(const Schema& list) {
  Keys out = list.list_type == ListType::kMap ? list.list_keys : Keys();
  std::ranges::sort(out);
  return out;
}

// The lists that were seen, so that a walk that goes nowhere is noticed.
int compare(const json::Type& type, const Schema& schema, const std::string& path);

int compare_field(const json::Field& field, const Schema& schema, const std::string& path) {
  const auto property = schema.properties.find(field.name);
  if (property == schema.properties.end() || property->second.schema == nullptr) {
    ADD_FAILURE() << path << " is not in the API server's schema";
    return 0;
  }
  const Schema& there = *property->second.schema;
  const json::Type& type = json::unwrapped(field.type());
  if (there.kind != Kind::kList) return compare(type, there, path);
  EXPECT_EQ(sorted_keys(field.rules), sorted_keys(there)) << path;
  const bool described = type.shape == json::Shape::kList && there.items && there.items->schema != nullptr;
  return 1 + (described ? compare(json::unwrapped(type.element()), *there.items->schema, path + "[]") : 0);
}

int compare(const json::Type& type, const Schema& schema, const std::string& path) {
  int lists = 0;
  if (type.shape != json::Shape::kStruct) return lists;
  for (const json::Field& field : type.fields) {
    lists += field.name.empty() ? compare(json::unwrapped(field.type()), schema, path)
                                : compare_field(field, schema, path + "." + std::string(field.name));
  }
  return lists;
}

struct DescribedKind {
  kube::Resource resource;
  const json::Type& (*description)();
  int lists;  // at least
};
class DescribedLists : public testing::TestWithParam<DescribedKind> {};

TEST_P(DescribedLists, HaveTheKeysThatTheApiServerMatchesBy) {
  const DescribedKind& kind = GetParam();
  const KindSchemaPtr schema = builtin(kind.resource.api_version(), kind.resource.kind);
  ASSERT_NE(schema, nullptr);
  EXPECT_GE(compare(kind.description(), schema->whole(), std::string(kind.resource.kind)), kind.lists);
}

template <class T>
DescribedKind described(int lists) {
  return {kube::kResource<T>, &json::type_of<T>, lists};
}

INSTANTIATE_TEST_SUITE_P(Kinds, DescribedLists,
                         testing::Values(described<api::StatefulSet>(30), described<api::Pod>(30),
                                         described<api::Service>(4), described<api::ServiceAccount>(5),
                                         described<api::ConfigMap>(3), described<api::Secret>(3),
                                         described<api::Role>(7), described<api::RoleBinding>(4),
                                         described<api::NetworkPolicy>(10), described<api::PodDisruptionBudget>(5)),
                         [](const auto& kind) { return std::string(kind.param.resource.kind); });

}  // namespace
}  // namespace rotor::apiserver::schema
