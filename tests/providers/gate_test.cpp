// What the cluster's own answers become on their way to a store.
#include "providers/gate.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/run_task.hpp"
#include "tests/fakes/strict_client.hpp"

namespace rotor::providers {
namespace {

constexpr const char* kNoTokens = "no cloud knows a ServiceAccount of this machine: start with --values FILE";

// A cluster that refuses every read in one way.
struct RefusingClient final : test::StrictClient {
  explicit RefusingClient(Code code) : code(code) {}
  Task<Result<SecretBytes>> get(kube::Resource, kube::Key key) override {
    co_return fail(code, "serviceaccounts \"" + key.name + "\" not found");
  }
  Code code;
};

std::string about_account(Code code, std::string no_tokens) {
  boost::asio::io_context io(1);
  RefusingClient client(code);
  const auto gate = make_reference_gate(client, std::move(no_tokens));
  const Scope scope{"SecretStore", "team"};
  const api::es::ServiceAccountSelector app{"app", {}, {}};
  const auto annotations = test::run_task(io, gate->service_account_annotations(scope, app));
  const auto secrets = test::run_task(io, gate->service_account_secrets(scope, app));
  EXPECT_EQ(annotations.error().message, secrets.error().message);
  EXPECT_NE(annotations.error().code, Code::kNotFound) << "a missing login is no missing secret";
  return annotations.error().message;
}

TEST(ReferenceGate, SaysOfAServiceAccountThatIsNotThereWhetherATokenOfItCouldBeHad) {
  const std::string missing =
      R"(cannot get ServiceAccount "app" from namespace "team": serviceaccounts "app" not found)";
  EXPECT_EQ(about_account(Code::kNotFound, ""), missing);
  EXPECT_EQ(about_account(Code::kNotFound, kNoTokens), missing + "; " + kNoTokens);
  EXPECT_EQ(about_account(Code::kDenied, kNoTokens), missing) << "it may be there";
}

}  // namespace
}  // namespace rotor::providers
