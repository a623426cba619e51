// The store: its block, its token, what validate says, what is tried again.
#include "tests/providers/onepassword/connect_flow.hpp"

namespace rotor::providers::onepassword {
namespace {

using ConnectStore = ConnectFlow;

struct BlockCase {
  std::string block;
  std::string message;  // empty: fine
  std::string kind = "SecretStore";
};

TEST_F(ConnectStore, O22_ChecksTheBlock) {
  const std::string invalid = "received invalid 1Password SecretStore resource: ";
  const std::string token = "spec.provider.onepassword.auth.secretRef.connectTokenSecretRef";
  const auto with_ref = [](const std::string& ref) { return block(R"("v":1)", "https://connect.example", ref); };
  const std::vector<BlockCase> cases = {
      {block(R"("v":1)", "http://onepassword-connect:8080"), ""},
      {block(R"("v":1,"w":2)", "https://connect.example/op/"), ""},
      {"null", "nil spec.provider.onepassword"},
      {"{}", "missing: " + token + ".name"},
      {with_ref(R"({"key":"token"})"), "missing: " + token + ".name"},
      {with_ref(R"({"name":"op"})"), "missing: " + token + ".key"},
      {with_ref(R"({"name":"op","key":"token","namespace":"other"})"),
       token + ": namespace should either be empty or match the namespace of the SecretStore for a namespaced "
               "SecretStore"},
      {with_ref(R"({"name":"op","key":"token"})"), token + ": cluster scope requires namespace", "ClusterSecretStore"},
      {block("", "https://connect.example"), "must be at least one vault: spec.provider.onepassword.vaults"},
      {block(R"("a":1,"b":1)", "https://connect.example"),
       "vault order numbers must be unique: spec.provider.onepassword.vaults has 1 twice"},
      {block(R"("v":1)", ":/invalid.invalid"), "unable to parse URL: spec.provider.onepassword.connectHost: "},
      {block(R"("v":1)", "http://connect.example"), "unable to parse URL: spec.provider.onepassword.connectHost: "},
      {block(R"("v":1)", "https://169.254.169.254"), "unable to parse URL: spec.provider.onepassword.connectHost: "},
      {block(R"("v":1)", "https://connect.example/?a=b"),
       "unable to parse URL: spec.provider.onepassword.connectHost: "},
  };
  for (const BlockCase& c : cases) {
    Store store = store_with(c.block);
    store.kind = c.kind;
    if (store.kind == "ClusterSecretStore") store.ns.clear();
    const auto checked = provider_->validate_store(store);
    ASSERT_EQ(checked.has_value(), c.message.empty()) << c.block;
    if (!checked) EXPECT_TRUE(checked.error().message.starts_with(invalid + c.message)) << checked.error().message;
  }
}

TEST_F(ConnectStore, ValidateLooksForEveryVaultAndReadsNoItem) {
  auto store = client(fmt::format(R"("first":1,"{}":2)", connect_.vaults[1].id));
  EXPECT_EQ(pump((*store)->validate()).validity, Validity::kReady);
  EXPECT_EQ(connect_.calls, (Names{"/v1/vaults?filter=title eq \"first\"", "/v1/vaults/" + connect_.vaults[1].id}));
}

TEST_F(ConnectStore, ValidateNamesTheFieldThatIsWrong) {
  const auto verdict = [&](const std::string& vaults) {
    const Validation validation = pump((*client(vaults))->validate());
    EXPECT_EQ(validation.validity, Validity::kError);
    return validation.error ? validation.error->message : "";
  };
  EXPECT_EQ(verdict(R"("First":1)"),
            "error finding 1Password Vault: Found 0 vaults with title \"First\": write the name in "
            "spec.provider.onepassword.vaults as 1Password does, and give the Connect token access to it");
  const std::string unknown = FakeConnect::id("unknown");
  EXPECT_EQ(verdict("\"" + unknown + "\":1"), "error finding 1Password Vault: spec.provider.onepassword.vaults, " +
                                                  unknown + ": status 404: vault not found");
  gate_.secrets["team/op/token"] = "another";
  EXPECT_EQ(verdict(R"("first":1)"),
            "error finding 1Password Vault: status 401: Invalid token signature (the token is that of "
            "spec.provider.onepassword.auth.secretRef.connectTokenSecretRef: Secret \"op\", key \"token\")");
  EXPECT_EQ(connect_.calls.size(), 3U) << "a refused token is not tried again";
}

TEST_F(ConnectStore, ATokenWithALineEndBehindItIsTheTokenAndAnyOtherSpaceIsAMistake) {
  gate_.secrets["team/op/token"] = "connect-token\r\n";
  EXPECT_EQ(pump((*client())->validate()).validity, Validity::kReady);
  for (const char* bad : {"", "\n", "connect token", "connect\ntoken", "tok\xc3\xa9n"}) {
    gate_.secrets["team/op/token"] = bad;
    const auto refused = client();
    ASSERT_FALSE(refused) << bad;
    EXPECT_TRUE(refused.error().message.starts_with(
        "spec.provider.onepassword.auth.secretRef.connectTokenSecretRef: the token in the Secret"))
        << refused.error().message;
    EXPECT_FALSE(*bad != '\0' && *bad != '\n' && refused.error().message.contains(bad));
  }
}

TEST_F(ConnectStore, AClusterStoreReadsItsTokenFromTheNamespaceItNames) {
  gate_.secrets["vaults/op/token"] = "connect-token";
  StoreContext c = context(block(R"("first":1)", url(), R"({"name":"op","key":"token","namespace":"vaults"})"));
  c.store.kind = "ClusterSecretStore";
  c.store.ns.clear();
  c.consumer_ns.clear();
  auto store = open(std::move(c));
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(pump((*store)->validate()).validity, Validity::kReady);
}

TEST_F(ConnectStore, APathInFrontOfTheServersOwnIsKept) {
  auto store = open(context(block(R"("first":1)", url() + "/connect/")));
  (void)pump((*store)->validate());
  EXPECT_EQ(connect_.calls.front(), "/connect/v1/vaults?filter=title eq \"first\"");
}

TEST_F(ConnectStore, O33_TheAuthorizationHiccupIsTriedThriceAndNoOtherRefusal) {
  const auto hiccup = FakeConnect::refused(403, "Authorization: (401) Unauthorized");
  connect_.next = {hiccup, hiccup};
  EXPECT_EQ(pump((*client(R"("first":1)"))->validate()).validity, Validity::kReady);
  EXPECT_EQ(connect_.calls.size(), 3U);
  connect_.next = {hiccup, hiccup, hiccup, hiccup};
  const Validation third = pump((*client(R"("first":1)"))->validate());
  EXPECT_EQ(third.error->code, Code::kDenied);
  EXPECT_EQ(connect_.calls.size(), 6U);
  connect_.next = {FakeConnect::refused(403, "vault is not in scope")};
  const Validation other = pump((*client(R"("first":1)"))->validate());
  EXPECT_EQ(other.error->message, "error finding 1Password Vault: status 403: vault is not in scope");
  EXPECT_EQ(connect_.calls.size(), 7U);
}

TEST_F(ConnectStore, WhatMayPassIsTriedAgainWithinTheStoresSettings) {
  FakeConnect::Answer busy = FakeConnect::refused(429, "slow down");
  busy.headers.push_back({"Retry-After", "7"});
  connect_.next = {busy, FakeConnect::refused(503, "starting")};
  const SteadyTime start = clock_.steady();
  EXPECT_EQ(pump((*client(R"("first":1)"))->validate()).validity, Validity::kReady);
  EXPECT_GE(clock_.steady() - start, std::chrono::seconds(7));
  EXPECT_EQ(connect_.calls.size(), 3U);

  connect_.next = {busy};
  StoreContext once = context(block(R"("first":1)"));
  once.store.max_retries = 1;
  auto store = open(std::move(once));
  const Validation validation = pump((*store)->validate());
  EXPECT_EQ(validation.error->code, Code::kThrottled);
  EXPECT_EQ(validation.error->retry_after, std::chrono::seconds(7));
  EXPECT_EQ(connect_.calls.size(), 4U);
}

TEST_F(ConnectStore, TwoStoresWithOtherTokensNeverAnswerForEachOther) {
  gate_.secrets["team/op2/token"] = "of-nobody";
  connect_.vaults[0].items = {{FakeConnect::id("a"), "item", {{"password", "one"}}}};
  auto good = client(R"("first":1)");
  auto bad = open(context(block(R"("first":1)", url(), R"({"name":"op2","key":"token"})")));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(text_of(pump((*good)->get_secret(remote("item")))), "one");
    EXPECT_EQ(text_of(pump((*bad)->get_secret(remote("item")))).error().code, Code::kUnauthenticated);
  }
}

TEST_F(ConnectStore, WhatTheServerSaysIsMadeFitForAStatusAndAPageIsNotQuoted) {
  connect_.next = {FakeConnect::refused(400, "no\nsuch\x01thing")};
  EXPECT_EQ(pump((*client(R"("first":1)"))->validate()).error->message,
            "error finding 1Password Vault: status 400: no such thing");
  connect_.next = {{418, "<html>secret page</html>", {{"Content-Type", "text/html"}}}};
  EXPECT_EQ(pump((*client(R"("first":1)"))->validate()).error->message,
            "error finding 1Password Vault: status 418: no success");
}

}  // namespace
}  // namespace rotor::providers::onepassword
