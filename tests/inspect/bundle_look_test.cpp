// What `rotor support-bundle` asks an API server, and that no value is in what comes of it.
#include "inspect/bundle_look.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/crds.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/fakes/strict_client.hpp"

namespace rotor::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class Bundled final : public StrictClient {
 public:
  std::map<std::string, std::string, std::less<>> items{};  // plural → JSON, with commas
  std::set<std::string, std::less<>> denied{};
  std::set<std::string, std::less<>> asked{};  // "namespace/plural?selector"

  Task<Result<kube::ListPage>> list_page(kube::Resource resource, std::string ns, kube::ListOptions options,
                                         std::string) override {
    const std::string plural(resource.plural);
    asked.insert(ns + "/" + plural + (options.label_selector.empty() ? "" : "?" + options.label_selector));
    if (plural == "secrets" && !options.metadata_only) throw std::logic_error("a look at the values of Secrets");
    if (denied.contains(plural)) co_return fail(Code::kDenied, "may not list " + plural);
    const auto found = items.find(plural);
    co_return kube::ListPage{SecretBytes(R"({"items":[)" + (found == items.end() ? "" : found->second) + "]}"), "1",
                             ""};
  }
  Task<Result<SecretBytes>> get(kube::Resource resource, kube::Key) override {
    if (resource.plural != "serviceaccounts") throw std::logic_error("a read of " + std::string(resource.plural));
    co_return SecretBytes("{}");
  }

  Task<Result<SecretBytes>> create(kube::Resource resource, std::string, SecretBytes, kube::WriteOptions) override {
    if (resource.group != "authorization.k8s.io") throw std::logic_error("a write");
    co_return SecretBytes(R"({"status":{"allowed":true}})");
  }
};

class Texts final : public kube::TextReader {
 public:
  std::map<std::string, std::string, std::less<>> by_path{};
  std::vector<std::string> asked{};
  Code failure = Code::kDenied;

  Task<Result<std::string>> read(std::string path) override {
    asked.push_back(path);
    const auto found = by_path.find(path);
    if (found == by_path.end()) co_return fail(failure, "not to be had");
    co_return found->second;
  }
};

constexpr std::string_view kPods = "/api/v1/namespaces/rotor-system/pods/";
constexpr std::string_view kTail = "/log?container=rotor&tailLines=5000&limitBytes=4194304&timestamps=true";

