// A ClusterExternalSecret "shared" in an API server: the ClusterSecretStore it reads from, namespaces, its children.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/core/namespace.hpp"
#include "api/core/secret.hpp"
#include "api/externalsecrets/cluster_external_secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {

inline constexpr kube::Resource kCes = kube::kResource<api::es::ClusterExternalSecret>;
inline constexpr kube::Resource kEs = kube::kResource<api::es::ExternalSecret>;
inline constexpr kube::Resource kNs = kube::kResource<api::Namespace>;
inline constexpr std::string_view kNsFinalizer = "externalsecrets.external-secrets.io/ces-shared";
inline constexpr std::string_view kTeamA = R"("namespaceSelectors":[{"matchLabels":{"team":"a"}}])";

class ClusterSecrets : public testing::Test {
 protected:
  void begin(secrets::Options options = {}) {
    world.create(kube::kResource<api::es::ClusterSecretStore>, R"({"metadata":{"name":"store"},
      "spec":{"provider":{"fake":{"data":[{"key":"k","value":"v1"},{"key":"k2","value":"v2"}]}}}})");
    world.start_operator(std::move(options));
  }
  void ns(const std::string& name, std::string_view labels = R"({"team":"a"})") {
    world.create(kNs, fmt::format(R"({{"metadata":{{"name":"{}","labels":{}}}}})", name, labels));
  }
  void label(const std::string& name, std::string_view labels) {
    world.merge(kNs, {"", name}, fmt::format(R"({{"metadata":{{"labels":{}}}}})", labels));
  }
  void ces(std::string_view members, const kube::Resource& resource = kCes) {
    world.create(resource, fmt::format(R"({{"metadata":{{"name":"shared"}},"spec":{{"externalSecretSpec":{{
      "secretStoreRef":{{"name":"store","kind":"ClusterSecretStore"}},"target":{{"name":"tgt"}},
      "data":[{{"secretKey":"a","remoteRef":{{"key":"k"}}}}]}},{}}}}})",
                                       members));
  }
  void edit(std::string_view patch) { world.merge(kCes, {"", "shared"}, patch); }

  json::Value child(const std::string& in, const std::string& name = "shared") { return world.get(kEs, {in, name}); }
  bool has_secret(const std::string& in) { return !world.get(kube::kResource<api::Secret>, {in, "tgt"}).is_null(); }
  bool claimed(const std::string& name) {
    const auto object = world.get(kNs, {"", name});
    return json::serialize(object).contains(kNsFinalizer);
  }
  // "True a,b" or "False a b:why"
  std::string standing() {
    const auto object = world.get(kCes, {"", "shared"});
    const json::Value* conditions = json::find(object, "status.conditions");
    if (conditions == nullptr) return "";
    EXPECT_EQ(conditions->as_array().size(), 1U);
    std::string out(json::find_string(conditions->at(0), "status"));
    out += " " + joined(json::find(object, "status.provisionedNamespaces"));
    if (const json::Value* failed = json::find(object, "status.failedNamespaces")) {
      for (const auto& one : failed->as_array()) {
        out += fmt::format(" {}:{}", json::find_string(one, "namespace"), json::find_string(one, "reason"));
      }
    }
    return out;
  }
  void until_standing(std::string_view expected) {
    try {
      world.until(expected, [&] { return standing() == expected; });
    } catch (const std::runtime_error&) {
      FAIL() << "it stands as \"" << standing() << "\", not \"" << expected << "\"";
    }
  }
  // Of namespaces a, b, c, those that have the child / carry the finalizer.
  std::string children(const std::string& name = "shared") {
    return which([&](const std::string& in) { return !child(in, name).is_null(); });
  }
  std::string claims() {
    return which([&](const std::string& in) { return claimed(in); });
  }

  SecretsWorld world;

 private:
  template <class Is>
  static std::string which(Is is) {
    std::string out;
    for (const char* name : {"a", "b", "c"}) {
      if (is(name)) out += name;
    }
    return out;
  }
  static std::string joined(const json::Value* list) {
    std::string out;
    if (list == nullptr) return out;
    for (const auto& one : list->as_array()) out += (out.empty() ? "" : ",") + std::string(one.as_string());
    return out;
  }
};

}  // namespace rotor::test
