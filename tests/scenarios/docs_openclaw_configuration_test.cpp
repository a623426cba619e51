// docs/openclaw-configuration.md shows what works: its manifests are applied, and its document is the one that is made.
#include <gtest/gtest.h>

#include "json/yaml.hpp"
#include "openclaw/builders/config_document.hpp"
#include "tests/fakes/markdown.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

const std::string& configuration_page() {
  static const std::string kPage = read_file(source_path("docs/openclaw-configuration.md"));
  return kPage;
}

std::vector<std::string> configuration_fences(std::string_view info) {
  std::vector<std::string> found;
  for (Fence& fence : parse_markdown(configuration_page()).fences) {
    if (fence.info == info) found.push_back(std::move(fence.text));
  }
  return found;
}

TEST(OpenClawConfigurationPage, ItsManifestsAreAppliedAndEveryInstanceGetsItsObjects) {
  OpenClawWorld world;
  std::vector<std::string> instances;
  for (const std::string& text : configuration_fences("yaml")) {
    const auto documents = json::parse_yaml_stream(text);
    ASSERT_TRUE(documents) << text;
    for (const json::YamlDocument& document : *documents) {
      const std::string name(json::find_string(document.value, "metadata.name"));
      const bool is_instance = json::find_string(document.value, "kind") == "OpenClawInstance";
      if (is_instance) instances.push_back(name);
      world.create(is_instance ? kInstances : kConfigMaps, name, json::serialize(document.value));
    }
  }
  EXPECT_GE(instances.size(), 5U);
  world.start_operator();
  for (const std::string& name : instances) {
    world.until(name, [&] { return world.condition(name, "ConfigValid") == "True/ConfigMapCreated"; });
    world.until(name, [&] { return world.generation(name) == 1; });
    EXPECT_FALSE(world.condition(name, "WorkspaceReady").starts_with("False")) << name;
    EXPECT_TRUE(world.events("ReconcileFailed").empty()) << name;
  }
}

TEST(OpenClawConfigurationPage, ItsDocumentIsWhatAnEmptyOneBecomes) {
  const std::string made =
      openclaw::complete_config("{}", {.proxy = true,
                                       .metrics = true,
                                       .origins = {"http://localhost:18789", "http://127.0.0.1:18789"},
                                       .token = SecretBytes("the gateway's token"),
                                       .rules = openclaw::rules_of(std::nullopt)});
  EXPECT_EQ(configuration_fences("json").at(0), made);
}

// Every condition that is made of findings has a row a reason.
TEST(OpenClawConfigurationPage, NamesEveryReason) {
  for (const char* reason : {"ConfigMapNotFound", "ConfigMapKeyNotFound", "ConfigMapReserved", "InvalidFilename",
                             "NewerThanTried", "GatewayBindConflict", "GatewayBindRefused"}) {
    EXPECT_TRUE(configuration_page().contains(reason)) << reason;
  }
}

}  // namespace
}  // namespace rotor::test
