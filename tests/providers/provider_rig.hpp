// A provider under test, and the server it talks to over loopback. Time is the fake clock's: what a provider waits for
// passes at once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "net/server.hpp"
#include "providers/provider.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/run_task.hpp"

namespace rotor::providers {

// Secrets, annotations and tokens of the cluster, as a store's references see them.
class FakeGate final : public ReferenceGate {
 public:
  Task<Result<SecretBytes>> secret_value(Scope scope, api::es::SecretKeySelector ref) override {
    if (away) co_return fail(Code::kUnavailable, "the API server is away");
    const auto it = secrets.find(resolve_namespace(scope, ref.ns) + "/" + ref.name + "/" + ref.key);
    if (it == secrets.end()) co_return fail(Code::kInvalid, "cannot find secret data for key: \"" + ref.key + "\"");
    co_return SecretBytes(it->second);
  }
  Task<Result<kube::StringMap>> config_map(Scope scope, std::string name, std::optional<std::string> ns) override {
    const std::string path = resolve_namespace(scope, ns) + "/" + name + "/";
    kube::StringMap texts;
    for (const auto& [at, text] : config_maps) {
      if (at.starts_with(path)) texts.emplace(at.substr(path.size()), text);
    }
    if (texts.empty()) co_return fail(Code::kInvalid, "there is no ConfigMap here");
    co_return texts;
  }
  Task<Result<kube::StringMap>> service_account_annotations(Scope scope, api::es::ServiceAccountSelector ref) override {
    ++annotation_reads;
    last_account = resolve_namespace(scope, ref.ns) + "/" + ref.name;
    co_return annotations;
  }
  Task<Result<std::vector<std::string>>> service_account_secrets(Scope, api::es::ServiceAccountSelector) override {
    co_return account_secrets;
  }
  Task<Result<kube::IssuedToken>> service_account_token(Scope, api::es::ServiceAccountSelector,
                                                        kube::TokenRequest request) override {
    audiences = request.audiences;
    ++token_requests;
    if (!issues_tokens) co_return fail(Code::kInvalid, "no tokens are issued here");
    co_return kube::IssuedToken{SecretBytes("jwt-" + std::to_string(token_requests)), WallTime()};
  }

  std::map<std::string, std::string> config_maps{};
  std::map<std::string, std::string> secrets{{"team/aws/id", "AKIASTATIC"}, {"team/aws/key", "static-secret"}};
  kube::StringMap annotations{{"eks.amazonaws.com/role-arn", "arn:aws:iam::123456789012:role/app"}};
  std::string last_account;
  std::vector<std::string> audiences;
  std::vector<std::string> account_secrets;  // that each ServiceAccount lists
  bool issues_tokens = true;
  bool away = false;
  int token_requests = 0;
  int annotation_reads = 0;
};

struct CountedCalls final : CallCounter {
  void count(std::string_view provider, std::string_view call, bool success) override {
    counts[std::string(provider) + "/" + std::string(call) + (success ? "/success" : "/error")]++;
  }
  std::map<std::string, int> counts;
};

inline RemoteRef remote(std::string key, std::string property = "", std::string version = "") {
  RemoteRef ref;
  ref.key = std::move(key);
  ref.property = std::move(property);
  ref.version = std::move(version);
  return ref;
}

// An absent value as kNotFound, for tests that look at one text.
inline Result<std::string> text_of(Lookup<SecretBytes> got) {
  if (got.absent()) return fail(Code::kNotFound, got.absence().what);
  if (got.failed()) return std::unexpected(got.error());
  return std::string(got->reveal());
}

class ProviderRig : public testing::Test {
 protected:
  explicit ProviderRig(net::Handler handler, net::ServerConfig config = {}) {
    const bool tls = !config.certificate_pem.empty();
    server_ = *net::start_server(io_.get_executor(), std::move(config), std::move(handler));
    url_ = (tls ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(server_->port());
    http_ = make_http_clients(io_.get_executor(), clock_, "rotor");
  }
  ~ProviderRig() override { stop(); }

  // For destructors of classes whose members the server's handler uses.
  void stop() {
    provider_.reset();
    http_.reset();
    server_.reset();
    io_.restart();
    io_.poll();
  }

  const std::string& url() const { return url_; }

  Services services() {
    return {io_.get_executor(),
            clock_,
            *http_,
            counter_,
            [this](std::string_view name) {
              const auto it = variables_.find(name);
              return it == variables_.end() ? std::nullopt : std::optional(it->second);
            },
            personal_};
  }

  // A SecretStore of the namespace `team` with this block under spec.provider.
  static Store store_with(std::string block) {
    Store store{};
    store.kind = "SecretStore";
    store.ns = "team";
    store.name = "store";
    store.config = {std::move(block)};
    return store;
  }
  StoreContext context(std::string block) {
    return {.store = store_with(std::move(block)), .consumer_ns = "team", .gate = gate_};
  }

  // Runs a task to its end. Pauses (up to 21 s each) pass on the fake clock when nothing else happens; the deadlines of
  // single exchanges (30 s) are not reached by that.
  template <class T>
  T pump(Task<T> task) {
    test::Running<T> call(io_, std::move(task));
    for (int idle = 0; !call.done();) {
      const auto wait = clock_.next_wait();
      if (wait && *wait <= std::chrono::seconds(21) && io_.poll() == 0 && idle++ > 50) {
        idle = 0;
        clock_.advance(*wait);
      }
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(1));
    }
    return call.get();
  }

  boost::asio::io_context io_;
  test::FakeClock clock_;
  FakeGate gate_;
  CountedCalls counter_;
  std::map<std::string, std::string, std::less<>> variables_;
  PersonalLogins personal_ = PersonalLogins::kOwn;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<HttpClients> http_;
  std::unique_ptr<Provider> provider_;

 private:
  std::string url_;
};

}  // namespace rotor::providers
