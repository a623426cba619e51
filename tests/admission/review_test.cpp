// Questions of the API server and what they are answered, nonsense included.
#include "admission/review.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "json/document.hpp"
#include "tests/admission/rules.hpp"

namespace rotor::admission {
namespace {

constexpr std::string_view kEmptyEs = R"({"metadata":{"name":"es"},"spec":{}})";
constexpr std::string_view kGoodEs =
    R"({"metadata":{"name":"es"},"spec":{"data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}})";

std::string question(std::string_view operation, std::string_view object, std::string_view old = "null",
                     std::string_view version = "v1", std::string_view kind = "ExternalSecret") {
  return fmt::format(
      R"({{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/{}","request":{{"uid":"705ab4f5",)"
      R"("kind":{{"group":"external-secrets.io","version":"v1","kind":"{}"}},"resource":{{"group":"external-secrets.io",)"
      R"("version":"v1","resource":"externalsecrets"}},"name":"es","namespace":"ns","operation":"{}",)"
      R"("userInfo":{{"username":"admin","groups":["system:authenticated"]}},"object":{},"oldObject":{},"dryRun":true,)"
      R"("options":{{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}}}}}})",
      version, kind, operation, object, old);
}

class AnswersReview : public testing::Test {
 protected:
  Result<std::string> ask(std::string_view text, std::string_view kind = "ExternalSecret") const {
    return answer_review(*judged_kind("external-secrets.io", kind), SecretBytes(text), rules_.registry);
  }
  json::Value answer(std::string_view text) const {
    const auto answered = ask(text);
    EXPECT_TRUE(answered) << answered.error().message;
    return answered ? *json::parse(*answered) : json::Value();
  }
  static bool allowed(const json::Value& answer) { return json::find(answer, "response.allowed")->as_bool(); }

  Rules rules_;
};

TEST_F(AnswersReview, WithADenialThatTheApiServerPassesOn) {
  const json::Value answered = answer(question("CREATE", kEmptyEs));
  EXPECT_EQ(json::serialize(answered),
            R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"705ab4f5",)"
            R"("allowed":false,"status":{"status":"Failure","message":"either data or dataFrom should be specified",)"
            R"("reason":"Forbidden","code":403}}})");
}

TEST_F(AnswersReview, InTheVersionOfTheQuestion) {
  const json::Value answered = answer(question("CREATE", kGoodEs, "null", "v1beta1"));
  EXPECT_EQ(json::find_string(answered, "apiVersion"), "admission.k8s.io/v1beta1");
  EXPECT_TRUE(allowed(answered));
}

TEST_F(AnswersReview, OfAnUpdateByTheNewObject) {
  EXPECT_FALSE(allowed(answer(question("UPDATE", kEmptyEs, kGoodEs))));
  EXPECT_TRUE(allowed(answer(question("UPDATE", kGoodEs, kEmptyEs))));
}

TEST_F(AnswersReview, YesToEveryDelete) { EXPECT_TRUE(allowed(answer(question("DELETE", "null", kEmptyEs)))); }

TEST_F(AnswersReview, WithWarningsOfOneLineEach) {
  constexpr std::string_view kOld =
      R"({"metadata":{"name":"es"},"spec":{"target":{"template":{"type":"bootstrap.kubernetes.io/token",)"
      R"("templateFrom":[{"target":"type"}]}},"data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}})";
  const json::Value answered = answer(question("UPDATE", kOld, kOld));
  EXPECT_TRUE(allowed(answered));
  const json::Array& warnings = json::find(answered, "response.warnings")->as_array();
  ASSERT_EQ(warnings.size(), 2U);
  for (const json::Value& warning : warnings) EXPECT_FALSE(std::string_view(warning.as_string()).contains('\n'));
}

// What is no question of an API server gets a reason and no answer; nothing of it comes back.
TEST_F(AnswersReview, NotWhenItMakesNoSense) {
  const std::string deep = std::string(100'000, '[');
  const std::pair<std::string, std::string_view> cases[] = {
      {"", "cannot be read"},
      {"canary", "cannot be read"},
      {R"({"canary":)", "cannot be read"},
      {"[]", "cannot be read"},
      {deep, "cannot be read"},
      {R"({"kind":"canary"})", "no AdmissionReview"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v2","request":{"uid":"u"}})", "v1 or v1beta1"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"})", "no request"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":null})", "no request"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":""}})", "uid"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":{"canary":1}}})",
       "request.uid"},
      {question("CREATE", kGoodEs, "null", "v1", "SecretStore"), "this path is for ExternalSecret"},
      {question("CREATE", "null"), "no request.object"},
      {question("CREATE", R"("canary")"), "no request.object"},
  };
  for (const auto& [text, says] : cases) {
    const auto answered = ask(text);
    ASSERT_FALSE(answered) << text.substr(0, 80);
    EXPECT_TRUE(answered.error().message.contains(says)) << answered.error().message;
    EXPECT_FALSE(answered.error().message.contains("canary")) << answered.error().message;
  }
}

TEST_F(AnswersReview, AnObjectThatCannotBeReadIsRefusedNotFailed) {
  const json::Value answered = answer(question("CREATE", R"({"spec":{"data":"canary"}})"));
  EXPECT_FALSE(allowed(answered));
  const std::string_view message = json::find_string(answered, "response.status.message");
  EXPECT_TRUE(message.contains("spec.data")) << message;
  EXPECT_FALSE(message.contains("canary")) << message;
}

TEST(JudgedKinds, EachHasAWebhookAndAPathOfItsOwn) {
  for (const JudgedKind& kind : judged_kinds()) {
    EXPECT_EQ(judged_at(kind.path), &kind);
    EXPECT_EQ(judged_kind(kind.group, kind.kind), &kind);
    if (kind.with_defaults != nullptr) EXPECT_EQ(defaulted_at(kind.defaults_path), &kind);
  }
  EXPECT_EQ(judged_kind("", "ExternalSecret"), nullptr);
  EXPECT_EQ(judged_kind("external-secrets.io", "PushSecret"), nullptr);
  EXPECT_EQ(judged_kind("external-secrets.io", "OpenClawInstance"), nullptr);
  EXPECT_EQ(judged_at("/"), nullptr);
  EXPECT_EQ(defaulted_at(""), nullptr);
}

}  // namespace
}  // namespace rotor::admission
