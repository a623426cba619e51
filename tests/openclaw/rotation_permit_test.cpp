// Several obstacles to a restart, asked one after the other.
#include "openclaw/rotation_permit.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/loop.hpp"

namespace rotor::openclaw {
namespace {

using Verdict = Permit::Verdict;

struct Log {
  int asked = 0, written = 0, withdrawn = 0, failed = 0;
};

class Obstacle final : public RotationPermits {
 public:
  Obstacle(Log& log, Result<Permit> answer) : log_(log), answer_(std::move(answer)) {}
  Task<Result<Permit>> ask(WishPtr) override {
    ++log_.asked;
    co_return answer_;
  }
  void written(const RotationWish&) override { ++log_.written; }
  void withdrawn(const kube::Key&) override { ++log_.withdrawn; }
  void failed(const kube::Key&, const std::string&) override { ++log_.failed; }

 private:
  Log& log_;
  Result<Permit> answer_;
};

struct Chain {
  test::Loop loop;
  Log first, second;
  PermitChain chain;

  Chain(Result<Permit> one, Result<Permit> two) {
    chain.add(std::make_unique<Obstacle>(first, std::move(one)));
    chain.add(std::make_unique<Obstacle>(second, std::move(two)));
  }
  Result<Permit> ask() {
    RotationWish wish;
    wish.instance = std::make_shared<const api::OpenClawInstance>();
    return loop.run(chain.ask(std::make_shared<const RotationWish>(std::move(wish))));
  }
};

TEST(PermitChain, GoesWhenEveryLinkDoes) {
  Chain c(Permit{}, Permit{});
  EXPECT_TRUE(c.ask()->goes());
  EXPECT_EQ(c.second.asked, 1);
}

TEST(PermitChain, AsksNobodyAfterTheFirstThatHolds) {
  Chain c(Permit{.verdict = Verdict::kRefuse, .reason = "Bad"}, Permit{});
  const Result<Permit> answer = c.ask();
  EXPECT_EQ(answer->verdict, Verdict::kRefuse);
  EXPECT_EQ(answer->reason, "Bad");
  EXPECT_EQ(c.second.asked, 0);
}

TEST(PermitChain, ARefusalWithdrawsWhatOthersHaveSetAsideAndAWaitDoesNot) {
  Chain refused(Permit{}, Permit{.verdict = Verdict::kRefuse});
  refused.ask();
  EXPECT_EQ(refused.first.withdrawn, 1);
  Chain waits(Permit{}, Permit{.verdict = Verdict::kWait});
  waits.ask();
  EXPECT_EQ(waits.first.withdrawn, 0);
}

TEST(PermitChain, PassesOnAnErrorInsteadOfLettingGo) {
  Chain c(fail(Code::kUnavailable, "no answer"), Permit{});
  EXPECT_FALSE(c.ask());
  EXPECT_EQ(c.second.asked, 0);
}

TEST(PermitChain, TellsEveryLinkWhatBecameOfTheRestart) {
  Chain c(Permit{}, Permit{});
  c.chain.written(RotationWish{});
  c.chain.withdrawn({"ns", "a"});
  EXPECT_EQ(c.first.written + c.second.written, 2);
  EXPECT_EQ(c.first.withdrawn + c.second.withdrawn, 2);
  c.chain.failed({"ns", "a"}, "exits with 78");
  EXPECT_EQ(c.first.failed + c.second.failed, 2);
}

TEST(PermitChain, WithoutLinksLetsEverythingGo) {
  test::Loop loop;
  PermitChain chain;
  EXPECT_TRUE(loop.run(chain.ask(std::make_shared<const RotationWish>()))->goes());
}

}  // namespace
}  // namespace rotor::openclaw
