// Reads of many clients of one store: how many calls they are, and that nobody is told anything else for it.
#include "providers/aws/gathered_reads.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "providers/kept_clients.hpp"
#include "tests/providers/aws/aws_flow.hpp"

namespace rotor::providers::aws {
namespace {

using namespace std::chrono_literals;

class Gathered : public AwsFlow {
 protected:
  using Client = KeptClients::ClientPtr;
  using Reading = test::Running<Lookup<SecretBytes>>;

  Gathered() {
    max_retries_ = 1;
    for (int i = 0; i < 50; ++i)
      aws_.secrets[name(i)] = fmt::format(R"("SecretString":"v{}","VersionId":"id{}")", i, i);
  }

  static std::string name(int i) { return "s" + std::to_string(i); }
  static Names names(int count) {
    Names all;
    for (int i = 0; i < count; ++i) all.push_back(name(i));
    return all;
  }

  Client open(const std::string& ns = "team") {
    StoreContext c = context(kKeysAuth);
    c.store.ns = c.consumer_ns = ns;
    auto made = pump(clients_.open(*provider_, ns, std::move(c), patient_));
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }

  static Task<Lookup<SecretBytes>> read(Client client, RemoteRef ref) {
    co_return co_await client->get_secret(std::move(ref));
  }
  // Begins them in one turn of the loop, each with a client of its own, as passes over so many objects do.
  std::vector<std::unique_ptr<Reading>> begin(const std::vector<RemoteRef>& refs) {
    std::vector<Client> made;
    for (std::size_t i = 0; i < refs.size(); ++i) made.push_back(open());
    std::vector<std::unique_ptr<Reading>> all;
    for (const RemoteRef& ref : refs) {
      all.push_back(std::make_unique<Reading>(io_, read(std::move(made.back()), ref)));
      made.pop_back();
    }
    return all;
  }
  std::vector<std::unique_ptr<Reading>> begin(const Names& keys) {
    std::vector<RemoteRef> refs;
    for (const std::string& key : keys) refs.push_back(remote(key));
    return begin(refs);
  }

  static std::string said(const Lookup<SecretBytes>& got) {
    if (got.absent()) return "absent: " + got.absence().what;
    if (got.failed()) return fmt::format("{}: {}", to_string(got.error().code), got.error().message);
    return fmt::format("{}@{}", got->reveal(), got.version());
  }
  static bool gave_up(Reading& reading) {
    try {
      const Lookup<SecretBytes> got = reading.get();
      return got.failed() && got.error().code == Code::kCancelled;
    } catch (const boost::system::system_error& e) {
      return e.code() == boost::asio::error::operation_aborted;
    }
  }

  template <class Wanted>
  Names all(const std::vector<Wanted>& wanted) {
    Names texts;
    for (const auto& reading : begin(wanted)) texts.push_back(said(reading->get()));
    return texts;
  }
  Names calls_of(const std::function<void()>& what) {
    const std::size_t before = aws_.calls.size();
    what();
    const Names made = aws_.names();
    return {made.begin() + static_cast<std::ptrdiff_t>(before), made.end()};
  }
  void until_asked(std::size_t calls) {
    test::run_until(io_, [&] { return aws_.calls.size() >= calls; });
  }
  void settle() {
    for (int i = 0; i < 5; ++i) {
      io_.restart();
      io_.run_for(2ms);
    }
  }

  KeptClients clients_{clock_};
  bool patient_ = false;  // are those who read from now on?
};

TEST_F(Gathered, OneThatIsAloneIsACallOfItsOwn) {
  EXPECT_EQ(all(names(1)), Names{"v0@id0"});
  EXPECT_EQ(all(names(1)), Names{"v0@id0"});
  EXPECT_EQ(aws_.names(), (Names{"GetSecretValue", "GetSecretValue"}));
}

TEST_F(Gathered, WhatComesInOneTurnOfTheLoopIsTwentyACall) {
  const Names got = all(names(50));
  ASSERT_EQ(got.size(), 50U);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], fmt::format("v{}@id{}", i, i));
  EXPECT_EQ(aws_.names(), (Names{"BatchGetSecretValue", "BatchGetSecretValue", "BatchGetSecretValue"}));
  EXPECT_EQ(counter_.counts["AWS/SecretsManager/BatchGetSecretValue/success"], 3);
}

