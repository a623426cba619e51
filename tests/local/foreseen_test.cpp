// What `rotor env` says of folders and ports that a process gets from `rotor run`.
#include "local/node/foreseen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::local {
namespace {

using testing::ElementsAre;

api::Container says(const std::vector<std::string>& names) {
  api::Container out;
  for (const std::string& name : names) out.env.push_back({name, "v", std::nullopt});
  return out;
}

std::string value_of(std::string_view value, const FolderNames& folders) {
  const Environment out = foreseen({{"A", SecretBytes(value), {}}}, says({"A"}), folders);
  return std::string(out.at(0).value.reveal());
}

TEST(AForeseenEnvironment, NamesTheFoldersThatTheRunWillHave) {
  const FolderNames folders{"/tmp/data-x", "/home/me/.local/state/rotor/data-0a"};
  EXPECT_EQ(value_of("/tmp/data-x/ns/claims/c/.local", folders),
            "/home/me/.local/state/rotor/data-0a/ns/claims/c/.local");
  EXPECT_EQ(value_of("/tmp/data-x/a:/tmp/data-x/b", {"/tmp/data-x", "/d"}), "/d/a:/d/b");
  EXPECT_EQ(value_of("sk-1", folders), "sk-1");
  EXPECT_EQ(value_of("", folders), "");
  EXPECT_EQ(value_of("/tmp/data-x/a", {}), "/tmp/data-x/a");
  EXPECT_EQ(value_of("/d/d/a", {"/d", "/d/d"}), "/d/d/d/d/a") << "what was put there is not looked at again";
}

TEST(AForeseenEnvironment, TellsWhatTheManifestDoesNotSay) {
  const Environment out = foreseen({{"HOME", SecretBytes("/h"), {}},
                                    {"SAID", SecretBytes("v"), {}},
                                    {"KEY", SecretBytes("k"), "key KEY of secret s"},
                                    {"OPENCLAW_STATE_DIR", SecretBytes("/d"), {}},
                                    {"OPENCLAW_GATEWAY_PORT", SecretBytes("1024"), {}}},
                                   says({"SAID", "HOME"}), {});
  std::vector<std::string> origins;
  for (const Variable& variable : out) origins.push_back(variable.origin);
  EXPECT_THAT(origins,
              ElementsAre("rotor run", "", "key KEY of secret s", "rotor run", "rotor run, any port that is free"));
}

TEST(AForeseenEnvironment, HasThePortThatTheManifestNames) {
  const Environment out =
      foreseen({{"OPENCLAW_GATEWAY_PORT", SecretBytes("9"), {}}}, says({"OPENCLAW_GATEWAY_PORT"}), {});
  EXPECT_EQ(out.at(0).origin, "");
}

}  // namespace
}  // namespace rotor::local
