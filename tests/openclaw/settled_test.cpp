// What is kept between passes, and when it is forgotten.
#include "openclaw/settled.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace rotor::openclaw {
namespace {

SurroundingsPtr around(std::shared_ptr<const api::StringMap> texts, std::string_view token = {}) {
  auto out = std::make_shared<Surroundings>();
  out->config_maps.emplace("settings", std::move(texts));
  out->token = SecretBytes(token);
  return out;
}

class SettledTest : public testing::Test {
 protected:
  SettledTest() {
    instance.metadata.uid = "u-1";
    instance.metadata.generation = 1;
    settled.look_at(instance);
    settled.look_around(around(texts));
    settled.examined = Examined{};
    settled.indexed = true;
    settled.findings.emplace();
    settled.fits(row, "7");
  }

  bool keeps_the_spec() const { return settled.examined && settled.indexed; }
  bool keeps_the_rest() const { return settled.findings && settled.fitted(row, "7"); }

  const ManagedKind& row = managed_kinds().front();
  std::shared_ptr<const api::StringMap> texts = std::make_shared<api::StringMap>();
  api::OpenClawInstance instance;
  Settled settled;
};

TEST_F(SettledTest, ANewStatusForgetsNothing) {
  instance.metadata.resource_version = "9";
  instance.status.phase = "Running";
  settled.look_at(instance);
  EXPECT_TRUE(keeps_the_spec() && keeps_the_rest());
}

TEST_F(SettledTest, AnEditForgetsAll) {
  const std::vector<std::function<void(kube::ObjectMeta&)>> edits = {
      [](kube::ObjectMeta& m) { m.generation = 2; }, [](kube::ObjectMeta& m) { m.uid = "u-2"; },
      [](kube::ObjectMeta& m) { m.annotations["a"] = "1"; }, [](kube::ObjectMeta& m) { m.labels["l"] = "1"; }};
  for (std::size_t i = 0; i < edits.size(); ++i) {
    Settled before = settled;
    api::OpenClawInstance edited = instance;
    edits[i](edited.metadata);
    before.look_at(edited);
    EXPECT_FALSE(before.examined || before.indexed || before.findings || before.fitted(row, "7")) << i;
  }
}

TEST_F(SettledTest, AnEditLeavesTheSurroundingsAsTheyWere) {
  const SurroundingsPtr first = settled.around();
  instance.metadata.generation = 2;
  settled.look_at(instance);
  EXPECT_EQ(settled.around(), first) << "what was read of them is not read again";
  EXPECT_EQ(settled.look_around(around(texts)), first);
}

TEST_F(SettledTest, EqualSurroundingsAreTheOnesOfBefore) {
  const SurroundingsPtr first = settled.look_around(around(texts));
  EXPECT_EQ(settled.look_around(around(texts)), first);
  EXPECT_TRUE(keeps_the_rest());
}

TEST_F(SettledTest, AnotherTokenForgetsWhatWasBuiltWithIt) {
  settled.look_around(around(texts, "token"));
  EXPECT_FALSE(settled.findings || settled.fitted(row, "7"));
  EXPECT_TRUE(keeps_the_spec());
}

TEST_F(SettledTest, AConfigMapThatWasReadAnewIsAnother) {
  settled.look_around(around(std::make_shared<api::StringMap>()));
  EXPECT_FALSE(settled.findings || settled.fitted(row, "7"));
}

TEST_F(SettledTest, AnObjectFitsAtItsVersionAlone) { EXPECT_FALSE(settled.fitted(row, "8")); }

}  // namespace
}  // namespace rotor::openclaw
