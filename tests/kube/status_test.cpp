#include "kube/client/status.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/client/retry.hpp"

namespace rotor::kube {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kCanary = "canary-5b1f";

struct RefusalCase {
  std::string_view status;  // JSON beside kind and status
  Code code;
  Outcome::Kind then;  // after a write
};
void PrintTo(const RefusalCase& c, std::ostream* out) { *out << c.status; }

Status refusal(std::string_view members) {
  return read_status(0, fmt::format(R"({{"kind":"Status","status":"Failure",{}}})", members));
}

class Refusal : public testing::TestWithParam<RefusalCase> {};

TEST_P(Refusal, SaysWhetherAnotherTryHelpsAndWhen) {
  const Error error = error_of(refusal(GetParam().status), {}, "things.example.com", "a");
  EXPECT_EQ(error.code, GetParam().code);
  const Outcome outcome = after_failed_write(error.code);
  EXPECT_EQ(outcome.kind, GetParam().then);
  if (outcome.kind == Outcome::Kind::kAfter) EXPECT_GE(outcome.after, std::chrono::minutes(1));
}

using Kind = Outcome::Kind;
INSTANTIATE_TEST_SUITE_P(
    Cases, Refusal,
    testing::Values(
        // What looks as if it would pass and never does.
        RefusalCase{R"("code":500,"message":"etcdserver: request is too large")", Code::kInvalid, Kind::kAfter},
        RefusalCase{R"("code":500,"message":"failed to create typed patch object (n/a; v1, Kind=T): .spec: duplicate")",
                    Code::kInvalid, Kind::kAfter},
        RefusalCase{R"("code":413,"reason":"RequestEntityTooLarge","message":"limit is 3145728")", Code::kInvalid,
                    Kind::kAfter},
        // What looks final and may pass: a policy, a quota, a role.
        RefusalCase{R"("code":422,"reason":"Invalid","message":"is forbidden: ValidatingAdmissionPolicy 'p'")",
                    Code::kInvalid, Kind::kAfter},
        RefusalCase{R"("code":403,"reason":"Forbidden","message":"exceeded quota")", Code::kDenied, Kind::kAfter},
        // Where nothing can be made any more.
        RefusalCase{R"("code":403,"reason":"Forbidden","message":"being terminated","details":{"name":"a","causes":[
                    {"reason":"NamespaceTerminating","field":"metadata.namespace"}]})",
                    Code::kGone, Kind::kDone},
        RefusalCase{R"("code":404,"reason":"NotFound","details":{"name":"n","kind":"namespaces"})", Code::kGone,
                    Kind::kDone},
        // What passes.
        RefusalCase{R"("code":500,"reason":"InternalError","message":"failed calling webhook")", Code::kUnavailable,
                    Kind::kFailed},
        RefusalCase{R"("code":500,"message":"etcdserver: request timed out")", Code::kUnavailable, Kind::kFailed},
        RefusalCase{R"("code":409,"reason":"Conflict","details":{"name":"a"})", Code::kConflict, Kind::kFailed},
        RefusalCase{R"("code":404,"reason":"NotFound","details":{"name":"a","kind":"things"})", Code::kNotFound,
                    Kind::kFailed},
        RefusalCase{R"("code":429,"reason":"TooManyRequests")", Code::kThrottled, Kind::kFailed},
        RefusalCase{R"("code":504,"reason":"Timeout")", Code::kTimeout, Kind::kFailed}));

Status quoting(int code, std::string_view reason) {
  return refusal(fmt::format(
      R"("code":{},"reason":"{}","message":"data: {} is wrong","details":{{"name":"{}","kind":"secrets","causes":[
         {{"reason":"FieldValueInvalid","message":"{}","field":"data[tls.key]"}}]}})",
      code, reason, kCanary, kCanary, kCanary));
}

class SecretRefusal : public testing::TestWithParam<std::pair<int, const char*>> {};

TEST_P(SecretRefusal, NeverRepeatsWhatTheServerQuotes) {
  const auto [code, reason] = GetParam();
  const Error error = error_of(quoting(code, reason), {}, "secrets", "tgt");
  EXPECT_THAT(error.message, Not(HasSubstr(std::string(kCanary))));
  EXPECT_THAT(withheld_error_of(quoting(code, reason), {}).message, Not(HasSubstr(std::string(kCanary))));
  EXPECT_FALSE(error.message.empty());
}

INSTANTIATE_TEST_SUITE_P(Cases, SecretRefusal,
                         testing::Values(std::pair{422, "Invalid"}, std::pair{400, "BadRequest"}, std::pair{500, ""},
                                         std::pair{404, "NotFound"}, std::pair{409, "AlreadyExists"},
                                         std::pair{409, "Conflict"}, std::pair{403, "Forbidden"},
                                         std::pair{418, "Teapot"}));

TEST(SecretRefusal, KeepsStatusReasonAndField) {
  EXPECT_EQ(error_of(quoting(422, "Invalid"), {}, "secrets", "tgt").message,
            "the API server answered 422 Invalid for data[tls.key] (its text is withheld: it may quote the Secret)");
  EXPECT_EQ(error_of(quoting(404, "NotFound"), {}, "secrets", "tgt").message, "secrets \"tgt\" not found");
}

Status denied(std::string_view what) {
  return refusal(fmt::format(R"("code":403,"reason":"Forbidden","message":"secrets \"tgt\" is forbidden: {}")", what));
}

TEST(SecretRefusal, NamesTheVerbAndTheResourceOfAMissingRight) {
  for (const std::string_view verb : {"get", "list", "watch", "create", "update", "patch", "delete"}) {
    const Status status =
        denied(fmt::format(R"(User \"{}\" cannot {} resource \"secrets\" in API group \"\")", kCanary, verb));
    const std::string message = error_of(status, {}, "secrets", "tgt").message;
    EXPECT_EQ(message,
              fmt::format("403 Forbidden: the identity that Rotor uses has no right to {} secrets; grant it that "
                          "verb (`rotor doctor --service-account NAMESPACE/NAME` names all that are missing)",
                          verb));
  }
  const Status of_a_kind = denied(R"(User \"u\" cannot update resource \"things\" in API group \"example.com\")");
  EXPECT_THAT(error_of(of_a_kind, {}, "things.example.com", "a", true).message, HasSubstr("update things.example.com"));
}

TEST(SecretRefusal, TakesNoOtherRefusalForAMissingRight) {
  for (const std::string_view text :
       {R"(admission webhook \"w\" denied the request: canary-5b1f)",
        R"(User \"u\" cannot canary-5b1f resource \"secrets\")", R"(User \"u\" cannot get resource \"canary-5b1f\")"}) {
    EXPECT_EQ(error_of(denied(text), {}, "secrets", "tgt").message,
              "the API server answered 403 Forbidden (its text is withheld: it may quote the Secret)");
  }
}

TEST(SecretRefusal, IsAboutSecretsOnly) {
  EXPECT_THAT(error_of(quoting(422, "Invalid"), {}, "configmaps", "a").message, HasSubstr(std::string(kCanary)));
}

}  // namespace
}  // namespace rotor::kube
