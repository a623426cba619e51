// The providers that the tests of this room judge stores with, and one that is on its way out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "admission/kinds.hpp"
#include "providers/fake/fake.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "providers/vault/provider.hpp"
#include "tests/fakes/fake_clock.hpp"

namespace rotor::admission {

class LeavingProvider final : public providers::Provider {
 public:
  providers::Capability capability() const override { return providers::Capability::kReadOnly; }
  providers::Maintenance maintenance() const override { return providers::Maintenance::kDeprecated; }
  Result<std::vector<std::string>> validate_store(const providers::Store&) const override {
    return std::vector<std::string>{"move to another one"};
  }
  Task<Result<std::unique_ptr<providers::SecretsClient>>> make_client(providers::StoreContext) override {
    co_return fail(Code::kInternal, "nobody opens a client while a store is judged");
  }
};

class Counter final : public providers::CallCounter {
 public:
  void count(std::string_view, std::string_view, bool) override { ++calls; }
  int calls = 0;
};

// No loop runs: a check that needed the network would never come back.
struct Rules {
  boost::asio::io_context io;
  test::FakeClock clock;
  Counter counter;
  std::unique_ptr<providers::HttpClients> http = providers::make_http_clients(io.get_executor(), clock, "test");
  providers::ProviderRegistry registry{
      {{"fake", providers::make_fake_provider},
       {"kubernetes", providers::make_kubernetes_provider},
       {"vault", providers::vault::make_provider},
       {"leaving",
        [](const providers::Services&) -> std::unique_ptr<providers::Provider> {
          return std::make_unique<LeavingProvider>();
        }}},
      {io.get_executor(), clock, *http, counter, [](std::string_view) { return std::nullopt; }}};

  Verdict judge(std::string_view kind, std::string_view object, std::string_view old = {}) const {
    return judged_kind("external-secrets.io", kind)->judge({object, old}, registry);
  }
};

}  // namespace rotor::admission
