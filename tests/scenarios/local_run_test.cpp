// What `rotor run` adds to the controllers: manifests that are followed, and a word on what fails.
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/time.hpp"
#include "kube/events/event.hpp"
#include "local/manifests/manifest_sync.hpp"
#include "local/news.hpp"
#include "tests/local/scratch_folder.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

// The timeline of a run, in memory.
class Said {
 public:
  Said() : stream_(open_memstream(&text_, &size_)) {}
  ~Said() {
    std::fclose(stream_);
    std::free(text_);  // NOLINT(cppcoreguidelines-no-malloc): as open_memstream wants it
  }
  Said(const Said&) = delete;
  Said& operator=(const Said&) = delete;
  std::FILE* stream() { return stream_; }
  int count(std::string_view part) {
    std::fflush(stream_);
    const std::string_view all(text_, size_);
    int times = 0;
    for (auto at = all.find(part); at != std::string_view::npos; at = all.find(part, at + 1)) ++times;
    return times;
  }
  std::string all() {
    std::fflush(stream_);
    return {text_, size_};
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_;
};

class LocalRun : public testing::Test {
 protected:
  void until_said(std::string_view part, int times = 1) {
    try {
      world.until(part, [&] { return said.count(part) >= times; });
    } catch (const std::runtime_error&) {
      FAIL() << "not said: " << part << "\n" << said.all();
    }
  }

  void start_news() {
    news.emplace(world.person(), world.clock(), timeline, local::NewsOptions{.settling = 50ms});
    world.start(news->run());
  }
  void apply(std::vector<std::string> paths) {
    auto manifests = local::read_manifests({.paths = paths});
    sync.emplace(world.person(), timeline, local::ManifestSource{.paths = std::move(paths)});
    world.start(sync->apply(*std::move(manifests)));
  }

  Said said;
  SystemClock clock;
  local::Timeline timeline{clock, said.stream()};
  ScratchFolder folder;
  // What runs on the world's loop goes after it.
  std::optional<local::News> news;
  std::optional<local::ManifestSync> sync;
  SecretsWorld world;
};

TEST_F(LocalRun, SaysWhatFailsAndWhyOnceAndWhenItWorksAgain) {
  start_news();
  world.start_operator();
  world.store(R"([{"key":"a","value":"1"}])");
  world.external_secret(R"("refreshInterval":"1s","data":[{"secretKey":"a","remoteRef":{"key":"gone"}}])");
  until_said("ns/es                         ExternalSecret fails: ");
  EXPECT_EQ(said.count("gone"), 1) << said.all();
  world.merge("es", "es", R"({"spec":{"data":[{"secretKey":"a","remoteRef":{"key":"a"}}]}})");
  until_said("ExternalSecret works again: secret synced");
  EXPECT_EQ(said.count("fails"), 1) << said.all();
  world.merge("es", "es", R"({"spec":{"data":[{"secretKey":"a","remoteRef":{"key":"gone"}}]}})");
  until_said("ExternalSecret fails: ", 2);
  world.remove("es", "es");
  world.create("es", "other", R"({"spec":{"secretStoreRef":{"name":"none"},"dataFrom":[{"extract":{"key":"a"}}]}})");
  until_said("ns/other                      ExternalSecret fails: ");
}

TEST_F(LocalRun, NamesThePresentCauseAfterFlapping) {
  start_news();
  world.start_operator();
  const auto read = [this](std::string_view key) {
    world.merge("es", "es",
                fmt::format(R"({{"spec":{{"data":[{{"secretKey":"a","remoteRef":{{"key":"{}"}}}}]}}}})", key));
  };
  world.store(R"([{"key":"a","value":"1"}])");
  world.external_secret(R"("refreshInterval":"1h","data":[{"secretKey":"a","remoteRef":{"key":"first-gone"}}])");
  until_said("first-gone");
  read("a");
  until_said("ExternalSecret works again: secret synced");
  read("second-gone");
  until_said("second-gone");
  EXPECT_EQ(said.count("first-gone"), 1) << said.all();
  read("first-gone");
  until_said("first-gone", 2);
  read("second-gone");
  until_said("second-gone", 2);
  EXPECT_EQ(said.count("works again"), 1) << said.all();
}

TEST_F(LocalRun, TellsOfNoEarlierFailureWhenTheEventOfThisOneIsMissing) {
  start_news();
  world.store("[]");
  world.external_secret(R"("refreshInterval":"1h","data":[{"secretKey":"a","remoteRef":{"key":"a"}}])");
  const auto status = [this](std::string_view ready, std::string_view message) {
    world.merge_status("es", "es",
                       fmt::format(R"({{"status":{{"conditions":[{{"type":"Ready","status":"{}","reason":"R",)"
                                   R"("message":"{}","lastTransitionTime":"{}"}}]}}}})",
                                   ready, message, format_time(world.clock().now())));
  };
  world.create(kube::kResource<kube::Event>,
               fmt::format(R"({{"apiVersion":"v1","kind":"Event","metadata":{{"name":"e","namespace":"ns"}},)"
                           R"("involvedObject":{{"kind":"ExternalSecret","namespace":"ns","name":"es"}},)"
                           R"("type":"Warning","reason":"UpdateFailed","message":"the first cause",)"
                           R"("lastTimestamp":"{}","count":1}})",
                           format_time(world.clock().now())));
  status("False", "could not");
  until_said("ExternalSecret fails: the first cause");
  status("True", "secret synced");
  until_said("works again");
  status("False", "could not");
  until_said("ExternalSecret fails: could not\n");
  EXPECT_EQ(said.count("the first cause"), 1) << said.all();
}

TEST_F(LocalRun, SaysOnceWhyThereIsNoSecretAlthoughNothingFails) {
  start_news();
  world.start_operator();
  world.store(R"([{"key":"a","value":"1"}])");
  world.external_secret(R"("refreshInterval":"1s","dataFrom":[{"find":{"name":{"regexp":"^b"}}}])");
  constexpr std::string_view kNothing =
      "ExternalSecret: secret retained due to DeletionPolicy=Retain; spec.dataFrom[0].find matched nothing: "
      "name.regexp \"^b\"";
  until_said(kNothing);
  world.store(R"([{"key":"b","value":"1"}])");
  world.until_ready("es", "es", "True/SecretSynced/secret synced");
  world.settle();
  EXPECT_EQ(said.count(kNothing), 1) << said.all();
  world.store(R"([{"key":"a","value":"1"}])");
  until_said(kNothing, 2);
  EXPECT_EQ(said.count("works again"), 0) << said.all();
}

TEST_F(LocalRun, LeavesItToWhoLacksAnIdentityToNameTheValuesFile) {
  start_news();
  world.start_operator();
  world.create("ss", "aws", R"({"spec":{"provider":{"aws":{"service":"SecretsManager","region":"eu-west-1"}}}})");
  until_said("ns/aws                        SecretStore fails: ");
  EXPECT_EQ(said.count("--values"), 0) << said.all();
}

TEST_F(LocalRun, AppliesASavedManifestAgain) {
  const auto config_map = [](const std::string& name, const std::string& value) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + ", namespace: ns}\ndata: {k: '" + value +
           "'}\n";
  };
  folder.write("m/a.yaml", config_map("a", "1"));
  folder.write("m/b.yaml", config_map("b", "1"));
  apply({folder / "m"});
  until_said("2 applied");
  until_said("nothing to run: no OpenClawInstance in ");
  world.start(sync->follow(world.executor(), world.clock()));

