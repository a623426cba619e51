// The token that a person has at hand, in place of the manifest's.
#include <gtest/gtest.h>

#include "tests/providers/onepassword/connect_flow.hpp"

namespace rotor::providers::onepassword {
namespace {

class ConnectPerson : public ConnectFlow {
 protected:
  ConnectPerson() {
    gate_.secrets.erase("team/op/token");  // the manifest's Secret is in the cluster
    variables_["OP_CONNECT_HOST"] = url();
    variables_["OP_CONNECT_TOKEN"] = "connect-token";
  }
  std::string opened(PersonalLogins personal) {
    personal_ = personal;
    provider_ = make_provider(services());
    auto made = client();
    return made ? "opened" : made.error().message;
  }
};

TEST_F(ConnectPerson, IsUsedWhenThePersonSaysSo) {
  EXPECT_EQ(opened(PersonalLogins::kPreferred), "opened");
  EXPECT_NE(opened(PersonalLogins::kRefused), "opened");
  EXPECT_NE(opened(PersonalLogins::kOwn), "opened");
}

TEST_F(ConnectPerson, GivesATokenToTheServerOfOpConnectHostAlone) {
  variables_["OP_CONNECT_HOST"] = "https://connect.example.com";
  EXPECT_NE(opened(PersonalLogins::kPreferred), "opened");
}

}  // namespace
}  // namespace rotor::providers::onepassword
