#include "providers/aws/errors.hpp"

#include <gtest/gtest.h>

#include "providers/aws/xml.hpp"

namespace rotor::providers::aws {
namespace {

struct ErrorCase {
  int status;
  const char* header;
  const char* body;
  const char* text;
  Code code;
  Service service = Service::kSecretsManager;
};

class AwsErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(AwsErrors, AreClassifiedByName) {
  net::Response response{.status = GetParam().status, .headers = {}, .body = SecretBytes(GetParam().body)};
  if (*GetParam().header != '\0') response.headers.push_back({"x-amzn-errortype", GetParam().header});
  const Error error = read_error(GetParam().service, response).to_error("Op");
  EXPECT_EQ(error.message, GetParam().text);
  EXPECT_EQ(error.code, GetParam().code) << to_string(error.code);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, AwsErrors,
    testing::Values(
        ErrorCase{400, "", R"({"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find it."})",
                  "Op: ResourceNotFoundException: Secrets Manager can't find it.", Code::kNotFound},
        ErrorCase{404, "", R"({"__type":"ResourceNotFoundException","message":"gone"})",
                  "Op: ResourceNotFoundException: gone", Code::kNotFound},
        ErrorCase{400, "ResourceNotFoundException:http://internal.amazon.com/", R"({"message":"x"})",
                  "Op: ResourceNotFoundException: x", Code::kNotFound},
        ErrorCase{400, "", R"({"__type":"com.amazonaws.secretsmanager#ResourceNotFoundException"})",
                  "Op: ResourceNotFoundException", Code::kNotFound},
        ErrorCase{400, "", R"({"__type":"ParameterNotFound"})", "Op: ParameterNotFound", Code::kNotFound,
                  Service::kParameterStore},
        ErrorCase{400, "", R"({"__type":"ParameterVersionNotFound"})", "Op: ParameterVersionNotFound", Code::kInvalid,
                  Service::kParameterStore},
        ErrorCase{400, "", R"({"__type":"InvalidResourceId"})", "Op: InvalidResourceId", Code::kInvalid,
                  Service::kParameterStore},
        // A service's word for absence is no other service's.
        ErrorCase{400, "", R"({"__type":"ResourceNotFoundException"})", "Op: ResourceNotFoundException", Code::kInvalid,
                  Service::kParameterStore},
        ErrorCase{400, "", R"({"__type":"ParameterNotFound"})", "Op: ParameterNotFound", Code::kInvalid},
        ErrorCase{400, "", R"({"__type":"ResourceNotFoundException"})", "Op: ResourceNotFoundException", Code::kInvalid,
                  Service::kSts},
        ErrorCase{404, "", "<html>not here</html>", "Op: HTTP 404", Code::kInvalid},
        ErrorCase{404, "", "", "Op: HTTP 404", Code::kInvalid},
        ErrorCase{400, "", R"({"__type":"InvalidRequestException","Message":"it was marked for deletion."})",
                  "Op: InvalidRequestException: it was marked for deletion.", Code::kNotFound},
        ErrorCase{400, "", R"({"__type":"InvalidParameterException","Message":"secret marked deleted"})",
                  "Op: InvalidParameterException: secret marked deleted", Code::kNotFound},
        ErrorCase{400, "", R"({"__type":"InvalidParameterException","Message":"bad"})",
                  "Op: InvalidParameterException: bad", Code::kInvalid},
        ErrorCase{400, "", R"({"__type":"DecryptionFailure"})", "Op: DecryptionFailure", Code::kDenied},
        ErrorCase{400, "", R"({"__type":"AccessDeniedException","Message":"User: arn is not authorized"})",
                  "Op: AccessDeniedException: User: arn is not authorized", Code::kDenied},
        ErrorCase{400, "", R"({"__type":"UnrecognizedClientException"})", "Op: UnrecognizedClientException",
                  Code::kUnauthenticated},
        ErrorCase{403, "", R"({"__type":"ExpiredTokenException","message":"expired"})",
                  "Op: ExpiredTokenException: expired", Code::kUnauthenticated},
        ErrorCase{400, "", R"({"__type":"ThrottlingException","message":"Rate exceeded"})",
                  "Op: ThrottlingException: Rate exceeded", Code::kThrottled},
        ErrorCase{400, "", R"({"code":"SlowDown"})", "Op: SlowDown", Code::kThrottled},
        ErrorCase{500, "", R"({"__type":"InternalServiceError"})", "Op: InternalServiceError", Code::kUnavailable},
        ErrorCase{503, "", "upstream down", "Op: HTTP 503", Code::kUnavailable},
        ErrorCase{429, "", "", "Op: HTTP 429", Code::kThrottled},
        ErrorCase{400, "", R"({"__type":"ResourceExistsException"})", "Op: ResourceExistsException", Code::kConflict},
        ErrorCase{400, "", R"({"__type":"SomethingNew","message":"oh no"})", "Op: SomethingNew: oh no", Code::kInvalid},
        ErrorCase{
            403, "",
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
            "<Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRole &amp; more</Message></Error>"
            "<RequestId>1234</RequestId></ErrorResponse>",
            "Op: AccessDenied: Not authorized to perform sts:AssumeRole & more", Code::kDenied},
        ErrorCase{400, "", "\n<ErrorResponse><Error><Code>IDPCommunicationError</Code></Error></ErrorResponse>",
                  "Op: IDPCommunicationError", Code::kUnavailable},
        ErrorCase{403, "",
                  R"({"__type":"SignatureDoesNotMatch","message":"Signature expired: 1 is now earlier than 2"})",
                  "Op: SignatureDoesNotMatch: Signature expired: 1 is now earlier than 2", Code::kUnauthenticated}));

struct SanitizeCase {
  const char* text;
  const char* clean;
};

class Sanitize : public testing::TestWithParam<SanitizeCase> {};

TEST_P(Sanitize, CutsWhatVariesAndWhatIsSecret) { EXPECT_EQ(sanitize(GetParam().text), GetParam().clean); }

INSTANTIATE_TEST_SUITE_P(
    Cases, Sanitize,
    testing::Values(SanitizeCase{"plain", "plain"}, SanitizeCase{"failed, request id: 1234-abc", "failed, "},
                    SanitizeCase{"a Request ID: 12-ab, b RequestID: 9", "a , b "},
                    SanitizeCase{"bad Credential=AKIA/2026, x", "bad"},
                    SanitizeCase{"bad Credential=AKIA\nnext line", "bad next line"},
                    SanitizeCase{"a\r\nb\tc", "a  b c"},
                    SanitizeCase{
                        "The signature does not match.\n\nThe Canonical String for this request should have been\n"
                        "'POST\n/\n\nx-amz-security-token:CANARY'",
                        "The signature does not match."}));

TEST(Sanitize, LimitsTheLengthAtACharacter) {
  EXPECT_EQ(sanitize(std::string(999, 'x') + "äää"), std::string(999, 'x') + "…");
}

struct XmlCase {
  const char* document;
  const char* text;  // null: not found
};

class XmlText : public testing::TestWithParam<XmlCase> {};

TEST_P(XmlText, FindsByLocalName) {
  const auto found = xml_text(GetParam().document, {"Outer", "Name"});
  ASSERT_EQ(found.has_value(), GetParam().text != nullptr);
  if (found) EXPECT_EQ(found->reveal(), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, XmlText,
    testing::Values(
        XmlCase{"<Outer><Name>x</Name></Outer>", "x"},
        XmlCase{"<?xml version='1.0'?><!-- <Name>no</Name> --><a:Outer z='1'><a:Name b=\"2\">x</a:Name></a:Outer>",
                "x"},
        XmlCase{"<R><Name>no</Name><Outer><Other><Name>no</Name></Other><Name>yes</Name></Outer></R>", "yes"},
        XmlCase{"<Outer><Name>a&lt;b&gt;&amp;&quot;&apos;&#65;&#x20AC;&unknown;&</Name></Outer>",
                "a<b>&\"'A\xE2\x82\xAC&unknown;&"},
        XmlCase{"<Outer><Name>a<!-- c -->b<![CDATA[<&>]]></Name></Outer>", "ab<&>"},
        XmlCase{"<Outer><Name/></Outer>", ""}, XmlCase{"<Outer><Name></Name></Outer>", ""},
        XmlCase{"<Outer></Outer><Name>x</Name>", nullptr}, XmlCase{"<Outer><Name>x", nullptr},
        XmlCase{"<Outer><Name>x</Outer>", nullptr}, XmlCase{"", nullptr}, XmlCase{"<", nullptr},
        XmlCase{"<Outer><Name>x<![CDATA[", nullptr}));

}  // namespace
}  // namespace rotor::providers::aws