TEST_F(Gathered, WhatComesWhileACallIsOutLeavesTogetherWhenItEnds) {
  aws_.holds = true;
  const auto first = begin(Names{"s0"});
  until_asked(1);
  const auto others = begin(Names{"s1", "s2", "s3"});
  settle();
  EXPECT_EQ(aws_.calls.size(), 1U);
  aws_.release();
  EXPECT_EQ(said(first[0]->get()), "v0@id0");
  for (int i = 1; i < 4; ++i)
    EXPECT_EQ(said(others[static_cast<std::size_t>(i - 1)]->get()), fmt::format("v{}@id{}", i, i));
  EXPECT_EQ(aws_.names(), (Names{"GetSecretValue", "BatchGetSecretValue"}));
}

TEST_F(Gathered, HalfACallFullLeavesBesideOneThatIsOut) {
  aws_.holds = true;
  const auto first = begin(Names{"s0"});
  until_asked(1);
  const auto nine = begin(Names{"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"});
  settle();
  EXPECT_EQ(aws_.calls.size(), 1U);
  const auto tenth = begin(Names{"s10"});
  until_asked(2);
  aws_.release();
  EXPECT_EQ(said(tenth[0]->get()), "v10@id10");
  EXPECT_EQ(said(nine[0]->get()), "v1@id1");
  EXPECT_EQ(said(first[0]->get()), "v0@id0");
  EXPECT_EQ(aws_.calls.size(), 2U);
}

TEST_F(Gathered, ACallThatHangsHoldsNobodyUp) {
  aws_.holds = true;
  const auto hangs = begin(Names{"s0"});
  until_asked(1);
  aws_.holds = false;
  const auto other = begin(Names{"s1"});
  settle();
  EXPECT_EQ(aws_.calls.size(), 1U);
  clock_.advance(kPatience);
  EXPECT_EQ(said(other[0]->get()), "v1@id1");
  EXPECT_FALSE(hangs[0]->done());
  aws_.release();
  EXPECT_EQ(said(hangs[0]->get()), "v0@id0");
}

TEST_F(Gathered, WhoIsPatientWaitsAMomentForOthers) {
  patient_ = true;
  const auto first = begin(Names{"s0"});
  settle();
  const auto second = begin(Names{"s1"});
  settle();
  EXPECT_TRUE(aws_.calls.empty());
  clock_.advance(kPatience);
  EXPECT_EQ(said(first[0]->get()), "v0@id0");
  EXPECT_EQ(said(second[0]->get()), "v1@id1");
  EXPECT_EQ(aws_.names(), Names{"BatchGetSecretValue"});
  const auto alone = begin(Names{"s2"});
  settle();
  clock_.advance(kPatience);
  EXPECT_EQ(said(alone[0]->get()), "v2@id2");
  EXPECT_EQ(aws_.names().back(), "GetSecretValue");
}

TEST_F(Gathered, AFullCallOfPatientReadsLeavesAtOnce) {
  patient_ = true;
  const auto readings = begin(names(25));
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(said(readings[i]->get()), fmt::format("v{}@id{}", i, i));
  settle();
  EXPECT_EQ(aws_.calls.size(), 1U);
  clock_.advance(kPatience);
  for (std::size_t i = 20; i < 25; ++i) EXPECT_EQ(said(readings[i]->get()), fmt::format("v{}@id{}", i, i));
  EXPECT_EQ(aws_.calls.size(), 2U);
}

TEST_F(Gathered, ThePatientWaitForThoseWhoComeWhenTheyHaveTheirAnswers) {
  patient_ = true;
  aws_.holds = true;
  const auto wave = begin(names(25));
  until_asked(1);
  clock_.advance(4 * kPatience);
  settle();
  EXPECT_EQ(aws_.calls.size(), 1U) << "twenty are out, five wait";
  aws_.release();
  EXPECT_EQ(said(wave[0]->get()), "v0@id0");
  clock_.advance(kPatience / 2);
  const auto next = begin(Names{"s30"});
  settle();
  clock_.advance(kPatience);
  EXPECT_EQ(said(next[0]->get()), "v30@id30");
  EXPECT_EQ(said(wave[24]->get()), "v24@id24");
  EXPECT_EQ(aws_.calls.size(), 2U);
}

TEST_F(Gathered, ACallThatHangsHoldsThePatientUpForASecond) {
  patient_ = true;
  aws_.holds = true;
  const auto hang = begin(names(20));
  until_asked(1);
  aws_.holds = false;
  const auto other = begin(Names{"s30"});
  settle();
  clock_.advance(kLongestFilling - 1ms);
  settle();
  EXPECT_FALSE(other[0]->done());
  clock_.advance(1ms);
  EXPECT_EQ(said(other[0]->get()), "v30@id30");
  aws_.release();
  for (const auto& one : hang) EXPECT_TRUE(one->get().found());
}

