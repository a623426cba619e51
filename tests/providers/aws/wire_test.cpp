// Answers as the services document them, and answers that make no sense.
#include <gtest/gtest.h>

#include "providers/aws/parameter_store_wire.hpp"
#include "providers/aws/secrets_manager_wire.hpp"

namespace rotor::providers::aws {
namespace {

SecretBytes bytes(std::string_view text) { return SecretBytes(text); }

TEST(SecretValueAnswer, IsAValueOrAnError) {
  const auto value = read_secret_value(bytes(R"({"Name":"n","SecretString":"é","SecretBinary":"AAE=","X":null})"));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->text->reveal(), "é");
  EXPECT_EQ(value->binary->reveal(), std::string_view("\0\1", 2));
  EXPECT_TRUE(read_secret_value(bytes(R"({"SecretString":null,"SecretBinary":null})"))->empty());
  for (const char* wrong : {"", "null", "[]", R"({"SecretString":5})", R"({"SecretBinary":"?"})",
                            R"({"SecretString":")", R"({"SecretString":"a"} x)"}) {
    const auto got = read_secret_value(bytes(wrong));
    ASSERT_FALSE(got) << wrong;
    EXPECT_EQ(got.error().code, Code::kUnavailable);
  }
}

TEST(SecretTagsAnswer, MayHaveNoTagsButIsOfASecret) {
  EXPECT_EQ(tags_object(*read_secret_tags(bytes(R"({"ARN":"a"})"))).reveal(), "{}");
  EXPECT_EQ(tags_object(*read_secret_tags(bytes(R"({"ARN":"a","Tags":null})"))).reveal(), "{}");
  EXPECT_EQ(read_secret_tags(bytes("{}")).error().message, "DescribeSecret: the answer has no ARN");
  EXPECT_TRUE(read_secret_tags(bytes(R"({"ARN":"a","Tags":{}})")).failed());
  EXPECT_TRUE(read_secret_tags(bytes(R"({"ARN":"a","DeletedDate":1.7e9})")).absent());
}

TEST(ListAnswers, OweTheirList) {
  EXPECT_EQ(read_secret_page(bytes("{}")).error().message, "ListSecrets: the answer has no SecretList");
  EXPECT_EQ(read_secret_page(bytes(R"({"SecretList":null})")).error().message,
            "ListSecrets: the answer has no SecretList");
  EXPECT_EQ(read_value_page(bytes("{}")).error().message, "BatchGetSecretValue: the answer has no SecretValues");
  EXPECT_EQ(read_parameter_page("GetParameters", bytes("{}")).error().message,
            "GetParameters: the answer has no Parameters");
  EXPECT_EQ(read_parameter_tags(bytes("{}")).error().message, "ListTagsForResource: the answer has no TagList");
  EXPECT_EQ(read_parameter_value(bytes(R"({"Parameter":null})")).error().message,
            "GetParameter: the answer has no Parameter");
  EXPECT_EQ(read_secret_page(bytes(R"({"NextToken":"t"})"))->next_token, "t");
  EXPECT_TRUE(read_parameter_page("GetParameters", bytes(R"({"Parameters":[]})"))->parameters.empty());
}

TEST(BatchAnswer, TellsWhatIsGoneFromWhatCouldNotBeRead) {
  const auto page = read_value_page(bytes(
      R"({"SecretValues":[{"Name":"a","SecretString":"1"}],"Errors":[{"SecretId":"gone","ErrorCode":"ResourceNotFoundException"},)"
      R"({"SecretId":"b","ErrorCode":"AccessDeniedException","Message":"no"},)"
      R"({"SecretId":"arn:aws:secretsmanager:r:1:secret:team/c-x-AbCdEf","ErrorCode":"InternalServiceError"}]})"));
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->values.size(), 1U);
  EXPECT_EQ(page->gone, std::vector<std::string>{"gone"});
  EXPECT_EQ(page->unread, (std::vector<std::string>{"b", "team/c-x"}));
}

TEST(Requests, EncodeWhatAManifestNames) {
  EXPECT_EQ(parameter_request("a\"\\\n:b", "1").reveal(), R"({"Name":"a\"\\\n:b:1","WithDecryption":true})");
  EXPECT_EQ(secret_value_request("x", "uuid/").reveal(), R"({"SecretId":"x","VersionId":""})");
}

}  // namespace
}  // namespace rotor::providers::aws
