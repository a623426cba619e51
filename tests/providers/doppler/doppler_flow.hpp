// The provider over sockets, at a FakeDoppler. D1 and so on are the rows of the behaviour table.
#pragma once

#include "providers/doppler/provider.hpp"
#include "tests/providers/doppler/fake_doppler.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::providers::doppler {

using test::FakeDoppler;
using Names = std::vector<std::string>;
using Texts = std::map<std::string, std::string>;

inline constexpr const char* kTokenAuth = R"("auth":{"secretRef":{"dopplerToken":{"name":"doppler"}}})";
inline constexpr const char* kOidcAuth =
    R"("auth":{"oidcConfig":{"identity":"id-1","serviceAccountRef":{"name":"app"}}})";
inline constexpr const char* kDownload = "GET /v3/configs/config/secrets/download";

class DopplerFlow : public ProviderRig {
 protected:
  explicit DopplerFlow(EtagCache::Limits limits = {})
      : ProviderRig([this](net::ServerRequest r, net::ServerResponse& w) {
          return FakeDoppler::serve(doppler_, std::move(r), w);
        }) {
    variables_["DOPPLER_BASE_URL"] = url() + "/";
    gate_.secrets["team/doppler/dopplerToken"] = "dp.st.dev.abc";
    doppler_.configs["dp.st.dev.abc"] = {{"DOPPLER_PROJECT", "auth-api"}, {"API_KEY", "k-1"}, {"EMPTY", ""}};
    doppler_.configs["oidc"] = {{"API_KEY", "k-oidc"}};
    provider_ = make_provider(services(), limits);
  }
  ~DopplerFlow() override { stop(); }

  FakeDoppler::Config& secrets() { return doppler_.configs["dp.st.dev.abc"]; }

  StoreContext context(const std::string& more = kTokenAuth) {
    StoreContext c = ProviderRig::context("{" + more + "}");
    c.store.max_retries = max_retries_;
    return c;
  }
  Result<std::unique_ptr<SecretsClient>> open(StoreContext c) { return pump(provider_->make_client(std::move(c))); }

  // What one reconcile gets; every call is a client of its own.
  Result<std::string> get(RemoteRef ref, const std::string& more = kTokenAuth) { return get(ref, context(more)); }
  Result<std::string> get(RemoteRef ref, StoreContext c) {
    auto client = open(std::move(c));
    if (!client) return std::unexpected(client.error());
    return text_of(pump((*client)->get_secret(std::move(ref))));
  }
  static Texts texts(const SecretMap& map) {
    Texts out;
    for (const auto& [key, value] : map) out.emplace(key, value.reveal());
    return out;
  }
  Result<Texts> extract(RemoteRef ref) {
    auto got = pump((*open(context()))->get_secret_map(std::move(ref)));
    if (got.absent()) return fail(Code::kNotFound, got.absence().what);
    if (got.failed()) return std::unexpected(got.error());
    return texts(*got);
  }
  Result<Texts> find(FindRequest request, const std::string& more = kTokenAuth) {
    auto got = pump((*open(context(more)))->get_all(std::move(request)));
    if (!got) return std::unexpected(got.error());
    return texts(*got);
  }
  std::string verdict(const std::string& more = kTokenAuth) {
    auto client = open(context(more));
    if (!client) return client.error().message;
    const Validation validation = pump((*client)->validate());
    EXPECT_EQ(validation.validity, validation.error ? Validity::kError : Validity::kReady);
    return validation.error ? validation.error->message : "";
  }

  FakeDoppler doppler_;
  std::optional<std::int32_t> max_retries_;
};

}  // namespace rotor::providers::doppler