TEST_F(Gathered, WhoIsInAHurryTakesThePatientAlong) {
  patient_ = true;
  const auto patient = begin(Names{"s0", "s1"});
  settle();
  patient_ = false;
  EXPECT_EQ(said(begin(Names{"s1"})[0]->get()), "v1@id1") << "one who asks for the same";
  EXPECT_EQ(said(patient[0]->get()), "v0@id0");
  EXPECT_EQ(said(patient[1]->get()), "v1@id1");
  EXPECT_EQ(aws_.names(), Names{"BatchGetSecretValue"});
}

TEST_F(Gathered, APatientOneThatGivesUpLeavesTheOthersTheirCall) {
  patient_ = true;
  auto readings = begin(names(3));
  settle();
  readings[0]->cancel();
  settle();
  EXPECT_TRUE(gave_up(*readings[0]));
  clock_.advance(kPatience);
  EXPECT_EQ(said(readings[1]->get()), "v1@id1");
  EXPECT_EQ(said(readings[2]->get()), "v2@id2");
  EXPECT_EQ(aws_.calls.size(), 1U);
  EXPECT_FALSE(aws_.calls.at(0).contains("s0\"")) << aws_.calls.at(0);
}

TEST_F(Gathered, ManyCallsThatHangHoldNobodyUpEither) {
  aws_.holds = true;
  std::vector<std::vector<std::unique_ptr<Reading>>> hang;
  for (int i = 0; i < 12; ++i) {
    hang.push_back(begin(Names{name(i)}));
    settle();
    clock_.advance(kPatience);
    until_asked(static_cast<std::size_t>(i) + 1);
  }
  aws_.holds = false;
  const auto other = begin(Names{"s20"});
  settle();
  clock_.advance(kPatience);
  EXPECT_EQ(said(other[0]->get()), "v20@id20");
  aws_.release();
  for (const auto& one : hang) EXPECT_TRUE(one[0]->get().found());
}

TEST_F(Gathered, WhoGivesUpTakesNobodyDown) {
  for (const std::size_t quits : {0U, 1U, 2U}) {
    aws_.holds = true;
    const std::size_t before = aws_.calls.size();
    auto readings = begin(names(3));
    until_asked(before + 1);
    readings[quits]->cancel();
    settle();
    aws_.release();
    EXPECT_TRUE(gave_up(*readings[quits]));
    for (std::size_t i = 0; i < 3; ++i) {
      if (i != quits) EXPECT_EQ(said(readings[i]->get()), fmt::format("v{}@id{}", i, i)) << quits;
    }
  }
  EXPECT_EQ(aws_.calls.size(), 4U) << "the one whose call it was is replaced by another";
}

TEST_F(Gathered, WhoGivesUpWhileItWaitsIsNotAskedFor) {
  aws_.holds = true;
  const auto first = begin(Names{"s0"});
  until_asked(1);
  auto others = begin(Names{"s1", "s2", "s3"});
  settle();
  others[0]->cancel();
  settle();
  aws_.release();
  EXPECT_EQ(said(others[1]->get()), "v2@id2");
  EXPECT_EQ(said(others[2]->get()), "v3@id3");
  EXPECT_FALSE(aws_.calls.at(1).contains("s1")) << aws_.calls.at(1);
  EXPECT_EQ(said(first[0]->get()), "v0@id0");
}

TEST_F(Gathered, TwoWhoWantTheSameHaveOnePlace) {
  EXPECT_EQ(all(Names{"s0", "s1", "s0"}), (Names{"v0@id0", "v1@id1", "v0@id0"}));
  EXPECT_EQ(aws_.calls.size(), 1U);
  EXPECT_EQ(all(std::vector{remote("s0"), remote("s0", "", "AWSCURRENT"), remote("s1")}),
            (Names{"v0@id0", "v0@id0", "v1@id1"}));
  EXPECT_EQ(aws_.calls.size(), 3U) << "said in two ways it is asked for twice, but never in one call";
}

TEST_F(Gathered, AnAnswerThatIsUnderWayIsNotTakenForAQuestionAskedLater) {
  aws_.holds = true;
  const auto first = begin(Names{"s0"});
  until_asked(1);
  aws_.secrets["s0"] = R"("SecretString":"new")";
  const auto later = begin(Names{"s0"});
  settle();
  aws_.release();
  EXPECT_EQ(said(first[0]->get()), "v0@id0");
  EXPECT_EQ(said(later[0]->get()), "new@");
}

