// A provider logged in to FakeAws over sockets.
#pragma once

#include <gtest/gtest.h>

#include "providers/aws/provider.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/providers/aws/fake_aws.hpp"

namespace rotor::providers::aws {

using test::FakeAws;
using Names = std::vector<std::string>;

class FakeGate final : public ReferenceGate {
 public:
  Task<Result<SecretBytes>> secret_value(Scope scope, api::es::SecretKeySelector ref) override {
    const auto it = secrets.find(resolve_namespace(scope, ref.ns) + "/" + ref.name + "/" + ref.key);
    if (it == secrets.end()) co_return fail(Code::kInvalid, "cannot find secret data for key: \"" + ref.key + "\"");
    co_return SecretBytes(it->second);
  }
  Task<Result<std::string>> config_map_value(Scope, std::string, std::optional<std::string>, std::string) override {
    co_return fail(Code::kInternal, "not asked for here");
  }
  Task<Result<kube::StringMap>> service_account_annotations(Scope scope, api::es::ServiceAccountSelector ref) override {
    ++annotation_reads;
    last_account = resolve_namespace(scope, ref.ns) + "/" + ref.name;
    co_return annotations;
  }
  Task<Result<kube::IssuedToken>> service_account_token(Scope, api::es::ServiceAccountSelector,
                                                        kube::TokenRequest request) override {
    audiences = request.audiences;
    ++token_requests;
    co_return kube::IssuedToken{SecretBytes("jwt-" + std::to_string(token_requests)), WallTime()};
  }

  std::map<std::string, std::string> secrets{{"team/aws/id", "AKIASTATIC"}, {"team/aws/key", "static-secret"}};
  kube::StringMap annotations{{"eks.amazonaws.com/role-arn", "arn:aws:iam::123456789012:role/app"}};
  std::string last_account;
  std::vector<std::string> audiences;
  int token_requests = 0;
  int annotation_reads = 0;
};

struct NoCounter final : CallCounter {
  void count(std::string_view provider, std::string_view call, bool success) override {
    counts[std::string(provider) + "/" + std::string(call) + (success ? "/success" : "/error")]++;
  }
  std::map<std::string, int> counts;
};

inline constexpr const char* kKeysAuth = R"("auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"aws","key":"id"},)"
                                         R"("secretAccessKeySecretRef":{"name":"aws","key":"key"}}})";
inline constexpr const char* kJwtAuth = R"("auth":{"jwt":{"serviceAccountRef":{"name":"app"}}})";

inline RemoteRef remote(std::string key, std::string property = "", std::string version = "") {
  RemoteRef ref;
  ref.key = std::move(key);
  ref.property = std::move(property);
  ref.version = std::move(version);
  return ref;
}

inline RemoteRef tags(std::string property = "") {
  RemoteRef ref = remote("", std::move(property));
  ref.metadata_policy = "Fetch";
  return ref;
}

class AwsFlow : public testing::Test {
 protected:
  AwsFlow() {
    auto server = net::start_server(io_.get_executor(), {}, [this](net::ServerRequest r, net::ServerResponse& w) {
      return FakeAws::serve(aws_, std::move(r), w);
    });
    server_ = *std::move(server);
    const std::string url = "http://127.0.0.1:" + std::to_string(server_->port());
    variables_ = {
        {"AWS_SECRETSMANAGER_ENDPOINT", url}, {"AWS_STS_ENDPOINT", url}, {"AWS_EC2_METADATA_DISABLED", "true"}};
    http_ = make_http_clients(io_.get_executor(), clock_, "rotor");
    provider_ = make_provider({io_.get_executor(), clock_, *http_, counter_, [this](std::string_view name) {
                                 const auto it = variables_.find(name);
                                 return it == variables_.end() ? std::nullopt : std::optional(it->second);
                               }});
    aws_.secrets["openclaw/api-keys"] =
        R"("SecretString":"{\"anthropic\":\"ant-1\",\"n\":1.50,\"o\":{ \"a\": 1 },\"x.y\":\"lit\"}")";
  }
  ~AwsFlow() override {
    provider_.reset();
    http_.reset();
    server_.reset();
    io_.restart();
    io_.poll();
    EXPECT_EQ(aws_.problems, Names{});
  }

  static std::string config(const std::string& more) {
    return R"({"service":"SecretsManager","region":"us-east-1")" + (more.empty() ? "" : "," + more) + "}";
  }

  static Store store_with(const std::string& block) {
    Store store{};
    store.kind = "SecretStore";
    store.ns = "team";
    store.name = "store";
    store.config = {block};
    return store;
  }

  StoreContext context(const std::string& more) {
    StoreContext c{.store = store_with(config(more)), .consumer_ns = "team", .gate = gate_};
    c.store.max_retries = max_retries_;
    c.store.retry_interval = retry_interval_;
    return c;
  }

  Result<std::unique_ptr<SecretsClient>> client(const std::string& more) { return client(context(more)); }
  Result<std::unique_ptr<SecretsClient>> client(StoreContext c) {
    return test::run_task(io_, provider_->make_client(std::move(c)));
  }

  Result<std::string> get(SecretsClient& from, RemoteRef ref) {
    test::Running<Result<SecretBytes>> call(io_, from.get_secret(std::move(ref)));
    io_.restart();
    // Back-off sleeps on the fake clock; the calls' own deadlines (30 s) are never reached here.
    while (!call.done()) {
      const auto wait = clock_.next_wait();
      if (wait && *wait <= std::chrono::seconds(21) && io_.poll() == 0 && idle_++ > 50) {
        idle_ = 0;
        clock_.advance(*wait);
      }
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(1));
    }
    Result<SecretBytes> got = call.get();
    if (!got) return std::unexpected(got.error());
    return std::string(got->reveal());
  }

  boost::asio::io_context io_;
  test::FakeClock clock_;
  FakeAws aws_;
  FakeGate gate_;
  NoCounter counter_;
  std::map<std::string, std::string, std::less<>> variables_;
  std::optional<std::int32_t> max_retries_;
  std::optional<std::string> retry_interval_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<HttpClients> http_;
  std::unique_ptr<Provider> provider_;
  int idle_ = 0;
};

}  // namespace rotor::providers::aws
