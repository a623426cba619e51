// The pages about instances show what works: each instance is applied, and what stands after it comes of it.
#include <gtest/gtest.h>

#include "json/yaml.hpp"
#include "openclaw/managed.hpp"
#include "tests/fakes/markdown.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

kube::Resource resource_of_kind(std::string_view kind) {
  for (const openclaw::ManagedKind& row : openclaw::managed_kinds()) {
    if (row.resource.kind == kind) return row.resource;
  }
  throw std::runtime_error("no managed kind is called " + std::string(kind));
}

// More in `whole` is no difference, but for the items of a list.
bool holds(const json::Value& whole, const json::Value& part) {
  if (part.is_object()) {
    return whole.is_object() && std::ranges::all_of(part.get_object(), [&whole](const auto& member) {
             const json::Value* found = whole.get_object().if_contains(member.key());
             return found != nullptr && holds(*found, member.value());
           });
  }
  if (!part.is_array()) return whole == part;
  return whole.is_array() && std::ranges::equal(whole.get_array(), part.get_array(), holds);
}

class InstancePage : public testing::TestWithParam<const char*> {};

TEST_P(InstancePage, ShowsWhatItsManifestsBringAbout) {
  OpenClawWorld world;
  world.start_operator();
  const Markdown page = parse_markdown(read_file(source_path(GetParam())));
  int instances = 0, results = 0;
  for (const Fence& fence : page.fences) {
    if (fence.info != "yaml") continue;
    const auto document = json::parse_yaml(fence.text);
    ASSERT_TRUE(document) << GetParam() << ":" << fence.line;
    const std::string name(json::find_string(*document, "metadata.name"));
    const std::string_view kind = json::find_string(*document, "kind");
    if (kind == "OpenClawInstance") {
      world.create(kInstances, name, json::serialize(*document));
      world.until("the status of " + name, [&] { return !world.condition(name, "StatefulSetReady").empty(); });
      ++instances;
    } else {
      const json::Value made = world.get(resource_of_kind(kind), name);
      EXPECT_TRUE(holds(made, *document)) << GetParam() << ":" << fence.line << "\n" << json::serialize(made);
      ++results;
    }
  }
  EXPECT_GE(instances, 2);
  EXPECT_GE(results, 2);
}

INSTANTIATE_TEST_SUITE_P(Pages, InstancePage,
                         testing::Values("docs/openclaw-identity.md", "docs/openclaw-lifecycle.md",
                                         "docs/coming-from-openclaw-operator.md"));

}  // namespace
}  // namespace rotor::test
