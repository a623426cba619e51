// The token that a person has at hand, in place of the manifest's.
#include <gtest/gtest.h>

#include "tests/providers/doppler/doppler_flow.hpp"

namespace rotor::providers::doppler {
namespace {

class DopplerPerson : public DopplerFlow {
 protected:
  DopplerPerson() {
    variables_["DOPPLER_TOKEN"] = "dp.pt.mine";
    doppler_.configs["dp.pt.mine"] = {{"API_KEY", "k-mine"}};
  }
  std::string key(PersonalLogins personal, const std::string& auth) {
    personal_ = personal;
    provider_ = make_provider(services());
    return get(remote("API_KEY"), auth).value_or("no value");
  }
};

TEST_F(DopplerPerson, IsUsedWhenThePersonSaysSo) {
  EXPECT_EQ(key(PersonalLogins::kOwn, kTokenAuth), "k-1");
  EXPECT_EQ(key(PersonalLogins::kRefused, kTokenAuth), "k-1");
  EXPECT_EQ(key(PersonalLogins::kPreferred, kTokenAuth), "k-mine");
  EXPECT_EQ(key(PersonalLogins::kPreferred, kOidcAuth), "k-mine");
}

TEST_F(DopplerPerson, WithoutATokenTheManifestsIsUsed) {
  variables_.erase("DOPPLER_TOKEN");
  EXPECT_EQ(key(PersonalLogins::kPreferred, kTokenAuth), "k-1");
}

}  // namespace
}  // namespace rotor::providers::doppler