TEST_F(Gathered, OtherVersionsAndTagsAreAskedForAlone) {
  RemoteRef metadata = remote("s2");
  metadata.metadata_policy = "Fetch";
  (void)all(std::vector{remote("s0", "", "AWSPREVIOUS"), remote("s1", "", "uuid/1"), metadata, remote("s3")});
  Names made = aws_.names();
  std::ranges::sort(made);
  EXPECT_EQ(made, (Names{"DescribeSecret", "GetSecretValue", "GetSecretValue", "GetSecretValue"}));
}

TEST_F(Gathered, NamesAndArnsAreNotInOneCall) {
  const std::string arn = "arn:aws:secretsmanager:us-east-1:999999999999:secret:";
  aws_.secrets[arn + "s0-AbCdEf"] = R"("SecretString":"of another account","Name":"s0")";
  aws_.secrets[arn + "s1-AbCdEf"] = R"("SecretString":"likewise","Name":"s1")";
  EXPECT_EQ(all(Names{"s0", arn + "s0-AbCdEf", "s1", arn + "s1-AbCdEf"}),
            (Names{"v0@id0", "of another account@", "v1@id1", "likewise@"}));
  EXPECT_EQ(aws_.names(), (Names{"BatchGetSecretValue", "BatchGetSecretValue"}));
}

TEST_F(Gathered, WhoMayNotAskForBatchesAsksOneByOneAndRemembersIt) {
  aws_.always["BatchGetSecretValue"] = {400, R"({"__type":"AccessDeniedException","message":"not authorized"})"};
  testing::internal::CaptureStderr();
  log::configure(log::Level::kDebug, log::Format::kLogfmt);
  EXPECT_EQ(all(names(3)), (Names{"v0@id0", "v1@id1", "v2@id2"}));
  const Names after = calls_of([&] { EXPECT_EQ(all(names(2)), (Names{"v0@id0", "v1@id1"})); });
  log::configure(log::Level::kInfo, log::Format::kLogfmt);
  const std::string logged = testing::internal::GetCapturedStderr();
  EXPECT_EQ(aws_.names(), (Names{"BatchGetSecretValue", "GetSecretValue", "GetSecretValue", "GetSecretValue",
                                 "GetSecretValue", "GetSecretValue"}));
  EXPECT_EQ(after, (Names{"GetSecretValue", "GetSecretValue"}));
  const auto line = logged.find("values of AWS are read one by one");
  ASSERT_NE(line, std::string::npos) << logged;
  EXPECT_EQ(logged.find("values of AWS are read one by one", line + 1), std::string::npos) << logged;
  clock_.advance(KeptClients::kOldest + 1s);
  aws_.always.clear();
  EXPECT_EQ(calls_of([&] { (void)all(names(2)); }), Names{"BatchGetSecretValue"}) << "a new client tries again";
}

struct RefusalCase {
  const char* what;
  FakeAws::Answer answer;
  Names first;   // the calls of two reads
  Names second;  // and of two more
  const char* said;
};

TEST_F(Gathered, ABatchThatIsRefusedAsAWholeIsAskedForOneByOneWhereThatCanHelp) {
  const Names alone{"GetSecretValue", "GetSecretValue"};
  const Names both{"BatchGetSecretValue", "GetSecretValue", "GetSecretValue"};
  const std::vector<RefusalCase> cases = {
      {"one is deleted",
       {400, R"({"__type":"InvalidRequestException","Message":"marked for deletion"})"},
       both,
       both,
       "v0@id0"},
      {"one is not there", {400, R"({"__type":"ResourceNotFoundException","Message":"no"})"}, both, both, "v0@id0"},
      {"one has no name", {400, R"({"__type":"ValidationException","message":"no"})"}, both, both, "v0@id0"},
      {"an emulator without batches", {501, "<html>"}, both, alone, "v0@id0"},
      {"no JSON", {200, "{"}, both, alone, "v0@id0"},
      {"too many calls", {400, R"({"__type":"ThrottlingException","message":"Rate exceeded"})"}, both, alone, "v0@id0"},
  };
  for (const RefusalCase& c : cases) {
    clock_.advance(KeptClients::kOldest + 1s);
    aws_.always["BatchGetSecretValue"] = c.answer;
    EXPECT_EQ(calls_of([&] { EXPECT_EQ(all(names(2)).at(0), c.said) << c.what; }), c.first) << c.what;
    EXPECT_EQ(calls_of([&] { EXPECT_EQ(all(names(2)).at(0), c.said) << c.what; }), c.second) << c.what;
  }
}

