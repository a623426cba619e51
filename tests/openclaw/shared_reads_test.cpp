// One read of a Secret for many that consume it.
#include "openclaw/shared_reads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/loop.hpp"
#include "tests/fakes/strict_client.hpp"

namespace rotor::openclaw {
namespace {

using Presence = ObservedSecret::Presence;
using Answer = std::shared_ptr<test::Loop::Pending<ObservedSecret>>;

// Answers reads when it is told to.
class SlowReader final : public test::StrictClient {
 public:
  explicit SlowReader(const Executor& executor) : released_(executor) {}

  int reads = 0;
  std::string body;
  std::optional<Error> refuses;
  bool open = false;
  void release() {
    open = true;
    released_.notify_one();  // one read is all that may wait
  }

  Task<Result<SecretBytes>> get(kube::Resource, kube::Key) override {
    ++reads;
    if (!open) co_await released_.wait();
    if (refuses) co_return std::unexpected(*refuses);
    co_return SecretBytes(body);
  }

 private:
  kube::Signal released_;
};

SecretReference key(const std::string& name, bool required = true) {
  SecretReference out;
  out.required = required;
  out.keys.emplace(name, required);
  return out;
}

class SharedReadsTest : public testing::Test {
 protected:
  SharedReadsTest() { holds("1", "MQ=="); }

  void holds(const std::string& version, const std::string& a) {
    client.body = R"({"metadata":{"name":"s","namespace":"ns","resourceVersion":")" + version + R"("},"data":{"A":")" +
                  a + R"(","B":"Mg=="}})";
  }
  Answer begin(SecretReference reference, const std::string& version = "1") {
    Answer answer = loop.begin(reads.observe({"ns", "s"}, version, std::move(reference), digester));
    loop.settle();
    return answer;
  }
  ObservedSecret seen(SecretReference reference, const std::string& version = "1") {
    return loop.take(*begin(std::move(reference), version));
  }

  test::Loop loop;
  SlowReader client{loop.executor()};
  SharedReads reads{client};
  std::shared_ptr<const Digester> digester = std::make_shared<const Digester>(
      std::make_shared<const kube::DigestKey>(SecretBytes("0123456789abcdef0123456789abcdef")));
};

TEST_F(SharedReadsTest, ThoseWhoAskAtTheSameTimeShareOneReadHoweverTheyConsumeIt) {
  std::vector<Answer> answers;
  for (int i = 0; i < 5; ++i) answers.push_back(begin(key("A")));
  answers.push_back(begin(key("B")));
  EXPECT_EQ(client.reads, 1);
  client.release();
  loop.settle();
  std::vector<ObservedSecret> all;
  for (const Answer& answer : answers) all.push_back(loop.take(*answer));
  EXPECT_EQ(client.reads, 1);
  EXPECT_EQ(all[0], all[4]);
  EXPECT_NE(all[0].digest, all[5].digest);
  EXPECT_EQ(all[0].content, all[5].content);
}

TEST_F(SharedReadsTest, WhoAsksLaterNeedsNoReadAndTheNextVersionIsReadOnceForAllKnownUses) {
  client.release();
  EXPECT_EQ(seen(key("A")).presence, Presence::kPresent);
  EXPECT_EQ(seen(key("A")).resource_version, "1");
  EXPECT_EQ(client.reads, 1);
  seen(key("B"));  // a use that is new costs a read,
  EXPECT_EQ(client.reads, 2);
  seen(key("A"));
  holds("2", "Mw==");
  const std::string before = seen(key("A")).digest;
  client.reads = 0;
  const ObservedSecret a = seen(key("A"), "2");
  const ObservedSecret b = seen(key("B"), "2");  // but only the first time
  EXPECT_EQ(client.reads, 1);
  EXPECT_NE(a.digest, before);
  EXPECT_EQ(b.resource_version, "2");
}

TEST_F(SharedReadsTest, AFailureIsToldToAllWhoWaitAndKeptForNobody) {
  client.refuses = Error{Code::kUnavailable, "no answer"};
  const Answer one = begin(key("A"));
  const Answer two = begin(key("A"));
  client.release();
  loop.settle();
  EXPECT_EQ(loop.take(*one).presence, Presence::kUnreadable);
  EXPECT_EQ(loop.take(*two).error, "no answer");
  EXPECT_EQ(client.reads, 1);
  client.refuses.reset();
  EXPECT_EQ(seen(key("A")).presence, Presence::kPresent);
}

TEST_F(SharedReadsTest, ASecretThatIsGoneIsMissingWithWhatAPodSeesThen) {
  client.refuses = Error{Code::kNotFound, "gone"};
  client.release();
  const ObservedSecret optional = seen(key("A", false));
  EXPECT_EQ(optional.presence, Presence::kMissing);
  EXPECT_NE(optional.absent_digest, "");
}

TEST_F(SharedReadsTest, AKeyThatIsNotThereIsMissedByWhoNeedsIt) {
  client.release();
  EXPECT_THAT(seen(key("C")).missing_keys, testing::ElementsAre("C"));
  EXPECT_THAT(seen(key("C", false)).missing_keys, testing::IsEmpty());
}

TEST_F(SharedReadsTest, KeepsAnswersOfSoManySecretsOnly) {
  client.release();
  for (std::size_t i = 0; i < SharedReads::kMostSecrets + 50; ++i) {
    const Answer answer = loop.begin(reads.observe({"ns", "s" + std::to_string(i)}, "1", key("A"), digester));
    loop.settle();
    loop.take(*answer);
  }
  EXPECT_EQ(reads.kept(), SharedReads::kMostSecrets);
}

}  // namespace
}  // namespace rotor::openclaw
