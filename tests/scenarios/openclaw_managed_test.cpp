// A kind of object is one row: with two rows more in the table, the controller makes, repairs, names and prunes what
// they say. Which of them an instance wants is read off its annotations here.
#include <gtest/gtest.h>

#include "api/core/config_map.hpp"
#include "json/document.hpp"
#include "openclaw/names.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {
namespace {

using api::OpenClawInstance;
using openclaw::ManagedKind;
using openclaw::Place;

Place place_by(const OpenClawInstance& instance, std::string_view annotation) {
  const auto wish = instance.metadata.annotations.find(annotation);
  if (wish == instance.metadata.annotations.end()) return Place::kEmpty;
  return wish->second == "ours" ? Place::kOurs : Place::kUsers;
}

api::ConfigMap config_map(const OpenClawInstance& instance, std::string name) {
  api::ConfigMap map;
  map.metadata = openclaw::managed_metadata(instance, std::move(name));
  map.data = {{"k", "1"}};
  return map;
}

std::string notes_name(const OpenClawInstance& instance) {
  const auto wish = instance.metadata.annotations.find("notes");
  const bool theirs = wish != instance.metadata.annotations.end() && wish->second != "ours";
  return theirs ? wish->second : instance.metadata.name + "-notes";
}

// Kept as it should be, and gone when nobody wants it.
ManagedKind notes_row() {
  return {.resource = kube::kResource<api::ConfigMap>,
          .description = &json::type_of<api::ConfigMap>,
          .status_key = "notes",
          .name = notes_name,
          .place = [](const OpenClawInstance& i) { return place_by(i, "notes"); },
          .unwanted = openclaw::Unwanted::kGoes,
          .build = [](const OpenClawInstance& i,
                      const openclaw::Surroundings&) { return json::write(config_map(i, notes_name(i))); },
          .condition = {"NotesReady", "NotesCreated", "Notes created successfully"}};
}

// Made once, and nobody's business from then on.
ManagedKind seed_row() {
  constexpr auto kName = [](const OpenClawInstance& i) { return i.metadata.name + "-seed"; };
  return {
      .resource = kube::kResource<api::ConfigMap>,
      .description = &json::type_of<api::ConfigMap>,
      .status_key = "seed",
      .name = kName,
      .place = [](const OpenClawInstance& i) { return place_by(i, "seed"); },
      .make = [](const OpenClawInstance& i) { return json::write_secret(config_map(i, i.metadata.name + "-seed")); },
      .made = {"SeedCreated", "seed"}};
}

class OpenClawManaged : public testing::Test {
 protected:
  OpenClawManaged() {
    rows.assign(openclaw::managed_kinds().begin(), openclaw::managed_kinds().end());
    rows.push_back(notes_row());
    rows.push_back(seed_row());
  }

  void provisioned(std::string_view annotations) {
    world.create(kInstances, "foo", R"({"spec":{},"metadata":{"annotations":)" + std::string(annotations) + "}}");
    world.start_operator({.operator_namespace = "rotor", .quiet = std::chrono::nanoseconds(0)}, rows);
    world.until("the status", [this] { return !world.condition("foo", "StatefulSetReady").empty(); });
  }
  void annotate(std::string_view annotations) {
    world.settle_after("foo", [&] {
      world.merge(kInstances, "foo", R"({"metadata":{"annotations":)" + std::string(annotations) + "}}");
    });
  }
  bool there(const std::string& name) { return !world.get(kConfigMaps, name).is_null(); }
  std::string value(const std::string& name) {
    return std::string(json::find_string(world.get(kConfigMaps, name), "data.k"));
  }
  std::string named(std::string_view status_key) {
    return std::string(
        json::find_string(world.get(kInstances, "foo"), "status.managedResources." + std::string(status_key)));
  }