// Each row is read alone and beside another one: what is said must be the same, byte for byte.
TEST_F(Gathered, ASecretInABatchIsWhatItIsAlone) {
  const std::vector<std::string> rows = {
      R"("SecretString":"plain")",
      R"("SecretString":"")",
      R"("SecretString":null)",
      R"("SecretString":"{\"n\": 1.10, \"big\": 12345678901234567890 }","VersionId":"x")",
      R"("SecretString":"é \u00e9 \ud83d\ude00 \ud800 \u0000 \n\t\"\\")",
      R"("SecretBinary":"AAECA//+")",
      R"("SecretBinary":"")",
      R"("SecretBinary":"!!!")",
      R"("SecretString":"text","SecretBinary":"AAEC","VersionId":"both")",
      R"("VersionId":"nothing")",
      R"("SecretString":7)",
      R"("SecretString":")" + std::string(65536, 'x') + "\"",
  };
  int n = 0;
  for (const std::string& row : rows) {
    const std::string key = "row" + std::to_string(n++);
    aws_.secrets[key] = row;
    clock_.advance(KeptClients::kOldest + 1s);
    const Names alone = all(Names{key});
    EXPECT_EQ(calls_of([&] { EXPECT_EQ(all(Names{key, "s0"}), (Names{alone[0], "v0@id0"})) << row; }).front(),
              "BatchGetSecretValue");
  }
}