class SupportBundle : public testing::Test {
 protected:
  SupportBundle() {
    for (const std::string& crd : api::crds()) put("customresourcedefinitions", crd);
    texts.by_path["/version"] = R"({"gitVersion":"v1.36.3"})";
    texts.by_path[std::string(kPods) + "rotor-0" + std::string(kTail)] = "a line of the log\n";
    texts.by_path[std::string(kPods) + "http%3Arotor-0%3A8080/proxy/metrics"] = "workqueue_depth 3\n";
    put("deployments", R"({"metadata":{"name":"rotor","namespace":"rotor-system"},"spec":{"template":{"spec":{
      "serviceAccountName":"rotor","containers":[{"name":"rotor","image":"rotor:0.1.0",
      "env":[{"name":"X","value":"canary"}]}]}}}})");
    put("pods",
        R"({"metadata":{"name":"rotor-0","namespace":"rotor-system","annotations":{"a":"canary"}},"spec":{"containers":[
      {"name":"rotor","image":"rotor:0.1.0","ports":[{"name":"metrics","containerPort":8080}],
       "env":[{"name":"X","value":"canary"}]}]},"status":{"phase":"Running"}})");
    put("leases", R"({"metadata":{"name":"external-secrets-controller"},"spec":{"holderIdentity":"rotor-0_1"}})");
    put("secrets",
        R"({"metadata":{"name":"keys","namespace":"shop","annotations":{"note":"canary"}},"data":{"k":"canary"}})");
    put("secretstores",
        R"({"kind":"SecretStore","metadata":{"name":"store","namespace":"shop"},"spec":{"provider":{"fake":
      {"data":[{"key":"k","value":"canary"}]}}},"status":{"conditions":[{"type":"Ready","status":"True","reason":"Valid",
      "message":"store validated"}]}})");
    put("externalsecrets",
        R"({"kind":"ExternalSecret","metadata":{"name":"keys","namespace":"shop"},"spec":{"secretStoreRef":
      {"name":"store"},"target":{"name":"keys","template":{"data":{"c":"canary"}}}},"status":{"conditions":[{"type":"Ready",
      "status":"False","reason":"SecretSyncedError","message":"could not get secret data from provider"}]}})");
    put("openclawinstances",
        R"({"kind":"OpenClawInstance","metadata":{"name":"agent","namespace":"shop"},"spec":{"env":[
      {"name":"T","value":"canary"}],"config":{"raw":{"token":"canary"}}}})");
    put("events", event("external-secrets", "ExternalSecret", "keys", "shop", "the store has no key openai"));
    put("events", event("somebody", "ExternalSecret", "keys", "shop", "canary"));
    put("events", event("somebody", "Pod", "unrelated", "shop", "canary"));
    put("events", event("default-scheduler", "Pod", "rotor-0", "rotor-system", "assigned"));
  }
  static std::string event(std::string_view from, std::string_view kind, std::string_view name, std::string_view ns,
                           std::string_view message) {
    return json::serialize(
        json::Object{{"metadata", json::Object{{"name", from}, {"namespace", ns}}},
                     {"involvedObject", json::Object{{"kind", kind}, {"namespace", ns}, {"name", name}}},
                     {"source", json::Object{{"component", from}}},
                     {"type", "Warning"},
                     {"reason", "UpdateFailed"},
                     {"message", message},
                     {"lastTimestamp", "2026-05-01T11:00:00Z"}});
  }
  void put(const std::string& plural, const std::string& object) {
    std::string& all = client.items[plural];
    all += (all.empty() ? "" : ",") + object;
  }
  Result<inspect::BundleContent> look(std::string ns = "") {
    inspect::BundleOptions options{
        .version = "0.1.0",
        .server = "https://server",
        .doctor = {
            .ns = std::move(ns), .operator_namespace = "rotor-system", .providers = {"fake"}, .features = {"secrets"}}};
    return loop_.run(inspect::gather_bundle({client, texts, elsewhere, clock_}, std::move(options)));
  }
  static std::string file(const inspect::BundleContent& content, std::string_view name) {
    for (const inspect::BundleFile& file : content.files) {
      if (file.name == name) return file.content;
    }
    return "";
  }

  Bundled client;
  Texts texts;
  kube::TextReader* elsewhere = nullptr;

 private:
  SystemClock clock_;
  Loop loop_;
};

TEST_F(SupportBundle, HoldsNoValueThatIsAnywhereInTheCluster) {
  const auto content = look();
  ASSERT_TRUE(content);
  EXPECT_GT(content->files.size(), 12U);
  for (const inspect::BundleFile& file : content->files) {
    EXPECT_THAT(file.content, Not(HasSubstr("canary"))) << file.name;
    EXPECT_FALSE(file.content.empty()) << file.name;
  }
  EXPECT_THAT(content->missing, testing::IsEmpty());
}

