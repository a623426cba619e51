// What a call for several values says of each, when such a call leaves, and what its refusal means.
#include "providers/aws/batch.hpp"

#include <gtest/gtest.h>

#include "providers/aws/gathered_reads.hpp"

namespace rotor::providers::aws {
namespace {

using namespace std::chrono_literals;

std::string said(const std::optional<ValueLookup>& one) {
  if (!one) return "alone";
  if (one->absent()) return "absent";
  const Value& value = ***one;
  return std::string(value.text     ? value.text->reveal()
                     : value.binary ? value.binary->reveal()
                                    : "nothing") +
         "@" + value.version;
}

std::vector<std::string> said(const Batch& batch, std::string_view answer, const std::vector<Wanted>& asked) {
  const auto answers = batch.read(SecretBytes(answer), asked);
  if (!answers) return {answers.error().message};
  std::vector<std::string> all;
  for (const auto& one : *answers) all.push_back(said(one));
  return all;
}

using Said = std::vector<std::string>;

TEST(SecretBatch, AnswersEachIdByItsNameOrItsArn) {
  const std::string answer = R"({"SecretValues":[{"Name":"b","ARN":"arn:b","VersionId":"2","SecretString":"two"},)"
                             R"({"Name":"a","ARN":"arn:a","VersionId":"1","SecretBinary":"b25l"}],"Errors":[]})";
  EXPECT_EQ(said(kSecretBatch, answer, {{"a", ""}, {"b", "AWSCURRENT"}}), (Said{"one@1", "two@2"}));
  EXPECT_EQ(said(kSecretBatch, answer, {{"arn:b", ""}, {"arn:a", ""}}), (Said{"two@2", "one@1"}));
}

TEST(SecretBatch, LeavesToASingleCallWhatItIsSilentOrUnsureAbout) {
  const std::string answer =
      R"({"SecretValues":[{"Name":"twice","SecretString":"1"},{"Name":"twice","SecretString":"2"},)"
      R"({"Name":"both","SecretString":"3"}],"Errors":[)"
      R"({"SecretId":"both","ErrorCode":"ResourceNotFoundException"},)"
      R"({"SecretId":"denied","ErrorCode":"AccessDeniedException","Message":"no"},)"
      R"({"SecretId":"gone","ErrorCode":"ResourceNotFoundException","Message":"no"},)"
      R"({"SecretId":"doomed","ErrorCode":"InvalidRequestException","Message":"it was marked for deletion"},)"
      R"({"SecretId":"key","ErrorCode":"DecryptionFailure","Message":"no"}]})";
  EXPECT_EQ(said(kSecretBatch, answer,
                 {{"twice", ""}, {"both", ""}, {"denied", ""}, {"gone", ""}, {"doomed", ""}, {"key", ""}, {"x", ""}}),
            (Said{"alone", "alone", "alone", "absent", "absent", "alone", "alone"}));
  EXPECT_EQ(said(kSecretBatch, R"({"SecretValues":[{"Name":"a"}]})", {{"a", ""}}), Said{"nothing@"});
  EXPECT_EQ(said(kSecretBatch, R"({"NextToken":"t"})", {{"a", ""}}), Said{"alone"});
  EXPECT_EQ(said(kSecretBatch, "{}", {{"a", ""}}), Said{"BatchGetSecretValue: the answer has no SecretValues"});
}

TEST(SecretBatch, TakesOnlyTheCurrentVersion) {
  EXPECT_TRUE(kSecretBatch.takes(""));
  EXPECT_TRUE(kSecretBatch.takes("AWSCURRENT"));
  EXPECT_FALSE(kSecretBatch.takes("AWSPREVIOUS"));
  EXPECT_FALSE(kSecretBatch.takes("uuid/1"));
  EXPECT_TRUE(kParameterBatch.takes("7"));
}

TEST(ParameterBatch, AnswersEachNameWithTheVersionThatWasAskedFor) {
  const std::string answer =
      R"({"Parameters":[{"Name":"/a","Value":"1","Version":4},{"Name":"/b","Value":"2","Version":7,"Selector":":7"},)"
      R"({"Name":"/c","Value":"3","Version":9,"Selector":":live"},{"Name":"/d","ARN":"arn:d","Value":"4","Version":1},)"
      R"({"Name":"/e","Version":2}],"InvalidParameters":["/gone","/f:8"]})";
  EXPECT_EQ(said(kParameterBatch, answer, {{"/a", ""}, {"/b", "7"}, {"/c", "live"}, {"/e", ""}}),
            (Said{"1@4", "2@7", "3@9", "nothing@2"}));
  EXPECT_EQ(said(kParameterBatch, answer, {{"arn:d", ""}, {"/d", "1"}}), (Said{"4@1", "alone"})) << "taken once";
  EXPECT_EQ(said(kParameterBatch, answer, {{"/b", ""}, {"/b", "8"}, {"/c", "9"}, {"/a", "live"}}),
            (Said{"alone", "alone", "alone", "alone"}))
      << "another version than was asked for";
  EXPECT_EQ(said(kParameterBatch, answer, {{"/gone", ""}, {"/f", "8"}, {"/silent", ""}}),
            (Said{"alone", "alone", "alone"}))
      << "no reason is given";
}

TEST(GoTogether, NeitherNamesWithArnsNorTwoVersionsOfOneParameter) {
  EXPECT_TRUE(go_together({"a", ""}, {"b", "7"}));
  EXPECT_TRUE(go_together({"arn:a", ""}, {"arn:b", ""}));
  EXPECT_FALSE(go_together({"a", ""}, {"arn:b", ""}));
  EXPECT_FALSE(go_together({"a", ""}, {"a", "7"}));
}

TEST(MayLeave, AtOnceWhenNothingIsOutElseHalfFullOrAfterAWhile) {
  const auto leaves = [](std::size_t out, std::size_t waiting, Duration oldest) {
    return may_leave({.out = out, .waiting = waiting, .most = 20, .oldest = oldest});
  };
  EXPECT_TRUE(leaves(0, 1, 0ms));
  EXPECT_FALSE(leaves(1, 1, 0ms));
  EXPECT_FALSE(leaves(1, 9, 199ms));
  EXPECT_TRUE(leaves(1, 10, 0ms));
  EXPECT_TRUE(leaves(7, 20, 0ms));
  EXPECT_TRUE(leaves(1, 1, 200ms));
}

TEST(MayLeave, WhenFullOrQuietOrAtLastWhereNobodyIsInAHurry) {
  const auto leaves = [](std::size_t out, std::size_t waiting, Duration oldest, Duration quiet) {
    return may_leave(
        {.out = out, .waiting = waiting, .most = 20, .oldest = oldest, .quiet = quiet, .hurry = Hurry::kNone});
  };
  EXPECT_FALSE(leaves(0, 1, 0ms, 0ms));
  EXPECT_FALSE(leaves(0, 19, 999ms, 199ms));
  EXPECT_TRUE(leaves(0, 1, 200ms, 200ms));
  EXPECT_FALSE(leaves(1, 1, 999ms, 999ms)) << "others come when they have their answers";
  EXPECT_TRUE(leaves(1, 1, 1s, 1s));
  EXPECT_TRUE(leaves(0, 1, 1s, 0ms));
  EXPECT_TRUE(leaves(0, 20, 0ms, 0ms));
  EXPECT_TRUE(leaves(3, 20, 0ms, 0ms));
}

TEST(MeaningOf, ARefusalSaysWhetherAskingAloneCanHelp) {
  const auto meaning = [](Code code, bool worked = false, const Batch& batch = kSecretBatch) {
    return meaning_of(batch, worked, Error{code, "x"});
  };
  EXPECT_EQ(meaning_of(kSecretBatch, false, Absent{"one of them"}), Refused::kAskAlone);
  EXPECT_EQ(meaning(Code::kInvalid), Refused::kAskAlone);
  EXPECT_EQ(meaning(Code::kDenied), Refused::kAlwaysAlone);
  EXPECT_EQ(meaning(Code::kUnavailable), Refused::kAlwaysAlone);
  EXPECT_EQ(meaning(Code::kUnavailable, true), Refused::kEverybodys) << "it knows batches, so it is away";
  EXPECT_EQ(meaning(Code::kThrottled), Refused::kAlwaysAlone) << "single calls have a quota of their own";
  EXPECT_EQ(meaning(Code::kThrottled, false, kParameterBatch), Refused::kEverybodys);
  for (const Code code : {Code::kTimeout, Code::kUnauthenticated}) {
    EXPECT_EQ(meaning(code), Refused::kEverybodys) << to_string(code);
  }
}

}  // namespace
}  // namespace rotor::providers::aws
