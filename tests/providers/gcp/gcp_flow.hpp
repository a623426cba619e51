// A provider whose every call goes to FakeGoogle, whatever host it is for.
#pragma once

#include "providers/gcp/provider.hpp"
#include "tests/providers/gcp/fake_google.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::providers::gcp {

using test::FakeGoogle;
using Names = std::vector<std::string>;

inline constexpr const char* kKeyAuth =
    R"("auth":{"secretRef":{"secretAccessKeySecretRef":{"name":"gcp","key":"key.json"}}})";

inline std::string key_json(const std::string& more = "") {
  return fmt::format(R"({{"type":"service_account","client_email":"{}","private_key_id":"k1","private_key":{}{}}})",
                     test::kEmail, json::quote(test::RsaKey::shared().pem().reveal()), more);
}

inline RemoteRef metadata(std::string key, std::string property = "") {
  RemoteRef ref = remote(std::move(key), std::move(property));
  ref.metadata_policy = "Fetch";
  return ref;
}

class GcpFlow : public ProviderRig {
 protected:
  GcpFlow()
      : ProviderRig([this](net::ServerRequest r, net::ServerResponse& w) {
          return FakeGoogle::serve(google_, std::move(r), w);
        }) {
    http_ = std::make_unique<test::RoutedClients>(std::move(http_), url());
    provider_ = make_provider(services());
    gate_.annotations.clear();
    gate_.secrets["team/gcp/key.json"] = key_json();
    google_.secrets["projects/proj/secrets/app"] = {
        .versions = {{R"({"user":"u","a.b":"lit","a":{"b":"path"},"n":1.50,"o":{ "x": 1 },".dot":"d"})"}},
        .more = R"("labels":{"team":"a","managed.by":"<x>"},"annotations":{"note":"hi"})"};
  }
  ~GcpFlow() override {
    stop();
    EXPECT_EQ(google_.problems, Names{});
  }

  static std::string block(const std::string& more) {
    return R"({"projectID":"proj")" + (more.empty() ? "" : "," + more) + "}";
  }
  StoreContext cluster_context(std::string text, std::string consumer = "team") {
    StoreContext c = context(std::move(text));
    c.store.kind = "ClusterSecretStore";
    c.store.ns.clear();
    c.consumer_ns = std::move(consumer);
    return c;
  }

  Result<std::unique_ptr<SecretsClient>> client(const std::string& more) { return made(context(block(more))); }
  Result<std::unique_ptr<SecretsClient>> made(StoreContext c) { return pump(provider_->make_client(std::move(c))); }

  Result<std::string> get(SecretsClient& from, RemoteRef ref) { return text_of(pump(from.get_secret(std::move(ref)))); }
  Validation validate(SecretsClient& of) { return pump(of.validate()); }

  // Of a store that cannot be used: why.
  std::string refusal(StoreContext c) {
    auto got = made(std::move(c));
    if (!got) return got.error().message;
    const Validation validation = validate(**got);
    return validation.error ? validation.error->message : "";
  }

  FakeGoogle google_;
};

}  // namespace rotor::providers::gcp
