// A provider logged in to FakeAws over sockets.
#pragma once

#include "providers/aws/provider.hpp"
#include "tests/providers/aws/fake_aws.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::providers::aws {

using test::FakeAws;
using Names = std::vector<std::string>;

inline constexpr const char* kKeysAuth = R"("auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"aws","key":"id"},)"
                                         R"("secretAccessKeySecretRef":{"name":"aws","key":"key"}}})";
inline constexpr const char* kJwtAuth = R"("auth":{"jwt":{"serviceAccountRef":{"name":"app"}}})";

inline RemoteRef tags(std::string property = "") {
  RemoteRef ref = remote("", std::move(property));
  ref.metadata_policy = "Fetch";
  return ref;
}

class AwsFlow : public ProviderRig {
 protected:
  AwsFlow()
      : ProviderRig(
            [this](net::ServerRequest r, net::ServerResponse& w) { return FakeAws::serve(aws_, std::move(r), w); }) {
    variables_ = {{"AWS_SECRETSMANAGER_ENDPOINT", url()},
                  {"AWS_SSM_ENDPOINT", url()},
                  {"AWS_STS_ENDPOINT", url()},
                  {"AWS_EC2_METADATA_DISABLED", "true"}};
    provider_ = make_provider(services());
    aws_.secrets["openclaw/api-keys"] =
        R"("SecretString":"{\"anthropic\":\"ant-1\",\"n\":1.50,\"o\":{ \"a\": 1 },\"x.y\":\"lit\"}")";
  }
  ~AwsFlow() override {
    stop();
    EXPECT_EQ(aws_.problems, Names{});
  }

  std::string config(const std::string& more) const {
    return R"({"service":")" + service_ + R"(","region":"us-east-1")" + (more.empty() ? "" : "," + more) + "}";
  }

  StoreContext context(const std::string& more) {
    StoreContext c = ProviderRig::context(config(more));
    c.store.max_retries = max_retries_;
    c.store.retry_interval = retry_interval_;
    return c;
  }

  Result<std::unique_ptr<SecretsClient>> client(const std::string& more) { return client(context(more)); }
  Result<std::unique_ptr<SecretsClient>> client(StoreContext c) { return pump(provider_->make_client(std::move(c))); }

  Result<std::string> get(SecretsClient& from, RemoteRef ref) { return text_of(pump(from.get_secret(std::move(ref)))); }

  // What is found, as {name: value}; or {"": message}.
  std::map<std::string, std::string> find(SecretsClient& from, FindRequest wanted) {
    const Lookup<SecretMap> got = pump(from.get_all(std::move(wanted)));
    if (!got) return {{"", got.error().message}};
    std::map<std::string, std::string> texts;
    for (const auto& [name, value] : *got) texts[name] = std::string(value.reveal());
    return texts;
  }

  FakeAws aws_;
  std::string service_ = "SecretsManager";
  std::optional<std::int32_t> max_retries_;
  std::optional<std::string> retry_interval_;
};

}  // namespace rotor::providers::aws
