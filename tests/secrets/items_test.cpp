#include "secrets/items.hpp"

#include <gtest/gtest.h>

namespace rotor::secrets {
namespace {

using api::es::Find;

TEST(WantedText, SaysWhatASearchLookedForInTheManifestsWords) {
  EXPECT_EQ(wanted_text(Find{}), "every secret that the store shows");
  Find find;
  find.tags.emplace();
  EXPECT_EQ(wanted_text(find), "every secret that the store shows");
  find.path = "prod/";
  EXPECT_EQ(wanted_text(find), R"(path "prod/")");
  find.name.emplace().regexp = R"(^db"\d$)";
  find.tags = kube::StringMap{{"env", "prod"}, {"team", "a"}};
  EXPECT_EQ(wanted_text(find), R"(path "prod/", name.regexp "^db\"\\d$", tags env=prod team=a)");
}

}  // namespace
}  // namespace rotor::secrets