TEST_F(Gathered, WhatIsWrongWithOneSecretIsSaidAsAloneAndOfThatOneOnly) {
  const std::vector<FakeAws::Answer> rows = {
      {400, R"({"__type":"ResourceNotFoundException","Message":"no such secret"})"},
      {400, R"({"__type":"InvalidRequestException","Message":"it was marked for deletion."})"},
      {400, R"({"__type":"AccessDeniedException","Message":"User: x is not authorized"})"},
      {400, R"({"__type":"DecryptionFailure","Message":"the key is disabled"})"},
      {400, R"({"__type":"InternalServiceError","Message":"oops"})"},
      {400, R"({"__type":"InvalidRequestException","Message":"You can't perform this operation"})"},
  };
  for (const FakeAws::Answer& row : rows) {
    aws_.refused["s1"] = row;
    const Names alone = all(Names{"s1"});
    EXPECT_FALSE(alone[0].starts_with("v1")) << row.body;
    EXPECT_EQ(all(Names{"s0", "s1", "s2"}), (Names{"v0@id0", alone[0], "v2@id2"})) << row.body;
    EXPECT_EQ(calls_of([&] { (void)all(Names{"s0", "s2"}); }), Names{"BatchGetSecretValue"}) << "batches go on";
  }
}

TEST_F(Gathered, ASecretThatABatchIsSilentAboutIsReadAlone) {
  aws_.always["BatchGetSecretValue"] = {200, R"({"SecretValues":[],"NextToken":"more"})"};
  EXPECT_EQ(all(names(2)), (Names{"v0@id0", "v1@id1"}));
  EXPECT_EQ(aws_.names(), (Names{"BatchGetSecretValue", "GetSecretValue", "GetSecretValue"}));
}

TEST_F(Gathered, TheClientThatMadeACallCountsItAndNoOtherDoes) {
  std::vector<Client> made;
  std::vector<std::unique_ptr<Reading>> readings;
  for (int i = 0; i < 5; ++i) made.push_back(open());
  for (int i = 0; i < 5; ++i) {
    readings.push_back(std::make_unique<Reading>(io_, read(made[static_cast<std::size_t>(i)], remote(name(i)))));
  }
  for (const auto& reading : readings) (void)reading->get();
  std::vector<int> calls;
  for (const Client& client : made) calls.push_back(client->take_calls());
  EXPECT_EQ(calls, (std::vector{1, 0, 0, 0, 0}));
  EXPECT_EQ(made[0]->take_calls(), 0) << "told once";
  aws_.pages["ListSecrets"] = {R"({"SecretList":[],"NextToken":"t"})", R"({"SecretList":[{"Name":"s0"}]})"};
  EXPECT_EQ(find(*made[0], {.name_regexp = "s"}).size(), 1U);
  EXPECT_EQ(made[0]->take_calls(), 3) << "two pages and a value";
}

TEST_F(Gathered, TwoStoresNeverShareACall) {
  aws_.keys["AKIAOTHER"] = "other-secret";
  gate_.secrets["other/aws/id"] = "AKIAOTHER";
  gate_.secrets["other/aws/key"] = "other-secret";
  std::vector<std::pair<Client, std::string>> wanted;
  for (int i = 0; i < 6; ++i) wanted.emplace_back(open(i % 2 == 0 ? "team" : "other"), name(i));
  std::vector<std::unique_ptr<Reading>> readings;
  for (auto& [client, key] : wanted) readings.push_back(std::make_unique<Reading>(io_, read(client, remote(key))));
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(said(readings[i]->get()), fmt::format("v{}@id{}", i, i));
  EXPECT_EQ(aws_.signers, (Names{"AKIASTATIC BatchGetSecretValue", "AKIAOTHER BatchGetSecretValue"}));
  EXPECT_EQ(aws_.calls, (Names{R"(BatchGetSecretValue {"SecretIdList":["s0","s2","s4"]})",
                               R"(BatchGetSecretValue {"SecretIdList":["s1","s3","s5"]})"}));
}

class GatheredParameters : public Gathered {
 protected:
  GatheredParameters() {
    service_ = "ParameterStore";
    for (int i = 0; i < 25; ++i)
      aws_.parameters["/p" + std::to_string(i)] = fmt::format(R"("Value":"{}","Version":1)", i);
    aws_.parameters["/p0:1"] = R"("Value":"old","Version":1,"Selector":":1")";
    aws_.parameters["/p1:live"] = R"("Value":"live","Version":3,"Selector":":live")";
  }
};

TEST_F(GatheredParameters, AreTenACall) {
  Names keys;
  for (int i = 0; i < 25; ++i) keys.push_back("/p" + std::to_string(i));
  const Names got = all(keys);
  for (std::size_t i = 0; i < 25; ++i) EXPECT_EQ(got[i], fmt::format("{}@1", i));
  EXPECT_EQ(aws_.names(), (Names{"GetParameters", "GetParameters", "GetParameters"}));
}

TEST_F(GatheredParameters, NumbersAndLabelsGoAlongButNotTwoOfOneParameter) {
  EXPECT_EQ(all(std::vector{remote("/p0", "", "1"), remote("/p1", "", "live"), remote("/p2"), remote("/p0")}),
            (Names{"old@1", "live@3", "2@1", "0@1"}));
  EXPECT_EQ(aws_.calls, (Names{R"(GetParameters {"Names":["/p0:1","/p1:live","/p2"],"WithDecryption":true})",
                               R"(GetParameter {"Name":"/p0","WithDecryption":true})"}));
}

TEST_F(GatheredParameters, WhatIsWrongWithOneIsSaidAsAlone) {
  aws_.refused["/p1:9"] = {400, R"({"__type":"ParameterVersionNotFound","message":"no version 9"})"};
  aws_.refused["/p 3"] = {400, R"({"__type":"ValidationException","message":"no blanks"})"};
  aws_.refused["/p4"] = {400, R"({"__type":"InvalidKeyId","message":"the key is disabled"})"};
  aws_.parameters["/none"] = R"("Version":1)";
  const std::vector<RemoteRef> refs = {remote("/gone"), remote("/p1", "", "9"), remote("/p 3"), remote("/p4"),
                                       remote("/none")};
  Names alone;
  for (const RemoteRef& ref : refs) alone.push_back(all(std::vector{ref})[0]);
  EXPECT_EQ(alone[0], "absent: Parameter does not exist: /gone in us-east-1");
  const std::size_t before = aws_.calls.size();
  EXPECT_EQ(all(refs), alone);
  EXPECT_EQ(aws_.calls.size() - before, 5U) << "one batch, and the four that it could not answer";
}

TEST_F(GatheredParameters, WhoMayNotAskForBatchesAsksOneByOne) {
  aws_.always["GetParameters"] = {400, R"({"__type":"AccessDeniedException","message":"no"})"};
  EXPECT_EQ(all(Names{"/p2", "/p3"}), (Names{"2@1", "3@1"}));
  EXPECT_EQ(calls_of([&] { (void)all(Names{"/p2", "/p3"}); }), (Names{"GetParameter", "GetParameter"}));
}

}  // namespace
}  // namespace rotor::providers::aws
