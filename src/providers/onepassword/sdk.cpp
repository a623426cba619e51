#include "providers/onepassword/sdk.hpp"

namespace rotor::providers::onepassword {
namespace {

constexpr std::string_view kNotHere =
    "spec.provider.onepasswordSDK: not supported, use onepassword (Connect): a service account's token is of use to "
    "1Password's own library alone";

class SdkProvider final : public Provider {
 public:
  Capability capability() const override { return Capability::kReadOnly; }

  Result<std::vector<std::string>> validate_store(const Store&) const override {
    return std::vector<std::string>{std::string(kNotHere)};
  }

  Task<Result<std::unique_ptr<SecretsClient>>> make_client(StoreContext) override {
    co_return fail(Code::kInvalid, std::string(kNotHere));
  }
};

}  // namespace

std::unique_ptr<Provider> make_sdk_provider(const Services&) { return std::make_unique<SdkProvider>(); }

}  // namespace rotor::providers::onepassword
