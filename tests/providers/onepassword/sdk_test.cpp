#include "providers/onepassword/sdk.hpp"

#include "tests/providers/provider_rig.hpp"

namespace rotor::providers::onepassword {
namespace {

class OnePasswordSdk : public ProviderRig {
 protected:
  OnePasswordSdk()
      : ProviderRig([](net::ServerRequest, net::ServerResponse& to) -> Task<> { co_await to.respond(500, {}, {}); }) {
    provider_ = make_sdk_provider(services());
  }
  ~OnePasswordSdk() override { stop(); }
};

TEST_F(OnePasswordSdk, IsAcceptedWithAWarningAndRefusedWhenItIsUsed) {
  constexpr const char* kBlock = R"({"vault":"v","auth":{"serviceAccountSecretRef":{"name":"op","key":"token"}}})";
  const auto checked = provider_->validate_store(store_with(kBlock));
  ASSERT_TRUE(checked) << checked.error().message;
  ASSERT_EQ(checked->size(), 1U);
  const auto made = pump(provider_->make_client(context(kBlock)));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kInvalid);
  EXPECT_EQ(made.error().message, checked->front());
  EXPECT_TRUE(made.error().message.contains("not supported, use onepassword (Connect)")) << made.error().message;
}

}  // namespace
}  // namespace rotor::providers::onepassword
