// dataFrom.find in Secrets Manager: what goes over the wire, and what of the answers is taken.
#include <fmt/format.h>

#include "tests/providers/aws/aws_flow.hpp"

namespace rotor::providers::aws {
namespace {

using Found = std::map<std::string, std::string>;

kube::StringMap tag(std::string key, std::string value) { return {{std::move(key), std::move(value)}}; }

class FindSecrets : public AwsFlow {
 protected:
  FindSecrets() {
    auto made = client(kKeysAuth);
    if (made) sm_ = *std::move(made);
    aws_.secrets["a"] = R"("SecretString":"1")";
    aws_.secrets["b"] = R"("SecretBinary":"MjI=")";
  }
  ~FindSecrets() override { sm_.reset(); }

  Found find(FindRequest wanted) { return AwsFlow::find(*sm_, std::move(wanted)); }

  std::unique_ptr<SecretsClient> sm_;
};

// SM-21
TEST_F(FindSecrets, APathIsReadAtOnceAndNamesAreChosenHere) {
  aws_.pages["BatchGetSecretValue"] = {R"({"SecretValues":[{"Name":"my-secret","SecretBinary":"dmFsdWU="},)"
                                       R"({"Name":"other","SecretString":"no"}],"Errors":[]})"};
  EXPECT_EQ(find({.path = "/path/to/secret", .name_regexp = "my-secret"}), (Found{{"my-secret", "value"}}));
  EXPECT_EQ(aws_.calls, Names{R"(BatchGetSecretValue {"MaxResults":20,"Filters":[{"Key":"name","Values":)"
                              R"(["/path/to/secret"]}]})"});
}

// SM-22, SM-23
TEST_F(FindSecrets, AnErrorIsAnErrorAndNeverAPart) {
  aws_.always["BatchGetSecretValue"] = {400, R"({"__type":"Unheard","message":"boom"})"};
  aws_.always["ListSecrets"] = {400, R"({"__type":"Unheard","message":"oh no"})"};
  EXPECT_EQ(find({.path = "/p", .name_regexp = "x"}), (Found{{"", "BatchGetSecretValue: Unheard: boom"}}));
  EXPECT_EQ(find({.name_regexp = "x"}), (Found{{"", "ListSecrets: Unheard: oh no"}}));
}

// SM-24
TEST_F(FindSecrets, NothingThatMatchesIsAnEmptyMapAndReadsNoValue) {
  aws_.pages["ListSecrets"] = {R"({"SecretList":[{"Name":"other-secret"}]})"};
  EXPECT_EQ(find({.name_regexp = "my-secret"}), Found{});
  EXPECT_EQ(aws_.calls, Names{R"(ListSecrets {"MaxResults":100})"});
}

// SM-25
TEST_F(FindSecrets, ABadExpressionIsSaidBeforeAnyCall) {
  const Found found = find({.name_regexp = "["});
  EXPECT_TRUE(found.at("").starts_with("could not compile find.name.regexp [[]: error parsing regexp: "));
  EXPECT_EQ(aws_.calls, Names{});
}

// SM-26 and SM-27: the service's tag filters are beginnings that know nothing of each other.
TEST_F(FindSecrets, TagsAreComparedAsPairsWhateverTheServiceFinds) {
  aws_.pages["ListSecrets"] = {
      R"({"SecretList":[{"Name":"a","Tags":[{"Key":"env","Value":"prod"},{"Key":"tier","Value":"web"}]},)"
      R"({"Name":"b","Tags":[{"Key":"env","Value":"test"},{"Key":"tier","Value":"prod"}]},)"
      R"({"Name":"c","Tags":[{"Key":"environment","Value":"prod"}]},{"Name":"d","Tags":[{"Key":"env","Value":"production"}]},)"
      R"({"Name":"e"},{"Name":"b","Tags":[{"Key":"env","Value":"prod"}]}]})"};
  EXPECT_EQ(find({.tags = tag("env", "prod")}), (Found{{"a", "1"}, {"b", "22"}}));
  EXPECT_EQ(aws_.calls, (Names{R"(ListSecrets {"MaxResults":100,"Filters":[{"Key":"tag-key","Values":["env"]},)"
                               R"({"Key":"tag-value","Values":["prod"]}]})",
                               R"(BatchGetSecretValue {"SecretIdList":["a","b"]})"}));
}

TEST_F(FindSecrets, NameAndTagsMustBothHold) {
  aws_.pages["ListSecrets"] = {R"({"SecretList":[{"Name":"a","Tags":[{"Key":"t","Value":"x"}]},)"
                               R"({"Name":"b","Tags":[{"Key":"t","Value":"x"}]},{"Name":"a2"}]})"};
  EXPECT_EQ(find({.name_regexp = "^a", .tags = tag("t", "x")}), (Found{{"a", "1"}}));
}

// SM-28
TEST_F(FindSecrets, PagesAreFollowedWithTheSameFiltersAnEmptyOneToo) {
  aws_.pages["BatchGetSecretValue"] = {R"({"SecretValues":[{"Name":"a","SecretString":"1"}],"NextToken":"t1"})",
                                       R"({"SecretValues":[],"NextToken":"t2"})",
                                       R"({"SecretValues":[{"Name":"b","SecretString":"2"}]})"};
  EXPECT_EQ(find({.path = "/p", .name_regexp = "."}), (Found{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(aws_.calls.at(1), R"(BatchGetSecretValue {"MaxResults":20,"Filters":[{"Key":"name","Values":["/p"]}],)"
                              R"("NextToken":"t1"})");
}

TEST_F(FindSecrets, AListThatPointsBackToAPageIsAnError) {
  aws_.always["ListSecrets"] = {200, R"({"SecretList":[{"Name":"a"}],"NextToken":"again"})"};
  EXPECT_EQ(find({.name_regexp = "."}), (Found{{"", "ListSecrets: the list does not end (2 pages)"}}));
}

// SM-29
TEST_F(FindSecrets, WithoutNameAndTagsNothingIsAsked) {
  EXPECT_EQ(find({.path = "/p"}), (Found{{"", "unexpected find operator: find needs a name or tags"}}));
  EXPECT_EQ(aws_.calls, Names{});
}

TEST_F(FindSecrets, ValuesAreReadTwentyACall) {
  std::string list;
  for (int i = 0; i < 41; ++i) {
    const std::string name = "s" + std::to_string(i);
    aws_.secrets[name] = R"("SecretString":"v")";
    FakeAws::add(list, R"({"Name":")" + name + "\"}");
  }
  aws_.pages["ListSecrets"] = {R"({"SecretList":[)" + list + "]}"};
  EXPECT_EQ(find({.name_regexp = "."}).size(), 41U);
  EXPECT_EQ(aws_.names(), (Names{"ListSecrets", "BatchGetSecretValue", "BatchGetSecretValue", "BatchGetSecretValue"}));
  EXPECT_EQ(counter_.counts["AWS/SecretsManager/BatchGetSecretValue/success"], 3);
}

TEST_F(FindSecrets, WhoMayNotReadBatchesReadsOneByOne) {
  aws_.pages["ListSecrets"] = {R"({"SecretList":[{"Name":"a"},{"Name":"b"}]})"};
  aws_.always["BatchGetSecretValue"] = {400, R"({"__type":"AccessDeniedException","Message":"no"})"};
  EXPECT_EQ(find({.name_regexp = "."}), (Found{{"a", "1"}, {"b", "22"}}));
  EXPECT_EQ(aws_.names(), (Names{"ListSecrets", "BatchGetSecretValue", "GetSecretValue", "GetSecretValue"}));
}

TEST_F(FindSecrets, ABatchThatIsNotFoundSaysNothingOfItsSecrets) {
  aws_.pages["ListSecrets"] = {R"({"SecretList":[{"Name":"a"},{"Name":"b"}]})"};
  aws_.always["BatchGetSecretValue"] = {400, R"({"__type":"ResourceNotFoundException","Message":"no"})"};
  EXPECT_EQ(find({.name_regexp = "."}), (Found{{"a", "1"}, {"b", "22"}}));
}

TEST_F(FindSecrets, WhatVanishedMeanwhileOrHasNoValueIsLeftOut) {
  aws_.pages["ListSecrets"] = {R"({"SecretList":[{"Name":"a"},{"Name":"gone"},{"Name":"deleted"}]})"};
  aws_.pages["BatchGetSecretValue"] = {
      R"({"SecretValues":[{"Name":"a","SecretString":"1"}],"Errors":[)"
      R"({"SecretId":"gone","ErrorCode":"ResourceNotFoundException","Message":"no"},)"
      R"({"SecretId":"deleted","ErrorCode":"InvalidRequestException","Message":"it was marked deleted."}]})"};
  EXPECT_EQ(find({.name_regexp = "."}), (Found{{"a", "1"}}));
  EXPECT_EQ(aws_.names().size(), 2U);
}

TEST_F(FindSecrets, ASecretThatABatchCouldNotReadIsReadAloneForItsOwnError) {
  aws_.pages["BatchGetSecretValue"] = {
      R"({"SecretValues":[{"Name":"a","SecretString":"1"}],"Errors":[)"
      R"({"SecretId":"arn:aws:secretsmanager:us-east-1:1:secret:/p/b-AbCdEf","ErrorCode":"DecryptionFailure"}]})"};
  aws_.always["GetSecretValue"] = {400, R"({"__type":"DecryptionFailure","Message":"the key is disabled"})"};
  EXPECT_EQ(find({.path = "/p", .name_regexp = "."}),
            (Found{{"", "reading /p/b: GetSecretValue: DecryptionFailure: the key is disabled"}}));
  EXPECT_EQ(aws_.calls.back(), R"(GetSecretValue {"SecretId":"/p/b","VersionStage":"AWSCURRENT"})");
}

TEST_F(FindSecrets, WhatABatchIsSilentAboutIsReadAlone) {
  aws_.pages["ListSecrets"] = {R"({"SecretList":[{"Name":"a"},{"Name":"b"}]})"};
  aws_.pages["BatchGetSecretValue"] = {R"({"SecretValues":[{"Name":"a","SecretString":"1"}],"NextToken":"more"})"};
  EXPECT_EQ(find({.name_regexp = "."}), (Found{{"a", "1"}, {"b", "22"}}));
  EXPECT_EQ(aws_.names(), (Names{"ListSecrets", "BatchGetSecretValue", "GetSecretValue"}));
}

TEST_F(FindSecrets, WhoMayNotReadAPathAtOnceListsAndReads) {
  aws_.always["BatchGetSecretValue"] = {400, R"({"__type":"AccessDeniedException","Message":"no"})"};
  aws_.pages["ListSecrets"] = {R"({"SecretList":[{"Name":"a"},{"Name":"b"}]})"};
  EXPECT_EQ(find({.path = "/p", .name_regexp = "a"}), (Found{{"a", "1"}}));
  EXPECT_EQ(aws_.calls.at(1), R"(ListSecrets {"MaxResults":100,"Filters":[{"Key":"name","Values":["/p"]}]})");
}

// Corrections 2.7: one deleted secret makes the service refuse the page that it would have been on.
TEST_F(FindSecrets, ADeletedSecretHidesNoneOfTheOthersBelowItsPath) {
  for (const char* said : {R"({"__type":"ResourceNotFoundException","Message":"no"})",
                           R"({"__type":"InvalidRequestException","Message":"it is currently marked deleted."})"}) {
    aws_.always["BatchGetSecretValue"] = {400, said};
    aws_.pages["ListSecrets"] = {R"({"SecretList":[{"Name":"a"},{"Name":"b"},{"Name":"gone"}]})"};
    EXPECT_EQ(find({.path = "/p", .name_regexp = "."}), (Found{{"a", "1"}, {"b", "22"}})) << said;
  }
}

TEST_F(FindSecrets, AListThatTheServiceCallsAbsentIsAnError) {
  aws_.always["ListSecrets"] = {400, R"({"__type":"ResourceNotFoundException","Message":"no list"})"};
  EXPECT_EQ(find({.name_regexp = "."}), (Found{{"", "ListSecrets: ResourceNotFoundException: no list"}}));
}

TEST_F(FindSecrets, ThePrefixIsNotPutBeforeFoundNames) {
  auto prefixed = client(std::string(kKeysAuth) + R"(,"prefix":"p/")");
  ASSERT_TRUE(prefixed);
  aws_.pages["ListSecrets"] = {R"({"SecretList":[{"Name":"a"}]})"};
  EXPECT_EQ(AwsFlow::find(**prefixed, {.name_regexp = "."}), (Found{{"a", "1"}}));
}

TEST_F(FindSecrets, WhatNoFilterCanSayIsComparedHere) {
  aws_.pages["ListSecrets"] = {
      R"({"SecretList":[{"Name":"!a","Tags":[{"Key":"e","Value":""},{"Key":"ü","Value":"x"}]},)"
      R"({"Name":"a","Tags":[{"Key":"e","Value":""},{"Key":"ü","Value":"x"}]}]})"};
  aws_.secrets["!a"] = R"("SecretString":"3")";
  EXPECT_EQ(find({.path = "!", .tags = kube::StringMap{{"e", ""}, {"ü", "x"}}}), (Found{{"!a", "3"}}));
  EXPECT_EQ(aws_.calls.front(), R"(ListSecrets {"MaxResults":100})");
}

TEST_F(FindSecrets, MoreTagsThanTheServiceTakesAreComparedHere) {
  kube::StringMap wanted;
  std::string tags;
  for (const char* key : {"t1", "t2", "t3", "t4", "t5", "t6"}) {
    wanted[key] = "x";
    FakeAws::add(tags, std::string(R"({"Key":")") + key + R"(","Value":"x"})");
  }
  aws_.pages["ListSecrets"] = {R"({"SecretList":[{"Name":"a","Tags":[)" + tags + R"(]},{"Name":"b","Tags":[)" +
                               tags.substr(0, tags.rfind(",{")) + "]}]}"};
  EXPECT_EQ(find({.path = "x", .tags = wanted}), (Found{{"a", "1"}}));
  EXPECT_EQ(aws_.calls.front().find("t5"), std::string::npos) << "four tags and a path are nine filters";
}

TEST_F(FindSecrets, WhatNoSecretCouldHoldEndsTheSearch) {
  for (int i = 0; i < 9; ++i) {
    aws_.pages["BatchGetSecretValue"].push_back(
        fmt::format(R"({{"SecretValues":[{{"Name":"s{0}","SecretString":"{1}"}}],"NextToken":"t{0}"}})", i,
                    std::string(900U << 10, 'x')));
  }
  const Found found = find({.path = "s", .name_regexp = "."});
  EXPECT_TRUE(found.at("").contains("find: the first 5 matches are more than 4 MiB together")) << found.at("");
  EXPECT_EQ(aws_.calls.size(), 5U) << "nothing more is asked for";
}

}  // namespace
}  // namespace rotor::providers::aws