  folder.write("m/a.yaml", config_map("a", "2"));
  until_said("changed: ConfigMap ns/a\n");
  EXPECT_EQ(json::find_string(world.get("cm", "a"), "data.k"), "2");

  folder.write("m/c.yaml", config_map("c", "1"));
  until_said("added: ConfigMap ns/c\n");
  std::filesystem::remove(folder / "m/b.yaml");
  until_said("removed: ConfigMap ns/b\n");
  EXPECT_TRUE(world.get("cm", "b").is_null());

  folder.write("m/c.yaml", "kind: [\n");
  until_said("c.yaml: invalid YAML");
  EXPECT_EQ(said.count("; what the file held before stays in force"), 1) << said.all();
  EXPECT_FALSE(world.get("cm", "c").is_null());

  folder.write("m/c.yaml", "");
  until_said("c.yaml is empty: delete it, or leave a comment in it, to remove what it held; what the file held before");
  EXPECT_FALSE(world.get("cm", "c").is_null());

  std::filesystem::remove_all(folder / "m");
  until_said("the last good manifests stay in force");
  folder.write("m/a.yaml", config_map("a", "3"));
  until_said("changed: ConfigMap ns/a\n", 2);
  until_said("removed: ConfigMap ns/c\n");
}

TEST_F(LocalRun, PutsBackWhatIsDeletedInTheServerNamespacesFirst) {
  folder.write("m/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n");
  const auto config_map = [](const std::string& ns, const std::string& value) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: " + ns + "}\ndata: {k: '" + value + "'}\n";
  };
  folder.write("m/team.yaml", config_map("team", "1"));
  folder.write("m/ns.yaml", config_map("ns", "1"));
  apply({folder / "m"});
  until_said("3 applied");
  world.start(sync->follow(world.executor(), world.clock()));

  world.remove("cm", "m");
  until_said("stands in a manifest: ConfigMap ns/m\n");
  EXPECT_EQ(json::find_string(world.get("cm", "m"), "data.k"), "1");

  constexpr kube::Resource kNamespaces = {"", "v1", "namespaces", "Namespace", false};
  constexpr kube::Resource kMaps = {"", "v1", "configmaps", "ConfigMap", true};
  world.remove(kNamespaces, {"", "team"});
  until_said("stands in a manifest: Namespace team, ConfigMap team/m\n");
  EXPECT_EQ(json::find_string(world.get(kMaps, {"team", "m"}), "data.k"), "1");

  world.remove("cm", "m");
  folder.write("m/ns.yaml", config_map("ns", "2"));
  until_said("changed: ConfigMap ns/m\n");
  EXPECT_EQ(json::find_string(world.get("cm", "m"), "data.k"), "2");
  EXPECT_EQ(said.count("which no manifest defines"), 0) << said.all();
  EXPECT_EQ(said.count("refused"), 0) << said.all();
}