  std::vector<ManagedKind> rows;  // outlive the operator
  OpenClawWorld world;
};

TEST_F(OpenClawManaged, AnObjectOfARowIsMadeOwnedAndNamedInTheStatus) {
  provisioned(R"({"notes":"ours"})");
  EXPECT_EQ(value("foo-notes"), "1");
  EXPECT_EQ(named("notes"), "foo-notes");
  EXPECT_EQ(world.condition("foo", "NotesReady"), "True/NotesCreated");
  const json::Value map = world.get(kConfigMaps, "foo-notes");
  EXPECT_EQ(json::find(map, "metadata.ownerReferences")->at(0).at("name"), "foo");
}

TEST_F(OpenClawManaged, ItIsPutBackWhenSomebodyChangesOrRemovesIt) {
  provisioned(R"({"notes":"ours"})");
  world.merge(kConfigMaps, "foo-notes", R"({"data":{"k":"2"}})");
  world.until("the repair", [this] { return value("foo-notes") == "1"; });
  world.remove(kConfigMaps, "foo-notes");
  world.until("the object", [this] { return there("foo-notes"); });
}

TEST_F(OpenClawManaged, ItGoesWithItsNameAndConditionWhenItIsNoLongerWanted) {
  provisioned(R"({"notes":"ours"})");
  annotate(R"({"notes":null})");
  world.until("the removal", [this] { return !there("foo-notes"); });
  world.until("the status", [this] { return named("notes").empty(); });
  EXPECT_EQ(world.condition("foo", "NotesReady"), "");
  EXPECT_EQ(named("service"), "foo");
}

TEST_F(OpenClawManaged, AnObjectThatIsNotOursStaysUnderTheSameName) {
  world.create(kConfigMaps, "foo-notes",
               R"({"data":{"k":"mine"},"metadata":{"labels":{"app.kubernetes.io/managed-by":"openclaw-operator"}}})");
  provisioned("{}");
  annotate(R"({"poke":"1"})");
  EXPECT_EQ(value("foo-notes"), "mine");
  EXPECT_EQ(world.operator_requests("delete", "configmaps"), 0U);
}

TEST_F(OpenClawManaged, WhatTheUserBringsIsNamedAndLeftAlone) {
  world.create(kConfigMaps, "my-own", R"({"data":{"k":"mine"}})");
  provisioned(R"({"notes":"my-own"})");
  EXPECT_EQ(named("notes"), "my-own");
  EXPECT_EQ(value("my-own"), "mine");
  EXPECT_FALSE(there("foo-notes"));
}

TEST_F(OpenClawManaged, WhatIsMadeOnceIsNotWrittenAgainAndComesBackOnlyWhenItIsGone) {
  provisioned(R"({"seed":"ours"})");
  world.until("the event", [this] { return world.events("SeedCreated").size() == 1; });
  world.settle_after("foo", [this] { world.merge(kConfigMaps, "foo-seed", R"({"data":{"k":"2"}})"); });
  EXPECT_EQ(value("foo-seed"), "2");
  annotate(R"({"seed":null})");
  EXPECT_TRUE(there("foo-seed"));
  EXPECT_EQ(named("seed"), "foo-seed");  // it is there still
  annotate(R"({"seed":"ours"})");
  world.remove(kConfigMaps, "foo-seed");
  world.until("another one", [this] { return value("foo-seed") == "1"; });
}

TEST_F(OpenClawManaged, AnObjectOfTheUsersCountsWhereOneIsMadeOnce) {
  world.create(kConfigMaps, "foo-seed", R"({"data":{"k":"mine"}})");
  provisioned(R"({"seed":"ours"})");
  EXPECT_EQ(value("foo-seed"), "mine");
  EXPECT_TRUE(world.events("SeedCreated").empty());
}

TEST_F(OpenClawManaged, RowsThatNobodyWantsCostNoRequest) {
  provisioned("{}");
  const auto requests = [this] {
    return world.operator_requests("get", "configmaps") + world.operator_requests("patch", "configmaps");
  };
  const auto before = requests();
  EXPECT_LE(before, 4U) << "for the two that every instance has";
  annotate(R"({"poke":"1"})");
  EXPECT_EQ(requests(), before);
  EXPECT_EQ(world.operator_requests("delete", "configmaps"), 0U);
}

}  // namespace
}  // namespace rotor::test
