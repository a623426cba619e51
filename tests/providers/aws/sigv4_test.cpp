#include "providers/common/sigv4.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace rotor::providers::aws {
namespace {

const WallTime kTime = WallTime(std::chrono::seconds(1767323045));  // 2026-01-02T03:04:05Z

struct Vector {
  const char* name;
  const char* url;
  const char* content_type;
  const char* target;
  const char* token;
  SigningScope scope;
  const char* body;
  const char* body_digest;
  const char* canonical_digest;
  const char* signed_names;
  const char* signature;
};

const Vector kVectors[] = {
    {"SecretsManager",
     "https://secretsmanager.eu-central-1.amazonaws.com/",
     "application/x-amz-json-1.1",
     "secretsmanager.GetSecretValue",
     "",
     {"eu-central-1", "secretsmanager"},
     R"({"SecretId":"prod/db","VersionStage":"AWSCURRENT"})",
     "ab3032330d192945c13b322cefb6dd64624f73e0cc8ded7f4910d246bb967cb4",
     "8468386b974bbf20705e26a7a1c5f7b794c35f33852c470c17d38d683ded42a1",
     "content-type;host;x-amz-date;x-amz-target",
     "389e721b0f3e75f8ebdcd2c35fc0550afca51bacaeb12f5292499e984310cd6c"},
    {"SessionToken",
     "https://ssm.us-gov-west-1.amazonaws.com/",
     "application/x-amz-json-1.1",
     "AmazonSSM.GetParameter",
     "SESSIONTOKENEXAMPLE==",
     {"us-gov-west-1", "ssm"},
     R"({"Name":"/prod/db:3","WithDecryption":true})",
     "fa82ecfe540465e2ef53d17b6c23dda6ac93aeb2516427702987a1918e65c142",
     "4aea8bd4feaf0e42fdd75dafc05329a808065c93fd2b3f319715ad4faf6487e0",
     "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
     "db8e6bc36abd85a50173a39df427e754a3296634bd5f820f714d99063759a4f4"},
    {"Sts",
     "https://sts.cn-north-1.amazonaws.com.cn/",
     "application/x-www-form-urlencoded",
     "",
     "",
     {"cn-north-1", "sts"},
     "Action=AssumeRole&DurationSeconds=900&ExternalId=my-external-id&RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%"
     "2F"
     "team-b&RoleSessionName=aws-go-sdk-1767323045000000000&Tags.member.1.Key=esoNamespace&Tags.member.1.Value=team-b&"
     "Version=2011-06-15",
     "501d939ea8c8977e55a51cc7eb150bcaef0041c901a4057cfa7bdc6d78ca9730",
     "299e780bc2b21f886f80eb94fb36d5da683234c483a321c8b6acda5965fb1593",
     "content-type;host;x-amz-date",
     "74dd81674c58edb2fc58d4c206443c174c0bbf5a0851972043fac38ec01f75eb"},
    {"PortInTheHost",
     "http://127.0.0.1:15555/",
     "application/x-amz-json-1.1",
     "secretsmanager.GetSecretValue",
     "",
     {"eu-central-1", "secretsmanager"},
     R"({"SecretId":"a/b"})",
     "5be250612803afa618cd467a26f62e63b74e375af19a649bcdf047f22aea64f5",
     "39357ea3d3ad7d1b4ab4fe0e7a21fc2a95ba43f8dae220703a250174c9cfd222",
     "content-type;host;x-amz-date;x-amz-target",
     "a0567c7957cb1da12d96ece7a75f911417abd8d0f06c3e500d4764a9282d7685"},
};

class SigV4 : public testing::TestWithParam<Vector> {};

net::Request request_of(const Vector& vector) {
  net::Request request{.method = "POST",
                       .url = vector.url,
                       .headers = {{"Content-Type", vector.content_type}},
                       .body = SecretBytes(vector.body)};
  if (*vector.target != '\0') request.headers.push_back({"X-Amz-Target", vector.target});
  return request;
}

Credentials credentials_of(const Vector& vector) {
  return {"AKIDEXAMPLE", SecretBytes("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), SecretBytes(vector.token)};
}

TEST_P(SigV4, MakesTheSignatureOfTheReference) {
  const Vector& vector = GetParam();
  net::Request request = request_of(vector);
  ASSERT_TRUE(sign(request, credentials_of(vector), vector.scope, kTime));
  EXPECT_EQ(hex_encode(sha256(vector.body)), vector.body_digest);
  const std::string expected = std::string("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/") + vector.scope.region +
                               "/" + vector.scope.service + "/aws4_request, SignedHeaders=" + vector.signed_names +
                               ", Signature=" + vector.signature;
  EXPECT_EQ(*net::find_header(request.headers, "Authorization"), expected);
  EXPECT_EQ(*net::find_header(request.headers, "X-Amz-Date"), "20260102T030405Z");
}

TEST_P(SigV4, DigestsTheCanonicalRequestOfTheReference) {
  const Vector& vector = GetParam();
  net::Request request = request_of(vector);
  request.headers.push_back({"X-Amz-Date", "20260102T030405Z"});
  if (*vector.token != '\0') request.headers.push_back({"X-Amz-Security-Token", vector.token});
  const std::string url = vector.url;
  const std::size_t host = url.find("//") + 2;
  request.headers.push_back({"Host", url.substr(host, url.size() - host - 1)});
  EXPECT_EQ(hex_encode(sha256(canonical_request("POST", "/", "", request.headers, vector.body))),
            vector.canonical_digest);
}

INSTANTIATE_TEST_SUITE_P(Vectors, SigV4, testing::ValuesIn(kVectors),
                         [](const testing::TestParamInfo<Vector>& param) { return std::string(param.param.name); });

TEST(CanonicalRequest, SortsTrimsAndLowersHeaders) {
  const net::Headers headers = {{"X-B", "  two   words\t here "}, {"Host", "h"}, {"x-a", "1"}};
  EXPECT_EQ(canonical_request("GET", "/", "", headers, ""),
            "GET\n/\n\nhost:h\nx-a:1\nx-b:two words here\n\nhost;x-a;x-b\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(CanonicalRequest, LeavesOutWhatBelongsToTheConnection) {
  const net::Headers headers = {{"User-Agent", "x"},    {"Connection", "close"},  {"Expect", "100-continue"},
                                {"Authorization", "x"}, {"X-Amzn-Trace-Id", "x"}, {"Host", "h"}};
  EXPECT_TRUE(canonical_request("GET", "/", "", headers, "").contains("\nhost:h\n\nhost\n"));
}

struct PathCase {
  const char* path;
  const char* canonical;
};

class CanonicalPath : public testing::TestWithParam<PathCase> {};

TEST_P(CanonicalPath, IsNormalisedAndEncoded) {
  const std::string text = canonical_request("GET", GetParam().path, "", {}, "");
  EXPECT_TRUE(text.starts_with(std::string("GET\n") + GetParam().canonical + "\n")) << text;
}

INSTANTIATE_TEST_SUITE_P(Cases, CanonicalPath,
                         testing::Values(PathCase{"/", "/"}, PathCase{"", "/"}, PathCase{"/a/b", "/a/b"},
                                         PathCase{"/a/b/", "/a/b/"}, PathCase{"/a/./b//c", "/a/b/c"},
                                         PathCase{"/a/../b", "/b"}, PathCase{"/../..", "/"},
                                         PathCase{"/a%20b", "/a%2520b"}, PathCase{"/~x_-.y", "/~x_-.y"}));

TEST(CanonicalQuery, IsSorted) {
  EXPECT_TRUE(canonical_request("GET", "/", "b=2&a=1&c", {}, "").starts_with("GET\n/\na=1&b=2&c=\n"));
}

TEST(AmzDate, IsUtc) {
  EXPECT_EQ(amz_date(kTime), "20260102T030405Z");
  EXPECT_EQ(amz_date(WallTime()), "19700101T000000Z");
}

TEST(Sign, RefusesABadUrl) {
  net::Request request{.url = "not a url"};
  EXPECT_FALSE(sign(request, {}, {}, kTime));
}

}  // namespace
}  // namespace rotor::providers::aws
