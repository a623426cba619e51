// The texts and classes of what Vault refuses.
#include "providers/vault/answer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rotor::providers::vault {
namespace {

net::Response answer(int status, std::string_view body, net::Headers headers = {}) {
  return {status, std::move(headers), SecretBytes(body)};
}

Error refused(int status, std::string_view body, net::Headers headers = {}) {
  return refusal("GET", "http://vault:8200/v1/secret/data/foo", answer(status, body, std::move(headers)));
}

TEST(VaultRefusal, HasTheWordsOfTheVendorsTools) {
  const Error error = refused(403, R"({"errors":["1 error occurred:\n\t* permission denied\n\n"]})");
  EXPECT_EQ(error.message,
            "Error making API request.\n\nURL: GET http://vault:8200/v1/secret/data/foo\nCode: 403. Errors:\n\n"
            "* 1 error occurred:\n\t* permission denied\n\n(no policy of this token allows it, or "
            "spec.provider.vault.path or version is wrong)");
}

TEST(VaultRefusal, NamesTheNamespaceItIsOf) {
  const std::string team = refused(400, R"({"errors":["a","b"]})", {{"X-Vault-Namespace", "team/"}}).message;
  EXPECT_EQ(team,
            "Error making API request.\n\nNamespace: team/\nURL: GET http://vault:8200/v1/secret/data/foo\nCode: 400. "
            "Errors:\n\n* a* b");
  EXPECT_FALSE(refused(400, "{}", {{"X-Vault-Namespace", "root/"}}).message.contains("Namespace"));
}

struct ClassCase {
  int status;
  std::string_view body;
  Code code;
};
class VaultRefusalClass : public testing::TestWithParam<ClassCase> {};

TEST_P(VaultRefusalClass, DecidesWhatIsDoneAboutIt) {
  EXPECT_EQ(refused(GetParam().status, GetParam().body).code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, VaultRefusalClass,
    testing::Values(ClassCase{403, R"({"errors":["permission denied"]})", Code::kUnauthenticated},
                    ClassCase{403, R"({"errors":["1 error occurred:\n\t* permission denied\n\n"]})", Code::kDenied},
                    ClassCase{403, R"({"errors":["permission denied","x"]})", Code::kDenied},
                    ClassCase{403, "<html>", Code::kDenied}, ClassCase{401, "", Code::kUnauthenticated},
                    ClassCase{400, R"({"errors":["invalid role or secret ID"]})", Code::kInvalid},
                    ClassCase{404, R"({"errors":["no handler for route \"x\""]})", Code::kInvalid},
                    ClassCase{412, R"({"errors":["required index state not present"]})", Code::kUnavailable},
                    ClassCase{429, "", Code::kThrottled}, ClassCase{500, "oops", Code::kUnavailable},
                    ClassCase{500, R"({"errors":["json: cannot unmarshal number 1e999 into Go value"]})",
                              Code::kInvalid},
                    ClassCase{501, "", Code::kInvalid},
                    ClassCase{503, R"({"errors":["Vault is sealed"]})", Code::kUnavailable},
                    ClassCase{304, "", Code::kInvalid}));

TEST(VaultRefusal, ShowsNothingOfABodyThatIsNoListOfErrors) {
  for (const char* body : {"s3cret", R"({"data":{"batch_results":[{"plaintext":"s3cret"}]}})", R"({"errors":"s3cret"})",
                           R"({"errors":[{"a":"s3cret"}]})"}) {
    const std::string message = refused(400, body).message;
    EXPECT_FALSE(message.contains("s3cret")) << message;
    EXPECT_TRUE(message.contains("Code: 400. ")) << message;
  }
  EXPECT_TRUE(refused(502, "<html>").message.contains("Raw Message:\n\n* 6 bytes")) << refused(502, "<html>").message;
}

TEST(VaultRefusal, DoesNotQuoteTheNumberThatTheServerCouldNotStore) {
  const std::string message =
      refused(500, R"({"errors":["json: cannot unmarshal number 31415e999 into Go value of type float64"]})").message;
  EXPECT_TRUE(message.contains("json: cannot unmarshal number into Go value of type float64")) << message;
}

TEST(VaultRefusal, BoundsWhatAServerCanPutIntoAStatus) {
  std::string errors;
  for (int i = 0; i < 100; ++i) errors += fmt::format("{}\"{}\"", i == 0 ? "" : ",", std::string(5000, 'x'));
  EXPECT_LT(refused(400, "{\"errors\":[" + errors + "]}").message.size(), 10'000U);
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += "\\n\\tline";
  EXPECT_LT(refused(400, "{\"errors\":[\"" + lines + "\"]}").message.size(), 10'000U);
  const std::string escaped = refused(400, R"({"errors":["a\u001b[2Jb"]})").message;
  EXPECT_TRUE(escaped.contains("* a [2Jb")) << escaped;
}

TEST(VaultRefusal, ExplainsWhatTheUserCanDo) {
  EXPECT_TRUE(refused(404, R"({"errors":["no handler for route \"nope/x\". route entry not found."]})")
                  .message.ends_with("(nothing is mounted there: compare spec.provider.vault.path with `vault secrets "
                                     "list`)"));
  EXPECT_TRUE(refused(400, R"({"errors":["forwarding via header X-Vault-Inconsistent=x disabled in configuration"]})")
                  .message.contains("allow_forwarding_via_header"));
  const std::string redirect =
      refused(307, "", {{"Location", "https://active.example:8200/v1/secret/data/foo?token=x"}}).message;
  EXPECT_TRUE(redirect.contains("redirects to https://active.example:8200, and a token is sent to no other server"))
      << redirect;
}

TEST(VaultEnvelope, IsNothingWithoutAnObject) {
  for (const char* body : {"", "[]", "null", "1", "{", R"({"data":{"a":)", "{} x"}) {
    EXPECT_FALSE(read_envelope(SecretBytes(body))) << body;
  }
}

TEST(VaultEnvelope, SaysNothingOnlyWithAnEmptyListOfErrors) {
  for (const auto& [body, nothing] :
       std::vector<std::pair<std::string_view, bool>>{{R"({"errors":[]})", true},
                                                      {"{}", false},
                                                      {R"({"errors":null})", false},
                                                      {R"({"errors":["x"]})", false},
                                                      {R"({"errors":[],"data":{}})", false},
                                                      {R"({"errors":[],"warnings":["x"]})", false}}) {
    const SecretBytes bytes(body);
    EXPECT_EQ(read_envelope(bytes)->says_nothing(), nothing) << body;
  }
}

TEST(VaultAnswer, NamesALeaseOnlyWhenThereIsOne) {
  for (const auto& [body, leased] : {std::pair{R"({"lease_id":"","data":{}})", false},
                                     {R"({"lease_id" : "database/creds/a/1"})", true},
                                     {"{}", false},
                                     {R"({"lease_id":"","data":{"lease_id":"x"}})", true},
                                     {R"({"lease_id")", false},
                                     {R"({"lease_id":)", false}}) {
    EXPECT_EQ(names_a_lease(SecretBytes(body)), leased) << body;
  }
}

}  // namespace
}  // namespace rotor::providers::vault