TEST_F(LocalRun, MakesANamespaceAndSaysThatNoManifestDefinesItOnlyWhereThatIsSo) {
  folder.write("m/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n");
  folder.write("m/other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: other}\n");
  apply({folder / "m"});
  until_said("made the namespace other, which no manifest defines");
  until_said("2 applied");
  constexpr kube::Resource kNamespaces = {"", "v1", "namespaces", "Namespace", false};
  world.remove(kNamespaces, {"", "team"});
  world.until("the namespace is gone", [&] { return world.get(kNamespaces, {"", "team"}).is_null(); });
  folder.write("m/new.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: team}\n");
  auto fresh = local::read_manifests({.paths = {folder / "m"}});
  world.start(sync->apply(*std::move(fresh)));
  until_said("stands in a manifest: Namespace team\n");
  until_said("added: ConfigMap team/m\n");
  EXPECT_EQ(said.count("which no manifest defines"), 1) << said.all();
}

// Its words about a Secret are withheld: somebody has to say what is wrong.
TEST_F(LocalRun, NamesTheKeysOfASecretThatIsRefused) {
  folder.write("m/s.yaml",
               "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ns}\n"
               "data: {plain: 'canary!', good: aGk=}\nstringData: {port: 5432}\n");
  apply({folder / "m"});
  until_said(
      "; data[plain] is no base64: write it under stringData as it is; stringData[port] is no text: write it in "
      "quotes");
  EXPECT_EQ(said.count("canary"), 0) << said.all();
}

TEST_F(LocalRun, DoesNotFollowStandardInput) {
  std::istringstream in("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: ns}\n");
  auto manifests = local::read_manifests({.paths = {"-"}, .standard_input = &in});
  sync.emplace(world.person(), timeline, local::ManifestSource{.paths = {"-"}});
  world.start(sync->apply(*std::move(manifests)));
  until_said("1 applied");
  until_said("nothing to run: no OpenClawInstance in standard input");
  world.start(sync->follow(world.executor(), world.clock()));
  until_said("standard input is read once: edits are not followed");
  EXPECT_FALSE(world.get("cm", "a").is_null());
}

TEST_F(LocalRun, SaysTheServersWordsOfAnObjectItRefuses) {
  folder.write("es.yaml",
               "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e, namespace: ns}\n"
               "spec: {refreshPolicy: Sometimes}\n");
  apply({folder / "es.yaml"});
  until_said("refused: ");
  EXPECT_EQ(said.count("es.yaml:1: ExternalSecret e: "), 1) << said.all();
  EXPECT_EQ(said.count("spec.refreshPolicy"), 1) << said.all();
}

TEST_F(LocalRun, SaysWhichFieldWasMeantWhereOneIsUnknown) {
  folder.write("es.yaml",
               "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: e, namespace: ns}\n"
               "spec: {secretStoreRef: {name: s}, data: [{secretKey: a, remoteRef: {key: k, propery: p}}]}\n");
  apply({folder / "es.yaml"});
  until_said("field not declared in schema; did you mean \"property\" for spec.data[0].remoteRef.propery?\n");
}

TEST_F(LocalRun, ReadsChangedValuesOnlyWhereTheObjectFollowsItsStore) {
  world.start_operator();
  world.store(R"([{"key":"a","value":"1"}])");
  const auto create = [this](const std::string& name, const std::string& policy) {
    world.create("es", name,
                 R"({"spec":{"secretStoreRef":{"name":"store"},)" + policy +
                     R"(,"data":[{"secretKey":"v","remoteRef":{"key":"a"}}]}})");
    world.until(name, [&] { return world.value(name, "v") == "1"; });
  };
  create("periodic", R"("refreshInterval":"1h")");
  create("once", R"("refreshPolicy":"CreatedOnce")");
  create("onchange", R"("refreshPolicy":"OnChange")");
  create("zero", R"("refreshInterval":"0")");
  world.store(R"([{"key":"a","value":"2"}])");
  // Again and again: the operator sees the store's new entries a little later than we write them.
  world.until("the periodic one", [&] {
    world.values_changed();
    return world.value("periodic", "v") == "2";
  });
  world.settle();
  for (const std::string name : {"once", "onchange", "zero"}) EXPECT_EQ(world.value(name, "v"), "1") << name;
}

}  // namespace
}  // namespace rotor::test
