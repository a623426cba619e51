#include "providers/common/call.hpp"

#include "tests/providers/provider_rig.hpp"

namespace rotor::providers {
namespace {

Task<> repeat_what_came(net::ServerResponse& to) {
  co_await to.respond(400, {}, SecretBytes("you sent hvs.canary-4711 to me"));
}

class CallTest : public ProviderRig {
 protected:
  CallTest() : ProviderRig([](net::ServerRequest, net::ServerResponse& to) { return repeat_what_came(to); }) {}
  ~CallTest() override { stop(); }
};

TEST_F(CallTest, AServersAnswerNeverRepeatsTheCredentialItWasSent) {
  Caller caller(services());
  Call call{.name = "Read"};
  call.make = [this] {
    return net::Request{.url = url() + "/x",
                        .headers = {{"X-Vault-Token", "hvs.canary-4711"}, {"Authorization", "Bearer other-canary"}}};
  };
  call.judge = [](const net::Response& response) {
    return Judgement::fail({Code::kInvalid, "Read: " + std::string(response.body.reveal()) + ", other-canary"});
  };
  const auto answer = pump(caller.call(std::move(call)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "Read: you sent (withheld) to me, (withheld)");
}

}  // namespace
}  // namespace rotor::providers
