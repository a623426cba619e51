// The webhook over HTTPS: what an API server gets, and what anybody else gets who reaches it.
#include "admission/webhook/endpoint.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "json/document.hpp"
#include "tests/admission/rules.hpp"
#include "tests/net/site.hpp"

namespace rotor::admission {
namespace {

constexpr std::string_view kPath = "/validate-external-secrets-io-v1-externalsecret";
constexpr std::string_view kQuestion =
    R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"1","operation":"CREATE",)"
    R"("kind":{"group":"external-secrets.io","version":"v1","kind":"ExternalSecret"},"object":{"spec":{}}}})";

class Endpoint : public net::Site {
 protected:
  void SetUp() override {
    net::ServerConfig config = server_config();
    config.max_body = 4096;
    config.wants_body = wants_question;
    serve(make_endpoint(rules_.registry), std::move(config));
    connect();
  }
  net::Response ask(std::string_view path, std::string_view body, std::string method = "POST",
                    std::string type = "application/json") {
    net::Request request{.method = std::move(method), .url = url(path), .headers = {{"Content-Type", std::move(type)}}};
    request.body = SecretBytes(body);
    auto answer = test::run_task(io_, client_->send(std::move(request)));
    if (!answer) throw std::runtime_error(answer.error().message);
    return *std::move(answer);
  }

  Rules rules_;
};

TEST_F(Endpoint, AnswersAQuestionWhateverTheTimeoutInItsAddress) {
  const net::Response answer = ask(std::string(kPath) + "?timeout=5s", kQuestion);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.reveal().contains(R"("allowed":false)"));
  EXPECT_TRUE(answer.body.reveal().contains("either data or dataFrom should be specified"));
}

TEST_F(Endpoint, SendsEverybodyElseAwayWithAReason) {
  EXPECT_EQ(ask("/", kQuestion).status, 404);
  EXPECT_EQ(ask("/metrics", "", "GET").status, 404);
  EXPECT_EQ(ask(kPath, "", "GET").status, 405);
  EXPECT_EQ(ask(kPath, kQuestion, "POST", "text/plain").status, 415);
  EXPECT_EQ(ask(kPath, "canary").status, 400);
  EXPECT_FALSE(ask(kPath, "canary").body.reveal().contains("canary"));
  EXPECT_EQ(ask("/validate-external-secrets-io-v1-secretstore", kQuestion).status, 400);
}

std::string instance_question(std::string_view spec, std::string_view operation = "CREATE") {
  return fmt::format(
      R"({{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"1","operation":"{}","kind":)"
      R"({{"group":"openclaw.rocks","version":"v1alpha1","kind":"OpenClawInstance"}},"object":{{"metadata":)"
      R"({{"name":"foo"}},"spec":{}}},"oldObject":null}}}})",
      operation, spec);
}

TEST_F(Endpoint, JudgesInstancesUnderThePathOfTheExistingOperator) {
  constexpr std::string_view kInstances = "/validate-openclaw-rocks-v1alpha1-openclawinstance";
  const net::Response denied =
      ask(kInstances, instance_question(R"({"security":{"podSecurityContext":{"runAsUser":0}}})"));
  EXPECT_EQ(denied.status, 200);
  EXPECT_TRUE(denied.body.reveal().contains(R"("allowed":false)"));
  EXPECT_TRUE(denied.body.reveal().contains("running as root (UID 0)"));
  const net::Response allowed = ask(kInstances, instance_question("{}"));
  EXPECT_TRUE(allowed.body.reveal().contains(R"("allowed":true)"));
  EXPECT_TRUE(allowed.body.reveal().contains("no provider keys")) << "and warns";
}

TEST_F(Endpoint, B319AllowsEveryDelete) {
  const net::Response answer =
      ask("/validate-openclaw-rocks-v1alpha1-openclawinstance",
          instance_question(R"({"security":{"podSecurityContext":{"runAsUser":0}}})", "DELETE"));
  EXPECT_TRUE(answer.body.reveal().contains(R"("allowed":true)"));
}

TEST_F(Endpoint, FillsDefaultsInByAPatchOfTheSpec) {
  constexpr std::string_view kDefaults = "/mutate-openclaw-rocks-v1alpha1-openclawinstance";
  const auto patch_of = [](const net::Response& answer) {
    const json::Value said = *json::parse(answer.body.reveal());
    EXPECT_TRUE(json::find(said, "response.allowed")->as_bool());
    const auto text = base64_decode(json::find_string(said, "response.patch"));
    return text ? std::string(*text) : std::string();
  };
  const std::string patch = patch_of(ask(kDefaults, instance_question(R"({"resources":{"limits":{"cpu":"1"}}})")));
  const json::Value step = json::parse(patch)->as_array().at(0);
  EXPECT_EQ(step.at("op"), "add");
  EXPECT_EQ(step.at("path"), "/spec");
  EXPECT_EQ(json::find_string(step, "value.resources.limits.cpu"), "1");
  EXPECT_EQ(json::find_string(step, "value.resources.limits.memory"), "4Gi");
  const std::string filled = json::serialize(step.at("value"));
  EXPECT_FALSE(ask(kDefaults, instance_question(filled)).body.reveal().contains("patch")) << "nothing is unset";
  EXPECT_EQ(ask(kDefaults, kQuestion).status, 400) << "of another kind";
}

TEST_F(Endpoint, RefusesABodyThatIsTooLong) {
  EXPECT_EQ(ask(kPath, std::string(5000, ' ')).status, 413);
  EXPECT_EQ(ask(kPath, kQuestion).status, 200);
}

TEST_F(Endpoint, GoesOnWithAnotherCertificateForNewConnections) {
  EXPECT_EQ(ask(kPath, kQuestion).status, 200);
  const net::KeyPair ca = net::make_ca("another CA", net::real_now(), std::chrono::hours(24));
  const net::KeyPair pair =
      net::issue_certificate(ca, "server", {"127.0.0.1"}, net::real_now(), std::chrono::hours(24));
  EXPECT_FALSE(server_->set_certificate(pair.certificate_pem, SecretBytes("canary")));
  EXPECT_EQ(ask(kPath, kQuestion).status, 200) << "an unusable one changes nothing";
  ASSERT_TRUE(server_->set_certificate(pair.certificate_pem, pair.key_pem));
  EXPECT_EQ(ask(kPath, kQuestion).status, 200) << "the connection that is open goes on";
  connect({.tls = {.ca_pem = ca.certificate_pem}});
  EXPECT_EQ(ask(kPath, kQuestion).status, 200);
}

}  // namespace
}  // namespace rotor::admission