TEST_F(SupportBundle, HoldsWhatIsNeededToHelp) {
  const auto content = look();
  ASSERT_TRUE(content);
  EXPECT_EQ(content->files.front().name, "README.txt");
  const std::vector<std::pair<const char*, const char*>> expected = {
      {"versions.json", "v1.36.3"},
      {"versions.json", "storedVersions"},
      {"status.txt", "SecretStore shop/store"},
      {"status.json", "ExternalSecret shop/keys fails: the store has no key openai"},
      {"doctor.txt", "in the way of Rotor"},
      {"events.json", "the store has no key openai"},
      {"objects/secretstores.external-secrets.io.json", "store validated"},
      {"objects/externalsecrets.external-secrets.io.json", "SecretSyncedError"},
      {"objects/openclawinstances.openclaw.rocks.json", "agent"},
      {"rotor/deployments.json", "rotor:0.1.0"},
      {"rotor/pods.json", "rotor-0"},
      {"rotor/leases.json", "rotor-0_1"},
      {"rotor/events.json", "assigned"},
      {"rotor/metrics/rotor-0.txt", "workqueue_depth 3"},
      {"rotor/logs/rotor-0.log", "a line of the log"},
  };
  for (const auto& [name, part] : expected) EXPECT_THAT(file(*content, name), HasSubstr(part)) << name;
  for (const inspect::BundleFile& one : content->files) {
    if (one.name != "README.txt") EXPECT_THAT(content->files.front().content, HasSubstr(one.name));
  }
  EXPECT_THAT(file(*content, "events.json"), Not(HasSubstr("unrelated"))) << "pods that no secret passes";
}

TEST_F(SupportBundle, LooksAtOneNamespaceAndAtRotorsOwn) {
  ASSERT_TRUE(look("shop"));
  EXPECT_THAT(client.asked, Contains("shop/externalsecrets"));
  EXPECT_THAT(client.asked, Not(Contains("/externalsecrets")));
  EXPECT_THAT(client.asked, Contains("/clustersecretstores"));
  EXPECT_THAT(client.asked, Contains("rotor-system/pods?app.kubernetes.io/name=rotor"));
}

TEST_F(SupportBundle, SaysWhatCouldNotBeHadAndKeepsTheRest) {
  texts.by_path.erase(std::string(kPods) + "http%3Arotor-0%3A8080/proxy/metrics");
  texts.by_path.erase(std::string(kPods) + "rotor-0" + std::string(kTail));
  client.denied = {"leases", "openclawinstances", "secrets"};
  const auto content = look();
  ASSERT_TRUE(content);
  EXPECT_THAT(content->missing, Contains(HasSubstr("metrics of pod rotor-0 (--metrics-url")));
  EXPECT_THAT(content->missing, Contains("its log of pod rotor-0: not to be had"));
  EXPECT_THAT(content->missing, Contains(HasSubstr("openclawinstances.openclaw.rocks: may not list")));
  EXPECT_THAT(content->missing, Contains(HasSubstr("the Leases in rotor-system: may not list leases")));
  EXPECT_THAT(content->files.front().content, HasSubstr("may not list leases"));
  EXPECT_THAT(file(*content, "objects/secretstores.external-secrets.io.json"), HasSubstr("store"));
}

TEST_F(SupportBundle, SaysThatRotorIsNotWhereItWasLookedFor) {
  client.items.erase("deployments");
  client.items.erase("pods");
  const auto content = look();
  ASSERT_TRUE(content);
  EXPECT_THAT(content->missing, Contains(HasSubstr("none in rotor-system has the label app.kubernetes.io/name=rotor")));
}

TEST_F(SupportBundle, TakesMetricsFromWhereItIsTold) {
  Texts given;
  given.by_path[""] = "workqueue_depth 9\n";
  elsewhere = &given;
  const auto content = look();
  ASSERT_TRUE(content);
  EXPECT_EQ(file(*content, "rotor/metrics.txt"), "workqueue_depth 9\n");
  EXPECT_THAT(texts.asked, Not(Contains(HasSubstr("proxy"))));
}

TEST_F(SupportBundle, IsNoneWithoutAServer) {
  texts.by_path.clear();
  texts.failure = Code::kUnavailable;
  const auto content = look();
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, Code::kUnavailable);
  EXPECT_THAT(content.error().message, testing::StartsWith("https://server: "));
}

}  // namespace
}  // namespace rotor::test
