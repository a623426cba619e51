#include "secrets/credential_looks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/duration.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;
using providers::RecordingGate;
using testing::ElementsAre;
using testing::IsEmpty;

const kube::Key kStore{"team", "store"};

struct CredentialLooksTest : testing::Test {
  CredentialLooksTest() { loop.start(looks.run()); }
  ~CredentialLooksTest() override { loop.stop(); }

  // As a check of the store reads its credentials.
  CredentialLooks::GatePtr checked() {
    auto gate = std::make_shared<RecordingGate>(real);
    (void)loop.run(gate->secret_value({"SecretStore", "team"}, {"login", {}, "token"}));
    return gate;
  }
  void pass(Duration time) { clock.advance(loop.io(), time); }

  test::FakeClock clock;
  test::Loop loop;
  providers::FakeGate real;
  std::vector<std::string> told;
  CredentialLooks looks{clock, [this](const kube::Key& store) { told.push_back(store.text()); }};
};

TEST_F(CredentialLooksTest, TellOnceWhenACredentialIsAnotherOne) {
  real.secrets["team/login/token"] = "wrong";
  looks.keep(kStore, checked());
  pass(20s);
  EXPECT_THAT(told, IsEmpty());
  real.secrets["team/login/token"] = "right";
  pass(2s);
  EXPECT_THAT(told, ElementsAre("team/store"));
  real.secrets["team/login/token"] = "another";
  pass(20s);
  EXPECT_THAT(told, ElementsAre("team/store"));
}

TEST_F(CredentialLooksTest, SeeASecretThatWasMissingComeToBe) {
  looks.keep(kStore, checked());
  pass(4s);
  real.secrets["team/login/token"] = "right";
  pass(2s);
  EXPECT_THAT(told, ElementsAre("team/store"));
}

TEST_F(CredentialLooksTest, TakeAnApiServerThatIsAwayForNoChange) {
  real.secrets["team/login/token"] = "wrong";
  looks.keep(kStore, checked());
  real.away = true;
  pass(20s);
  real.away = false;
  pass(20s);
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(CredentialLooksTest, LeaveAloneWhatIsWellOrNamesNoCredential) {
  real.secrets["team/login/token"] = "wrong";
  looks.keep(kStore, checked());
  looks.forget(kStore);
  looks.keep({"team", "other"}, std::make_shared<RecordingGate>(real));
  real.secrets["team/login/token"] = "right";
  pass(20s);
  EXPECT_THAT(told, IsEmpty());
}

}  // namespace
}  // namespace rotor::secrets
