// The pages on storage and networking show what works: each manifest is applied, and what follows it comes of it.
#include <gtest/gtest.h>

#include "json/yaml.hpp"
#include "tests/fakes/markdown.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

kube::Resource resource_named(std::string_view kind) {
  for (const kube::Resource& one : {kInstances, kStatefulSets, kServices, kClaims}) {
    if (one.kind == kind) return one;
  }
  throw std::runtime_error("a page has a kind that its test does not know: " + std::string(kind));
}

// Everything that the page shows, as far as it goes; a list's items in their places.
void expect_shown(const json::Value& shown, const json::Value& real, const std::string& where) {
  if (shown.is_object()) {
    ASSERT_TRUE(real.is_object()) << where;
    for (const auto& member : shown.get_object()) {
      const std::string path = where + "." + std::string(member.key());
      const json::Value* found = real.get_object().if_contains(member.key());
      ASSERT_NE(found, nullptr) << path;
      expect_shown(member.value(), *found, path);
    }
  } else if (shown.is_array()) {
    ASSERT_TRUE(real.is_array()) << where;
    ASSERT_LE(shown.get_array().size(), real.get_array().size()) << where;
    for (std::size_t i = 0; i < shown.get_array().size(); ++i) {
      expect_shown(shown.get_array()[i], real.get_array()[i], where + "[" + std::to_string(i) + "]");
    }
  } else {
    EXPECT_EQ(shown, real) << where;
  }
}

class OpenClawPage : public testing::TestWithParam<const char*> {
 protected:
  void apply(const json::Value& object) {
    const kube::Resource resource = resource_named(json::find_string(object, "kind"));
    world.create(resource, std::string(json::find_string(object, "metadata.name")), json::serialize(object));
  }
  OpenClawWorld world;
};

TEST_P(OpenClawPage, HasExamplesThatComeOutAsItShows) {
  const Markdown page = parse_markdown(read_file(source_path("docs/" + std::string(GetParam()) + ".md")));
  world.start_operator();
  int results = 0;
  std::string instance;
  for (const Fence& fence : page.fences) {
    if (fence.info != "yaml") continue;
    const auto documents = json::parse_yaml_stream(fence.text);
    ASSERT_TRUE(documents) << "line " << fence.line << ": " << documents.error().message;
    if (json::find_string(documents->back().value, "kind") == "OpenClawInstance") {
      for (const json::YamlDocument& document : *documents) apply(document.value);
      instance = json::find_string(documents->back().value, "metadata.name");
      world.until("the objects of " + instance, [&] { return !world.condition(instance, "StatefulSetReady").empty(); });
      continue;
    }
    ++results;
    const json::Value& shown = documents->front().value;
    const kube::Resource resource = resource_named(json::find_string(shown, "kind"));
    const std::string name(json::find_string(shown, "metadata.name"));
    EXPECT_TRUE(name.starts_with(instance)) << "line " << fence.line;
    expect_shown(shown, world.get(resource, name), "line " + std::to_string(fence.line) + ": " + name);
  }
  EXPECT_GE(results, 4);
}

// Whoever reads the table of a probe's numbers reads those that are built.
TEST(OpenClawNetworkingPage, HasTheNumbersOfTheProbes) {
  const Markdown page = parse_markdown(read_file(source_path("docs/openclaw-networking.md")));
  OpenClawWorld world;
  world.instance("foo", "{}");
  world.start_operator();
  world.until("the pod", [&world] { return !world.get(kStatefulSets, "foo").is_null(); });
  const json::Value set = world.get(kStatefulSets, "foo");
  const json::Value& main = json::find(set, "spec.template.spec.containers")->at(0);
  int probes = 0;
  for (const MarkdownTable& table : page.tables) {
    if (!table.header.starts_with("probe")) continue;
    for (const Row& row : table.rows) {
      const json::Value& probe = main.at(row.cells.at(0).words + "Probe");
      const auto number = [&probe](const char* name) { return std::to_string(probe.at(name).as_int64()); };
      EXPECT_EQ(row.cells.at(1).code, json::find_string(probe, "httpGet.path"));
      EXPECT_EQ(row.cells.at(2).words, number("initialDelaySeconds") + " s");
      EXPECT_EQ(row.cells.at(3).words, number("periodSeconds") + " s");
      EXPECT_EQ(row.cells.at(4).words, number("timeoutSeconds") + " s");
      EXPECT_EQ(row.cells.at(5).words, number("failureThreshold") + " failures");
      ++probes;
    }
  }
  EXPECT_EQ(probes, 3);
}

INSTANTIATE_TEST_SUITE_P(Pages, OpenClawPage, testing::Values("openclaw-storage", "openclaw-networking"),
                         [](const auto& page) { return std::string(page.param).substr(9); });

}  // namespace
}  // namespace rotor::test
