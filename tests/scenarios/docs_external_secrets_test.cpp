// docs/external-secrets.md shows what works: its manifests are applied, and what it says of messages is complete.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/core/namespace.hpp"
#include "api/core/secret.hpp"
#include "api/externalsecrets/cluster_external_secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "json/yaml.hpp"
#include "secrets/ending.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

const std::string& page() {
  static const std::string kPage = read_file(source_path("docs/external-secrets.md"));
  return kPage;
}

std::vector<std::string> fences(const std::string& info) {
  std::vector<std::string> found;
  const std::string begin = "\n```" + info + "\n";
  for (auto at = page().find(begin); at != std::string::npos; at = page().find(begin, at)) {
    at += begin.size();
    found.push_back(page().substr(at, page().find("```", at) - at));
  }
  return found;
}

std::vector<json::Value> manifests() {
  std::vector<json::Value> all;
  for (const std::string& text : fences("yaml")) {
    auto stream = json::parse_yaml_stream(text);
    EXPECT_TRUE(stream) << text;
    for (auto& document : *stream) all.push_back(std::move(document.value));
  }
  return all;
}

kube::Resource resource_of(const json::Value& object) {
  static const std::vector<kube::Resource> kAll = {kube::kResource<api::Namespace>, kube::kResource<api::Secret>,
                                                   kube::kResource<api::es::ExternalSecret>,
                                                   kube::kResource<api::es::ClusterExternalSecret>};
  for (const kube::Resource& one : kAll) {
    if (one.kind == json::find_string(object, "kind")) return one;
  }
  throw std::runtime_error("the page has a kind that its test does not know");
}

json::Object fake_store() {
  const auto values = json::parse_yaml(fences("yaml values").at(0));
  json::Array data;
  for (const auto& member : values.value().as_object()) {
    std::string value = member.value().is_string() ? std::string(member.value().as_string())
                                                   : std::string(json::serialize(member.value()));
    data.push_back(json::Object{{"key", member.key()}, {"value", value}});
  }
  return {{"provider", {{"fake", {{"data", std::move(data)}}}}}};
}

class ExternalSecretsPage : public testing::Test {
 protected:
  void apply_all() {
    const auto all = manifests();
    for (const bool namespaces : {true, false}) {
      for (const json::Value& object : all) {
        const kube::Resource resource = resource_of(object);
        if ((resource.kind == "Namespace") == namespaces) world.create(resource, json::serialize(object));
      }
      if (!namespaces) continue;
      const json::Value in_shop{{"metadata", {{"name", "store"}, {"namespace", "shop"}}}, {"spec", fake_store()}};
      const json::Value everywhere{{"metadata", {{"name", "company"}}}, {"spec", fake_store()}};
      world.create(kube::kResource<api::es::SecretStore>, json::serialize(in_shop));
      world.create(kube::kResource<api::es::ClusterSecretStore>, json::serialize(everywhere));
    }
  }
  std::string ready(const json::Value& object) {
    const auto now = world.get(resource_of(object), {std::string(json::find_string(object, "metadata.namespace")),
                                                     std::string(json::find_string(object, "metadata.name"))});
    const json::Value* conditions = json::find(now, "status.conditions");
    if (conditions == nullptr || conditions->as_array().empty()) return "";
    return std::string(json::find_string(conditions->at(0), "status"));
  }
  // key=value of a Secret, in the order of the keys.
  std::string data_of(const std::string& ns, const std::string& name) {
    const auto body = world.get(kube::kResource<api::Secret>, {ns, name});
    if (body.is_null()) return "";
    const auto secret = json::read<api::Secret>(json::serialize(body)).value();
    std::string out;
    for (const auto& [key, value] : secret.data) {
      out += fmt::format("{}{}={}", out.empty() ? "" : " ", key, value.reveal());
    }
    return out;
  }

  SecretsWorld world;
};

TEST_F(ExternalSecretsPage, ShowsManifestsThatWork) {
  apply_all();
  world.start_operator();
  std::size_t reporting = 0;
  for (const json::Value& object : manifests()) {
    if (!json::find_string(object, "kind").ends_with("ExternalSecret")) continue;
    ++reporting;
    const std::string name(json::find_string(object, "metadata.name"));
    world.until(name + " to be Ready", [&] { return ready(object) == "True"; });
  }
  EXPECT_GE(reporting, 8U);
  world.until("the last Secret", [this] { return !data_of("reports", "registry").empty(); });
  world.until("the merged Secret", [this] { return data_of("shop", "mail").contains("token"); });
  EXPECT_EQ(data_of("shop", "database"), "mail-token=m41l password=p4ss signing-key=signing key username=app");
  EXPECT_EQ(data_of("shop", "database-env"), "DB_HOST=db.shop.svc DB_PASSWORD=p4ss DB_USER=app");
  EXPECT_EQ(data_of("shop", "everything"),
            R"(database.json={"user":"app","password":"p4ss","host":"db.shop.svc"} mail.json={"token":"m41l"} )"
            "signing-key.json=c2lnbmluZyBrZXk=");
  EXPECT_EQ(data_of("shop", "database-url"), "url=postgres://app:p4ss@db.shop.svc/shop");
  EXPECT_EQ(data_of("shop", "mail"), "sender=shop@example.com token=m41l");
  EXPECT_EQ(data_of("shop", "registry"), "password=r0b0t user=robot");
}

TEST_F(ExternalSecretsPage, ExplainsEveryMessageOfTheReadyCondition) {
  for (int i = 0; i <= static_cast<int>(secrets::Ending::kOvertaken); ++i) {
    const auto words = secrets::ready_words(static_cast<secrets::Ending>(i));
    if (words.message.empty()) continue;
    EXPECT_TRUE(page().contains(fmt::format("| {} | `{}` |", words.ready ? "True" : "False", words.message)))
        << words.message;
  }
}

}  // namespace
}  // namespace rotor::test
