// Parameter Store: reading by name, version and label, and dataFrom.find, over sockets.
#include <fmt/format.h>

#include "tests/providers/aws/aws_flow.hpp"

namespace rotor::providers::aws {
namespace {

using Found = std::map<std::string, std::string>;

class Parameters : public AwsFlow {
 protected:
  Parameters() {
    service_ = "ParameterStore";
    auto made = client(kKeysAuth);
    if (made) ssm_ = *std::move(made);
    aws_.parameters["/prod/db"] = R"("Value":"db-1")";
    aws_.parameters["/prod/db:7"] = R"("Value":"db-7","Version":7,"Selector":":7")";
    aws_.parameters["/prod/db:live"] = R"("Value":"db-live","Selector":":live")";
  }
  ~Parameters() override { ssm_.reset(); }

  Found find(FindRequest wanted) { return AwsFlow::find(*ssm_, std::move(wanted)); }

  std::unique_ptr<SecretsClient> ssm_;
};

// PS-01
TEST_F(Parameters, AreReadDecryptedByNameNumberAndLabel) {
  EXPECT_EQ(get(*ssm_, remote("/prod/db")), "db-1");
  EXPECT_EQ(get(*ssm_, remote("/prod/db", "", "7")), "db-7");
  EXPECT_EQ(get(*ssm_, remote("/prod/db", "", "live")), "db-live");
  EXPECT_EQ(aws_.calls, (Names{R"(GetParameter {"Name":"/prod/db","WithDecryption":true})",
                               R"(GetParameter {"Name":"/prod/db:7","WithDecryption":true})",
                               R"(GetParameter {"Name":"/prod/db:live","WithDecryption":true})"}));
  EXPECT_EQ(counter_.counts["AWS/ParameterStore/GetParameter/success"], 3);
}

TEST_F(Parameters, TellTheVersionThatAnswered) {
  aws_.parameters["/prod/db"] = R"("Value":"{\"a\":\"1\"}","Version":12)";
  const auto read = [this](RemoteRef ref) { return test::run_task(io_, ssm_->get_secret(std::move(ref))).version(); };
  EXPECT_EQ(read(remote("/prod/db")), "12");
  EXPECT_EQ(read(remote("/prod/db", "", "7")), "7");
  EXPECT_EQ(read(remote("/prod/db", "", "live")), "") << "the answer does not say";
  EXPECT_EQ(test::run_task(io_, ssm_->get_secret_map(remote("/prod/db"))).version(), "12");
}

// PS-02
TEST_F(Parameters, ThePrefixIsPutBeforeTheKeyAsItIs) {
  auto prefixed = client(std::string(kKeysAuth) + R"(,"prefix":"/test/this/thing/")");
  ASSERT_TRUE(prefixed);
  aws_.parameters["/test/this/thing/fake-key"] = R"("Value":"v")";
  EXPECT_EQ(get(**prefixed, remote("fake-key")), "v");
  EXPECT_EQ(aws_.calls.back(), R"(GetParameter {"Name":"/test/this/thing/fake-key","WithDecryption":true})");
}

struct ReadCase {
  const char* parameter;  // members of the answer
  const char* property;
  const char* value;  // or what the error contains
  bool error = false;
};

// PS-03 to PS-06
TEST_F(Parameters, PropertiesAreReadAsTheTableSays) {
  const std::vector<ReadCase> cases = {
      {R"("Value":"{\"Shmoo\": \"bang\"}")", "Shmoo", "bang"},
      {R"("Value":"{\"sub\":{\"Prop\":\"x\"}}")", "sub.Prop", "x"},
      {R"("Value":"{\"sub.Prop\":\"y\"}")", "sub.Prop", "y"},
      {R"("Value":"{\"n\":12345678901234567890}")", "n", "12345678901234567890"},
      {R"("Value":"plain")", "a", "key a does not exist in secret k", true},
      {R"("Value":"{}")", "a", "key a does not exist in secret k", true},
      {R"("Version":1)", "", "parameter value is nil for key: k", true},
      {R"("Value":null)", "", "parameter value is nil for key: k", true},
      {R"("Value":"")", "", ""},
      {R"("Value":"a,b,ü","Type":"StringList")", "", "a,b,ü"},
  };
  int n = 0;
  for (const ReadCase& c : cases) {
    const std::string key = "k" + std::to_string(n++);
    aws_.parameters[key] = c.parameter;
    const Result<std::string> got = get(*ssm_, remote(key, c.property));
    EXPECT_EQ(got.has_value(), !c.error) << c.parameter;
    if (got) EXPECT_EQ(*got, c.value);
    if (!got) EXPECT_TRUE(got.error().message.contains(c.value)) << got.error().message;
  }
}

// PS-07
TEST_F(Parameters, OneThatTheStoreDoesNotHaveIsAbsent) {
  const auto got = pump(ssm_->get_secret(remote("/gone")));
  ASSERT_TRUE(got.absent());
  EXPECT_EQ(got.absence().what, "Parameter does not exist: /gone in us-east-1");
  EXPECT_TRUE(pump(ssm_->get_secret_map(remote("/gone"))).absent());
}

TEST_F(Parameters, AVersionThatIsNotThereIsAnErrorAndNoAbsence) {
  aws_.always["GetParameter"] = {400, R"({"__type":"ParameterVersionNotFound","message":"no version 9"})"};
  const auto got = pump(ssm_->get_secret(remote("/prod/db", "", "9")));
  ASSERT_TRUE(got.failed());
  EXPECT_EQ(got.error().message, "GetParameter: ParameterVersionNotFound: no version 9");
}

// PS-08, PS-09
TEST_F(Parameters, MetadataIsTheTagsAndTheVersionDoesNotCount) {
  aws_.pages["ListTagsForResource"] = {R"({"TagList":[{"Key":"team","Value":"<a>"},{"Key":"env","Value":"prod"}]})"};
  RemoteRef ref = remote("/prod/db", "", "7");
  ref.metadata_policy = "Fetch";
  EXPECT_EQ(get(*ssm_, ref), R"({"env":"prod","team":"\u003ca\u003e"})");
  ref.property = "env";
  EXPECT_EQ(get(*ssm_, ref), "prod");
  ref.property = "fail";
  EXPECT_EQ(get(*ssm_, ref).error().message, "key fail does not exist in secret /prod/db");
  EXPECT_EQ(aws_.calls, Names{R"(ListTagsForResource {"ResourceType":"Parameter","ResourceId":"/prod/db"})"});
}

TEST_F(Parameters, TagsThatCannotBeListedAreAnError) {
  aws_.always["ListTagsForResource"] = {400, R"({"__type":"InvalidResourceId"})"};
  RemoteRef ref = remote("/gone");
  ref.metadata_policy = "Fetch";
  const auto got = pump(ssm_->get_secret(ref));
  ASSERT_TRUE(got.failed());
  EXPECT_EQ(got.error().message, "error listing tags ListTagsForResource: InvalidResourceId");
}

// PS-10, PS-11
TEST_F(Parameters, ExtractGivesTheMembersAsWritten) {
  aws_.parameters["doc"] = R"("Value":"{\"foo\":\"bar\",\"int\":42,\"f\":1.50}")";
  aws_.parameters["text"] = R"("Value":"plain")";
  const Lookup<SecretMap> map = pump(ssm_->get_secret_map(remote("doc")));
  ASSERT_TRUE(map) << map.error().message;
  EXPECT_EQ(map->at("foo").reveal(), "bar");
  EXPECT_EQ(map->at("int").reveal(), "42");
  EXPECT_EQ(map->at("f").reveal(), "1.50");
  const Lookup<SecretMap> bad = pump(ssm_->get_secret_map(remote("text")));
  ASSERT_TRUE(bad.failed());
  EXPECT_TRUE(bad.error().message.starts_with("unable to unmarshal secret text: ")) << bad.error().message;
}

TEST_F(Parameters, TenEntriesOfOneParameterAreOneCall) {
  aws_.parameters["doc"] = R"("Value":"{\"a\":\"1\"}")";
  for (int i = 0; i < 10; ++i) EXPECT_EQ(get(*ssm_, remote("doc", "a")), "1");
  EXPECT_EQ(aws_.calls.size(), 1U);
}

TEST_F(Parameters, AreFoundByNameBelowAPathWithTheirValues) {
  aws_.pages["GetParametersByPath"] = {R"({"Parameters":[{"Name":"/dev/db/pw","Value":"1"}],"NextToken":"t"})",
                                       R"({"Parameters":[{"Name":"/dev/db/user","Value":"2"},)"
                                       R"({"Name":"/dev/x","Value":"3"}]})"};
  EXPECT_EQ(find({.path = "/dev", .name_regexp = "^/dev/db/"}), (Found{{"/dev/db/pw", "1"}, {"/dev/db/user", "2"}}));
  const std::string request =
      R"(GetParametersByPath {"Path":"/dev","Recursive":true,"WithDecryption":true,"MaxResults":10)";
  EXPECT_EQ(aws_.calls, (Names{request + "}", request + R"(,"NextToken":"t"})"}));
}

TEST_F(Parameters, ANameWithoutAPathIsLookedForEverywhereAndTagsDoNotCount) {
  aws_.pages["GetParametersByPath"] = {R"({"Parameters":[{"Name":"a","Value":"1"}]})"};
  EXPECT_EQ(find({.name_regexp = "a", .tags = kube::StringMap{{"t", "x"}}}), (Found{{"a", "1"}}));
  EXPECT_TRUE(aws_.calls.front().contains(R"("Path":"/")")) << aws_.calls.front();
}

// PS-28
TEST_F(Parameters, WhoMayNotReadByPathListsAndReads) {
  aws_.always["GetParametersByPath"] = {400, R"({"__type":"AccessDeniedException"})"};
  aws_.pages["DescribeParameters"] = {R"({"Parameters":[{"Name":"/prod/db"},{"Name":"/other"}]})"};
  EXPECT_EQ(find({.name_regexp = "db"}), (Found{{"/prod/db", "db-1"}}));
  EXPECT_EQ(aws_.calls.at(1), R"(DescribeParameters {"ParameterFilters":[{"Key":"Path","Option":"Recursive",)"
                              R"("Values":["/"]}],"MaxResults":50})");
  EXPECT_EQ(aws_.calls.at(2), R"(GetParameters {"Names":["/prod/db"],"WithDecryption":true})");
}

TEST_F(Parameters, AnotherErrorOfAPathIsSaidWithThePath) {
  aws_.always["GetParametersByPath"] = {400, R"({"__type":"ValidationException","message":"bad path"})"};
  EXPECT_EQ(find({.path = "dev", .name_regexp = "a"}),
            (Found{{"", "fetching parameters by path dev: GetParametersByPath: ValidationException: bad path"}}));
}

TEST_F(Parameters, AreFoundByAllTheirTagsTenACall) {
  std::string list;
  for (int i = 0; i < 11; ++i) {
    const std::string name = "p" + std::to_string(i);
    if (i != 5) aws_.parameters[name] = R"("Value":"v")";  // one vanishes between list and read
    FakeAws::add(list, R"({"Name":")" + name + "\"}");
  }
  aws_.pages["DescribeParameters"] = {R"({"Parameters":[)" + list + "]}"};
  EXPECT_EQ(find({.path = "/x", .tags = kube::StringMap{{"b", "2"}, {"a", "1"}}}).size(), 10U);
  EXPECT_EQ(aws_.calls.front(),
            R"(DescribeParameters {"ParameterFilters":[{"Key":"tag:a","Option":"Equals","Values":["1"]},)"
            R"({"Key":"tag:b","Option":"Equals","Values":["2"]},{"Key":"Path","Option":"Recursive","Values":["/x"]}],)"
            R"("MaxResults":50})");
  EXPECT_EQ(aws_.names(), (Names{"DescribeParameters", "GetParameters", "GetParameters"}));
  EXPECT_EQ(counter_.counts["AWS/ParameterStore/DescribeParameter/success"], 1) << "so the metric calls it";
}

TEST_F(Parameters, WhoMayNotReadBatchesReadsOneByOne) {
  aws_.pages["DescribeParameters"] = {R"({"Parameters":[{"Name":"/prod/db"},{"Name":"/gone"}]})"};
  aws_.always["GetParameters"] = {400, R"({"__type":"AccessDeniedException"})"};
  EXPECT_EQ(find({.tags = kube::StringMap{{"a", "1"}}}), (Found{{"/prod/db", "db-1"}}));
  EXPECT_EQ(aws_.names(), (Names{"DescribeParameters", "GetParameters", "GetParameter", "GetParameter"}));
}

TEST_F(Parameters, ABatchThatIsSilentAboutANameIsAnError) {
  aws_.pages["DescribeParameters"] = {R"({"Parameters":[{"Name":"a"},{"Name":"b"}]})"};
  aws_.pages["GetParameters"] = {R"({"Parameters":[{"Name":"a","Value":"1"}],"InvalidParameters":[]})"};
  EXPECT_EQ(find({.tags = kube::StringMap{{"t", "x"}}}),
            (Found{{"", "GetParameters: the answer says nothing about b"}}));
}

TEST_F(Parameters, WhatCannotBeSearchedForIsSaidBeforeAnyCall) {
  EXPECT_EQ(find({.path = "/p"}), (Found{{"", "unexpected find operator: find needs a name or tags"}}));
  EXPECT_EQ(find({.tags = kube::StringMap{{"t", ""}}}),
            (Found{{"", "find.tags: Parameter Store cannot be searched for the empty value of the tag t"}}));
  EXPECT_EQ(aws_.calls, Names{});
}

TEST_F(Parameters, WhatNoSecretCouldHoldEndsTheSearch) {
  for (int i = 0; i < 9; ++i) {
    aws_.pages["GetParametersByPath"].push_back(fmt::format(
        R"({{"Parameters":[{{"Name":"/s{0}","Value":"{1}"}}],"NextToken":"t{0}"}})", i, std::string(900U << 10, 'x')));
  }
  const Found found = find({.name_regexp = "."});
  EXPECT_TRUE(found.at("").contains("find: the first 5 matches are more than 4 MiB together")) << found.at("");
  EXPECT_EQ(aws_.calls.size(), 5U) << "nothing more is asked for";
}

}  // namespace
}  // namespace rotor::providers::aws
