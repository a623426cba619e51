// The provider over sockets, at a FakeConnect with three vaults. O1 and so on are the rows of the behaviour table.
#pragma once

#include "providers/onepassword/provider.hpp"
#include "tests/providers/onepassword/fake_connect.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::providers::onepassword {

using test::FakeConnect;
using Names = std::vector<std::string>;
using Texts = std::map<std::string, std::string>;

class ConnectFlow : public ProviderRig {
 protected:
  ConnectFlow()
      : ProviderRig([this](net::ServerRequest r, net::ServerResponse& w) {
          return FakeConnect::serve(connect_, std::move(r), w);
        }) {
    gate_.secrets["team/op/token"] = "connect-token";
    connect_.vaults = {
        {FakeConnect::id("v1"), "first"}, {FakeConnect::id("v2"), "second"}, {FakeConnect::id("v3"), "third"}};
    provider_ = make_provider(services());
  }
  ~ConnectFlow() override { stop(); }

  std::string block(const std::string& vaults) const { return block(vaults, url()); }
  static std::string block(const std::string& vaults, const std::string& host,
                           const std::string& ref = R"({"name":"op","key":"token"})") {
    return fmt::format(
        R"({{"connectHost":"{}","vaults":{{{}}},"auth":{{"secretRef":{{"connectTokenSecretRef":{}}}}}}})", host, vaults,
        ref);
  }

  Result<std::unique_ptr<SecretsClient>> client(const std::string& vaults = kAll) {
    return open(context(block(vaults)));
  }
  Result<std::unique_ptr<SecretsClient>> open(StoreContext c) { return pump(provider_->make_client(std::move(c))); }

  // What one reconcile gets; every call is a client of its own.
  Result<std::string> get(RemoteRef ref, const std::string& vaults = kAll) {
    return text_of(pump((*client(vaults))->get_secret(std::move(ref))));
  }
  static Texts texts(const SecretMap& map) {
    Texts out;
    for (const auto& [key, value] : map) out.emplace(key, value.reveal());
    return out;
  }
  Result<Texts> extract(RemoteRef ref) {
    auto got = pump((*client())->get_secret_map(std::move(ref)));
    if (got.absent()) return fail(Code::kNotFound, got.absence().what);
    if (got.failed()) return std::unexpected(got.error());
    return texts(*got);
  }
  Result<Texts> find(FindRequest request) {
    auto got = pump((*client())->get_all(std::move(request)));
    if (!got) return std::unexpected(got.error());
    return texts(*got);
  }

  static constexpr const char* kAll = R"("third":3,"first":1,"second":2)";
  FakeConnect connect_;
};

}  // namespace rotor::providers::onepassword
