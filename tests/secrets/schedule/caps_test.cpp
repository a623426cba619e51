#include "secrets/schedule/caps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;
using kube::Lane;
using testing::ElementsAre;
using testing::IsEmpty;

const CapGroup kStore{"store", {3, 2}};
const CapGroup kOther{"other", {3, 2}};
const CapGroup kNs{"ns", {4, 3}};

struct CapsTest : testing::Test {
  std::vector<std::string> woken;
  Caps caps{[this](const Key& key, Lane) { woken.push_back(key.name); }};

  bool enter(const char* name, const std::vector<CapGroup>& groups, Lane lane = Lane::kRefresh) {
    return caps.enter({"n", name}, groups, lane);
  }
  void leave(const char* name) { caps.leave({"n", name}); }
};

TEST(ItemsAtOnce, ManyPassesLeaveConnectionsForOthers) {
  EXPECT_EQ(items_at_once(1, false), 4U);
  EXPECT_EQ(items_at_once(1, true), 1U);
  std::size_t calls = 0;
  for (int pass = 1; pass <= store_cap(false).all; ++pass)
    calls += items_at_once(static_cast<std::size_t>(pass), false);
  EXPECT_LT(calls, net::ClientConfig().max_connections_per_host);
}

TEST_F(CapsTest, LetInSoManyAndNoMore) {
  EXPECT_TRUE(enter("a", {kStore}));
  EXPECT_TRUE(enter("b", {kStore}));
  EXPECT_FALSE(enter("c", {kStore}));
  EXPECT_TRUE(enter("d", {kOther})) << "another store has places of its own";
  EXPECT_EQ(caps.waiting(), 1U);
}

TEST_F(CapsTest, KeepPlacesForWhatAPersonWaitsFor) {
  enter("a", {kStore});
  enter("b", {kStore});
  EXPECT_FALSE(enter("retry", {kStore}, Lane::kRetry));
  EXPECT_TRUE(enter("new", {kStore}, Lane::kUser));
  EXPECT_FALSE(enter("newer", {kStore}, Lane::kUser)) << "three are all there are";
}

TEST_F(CapsTest, WakeTheNextWithThePlaceAlreadyItsOwn) {
  enter("a", {kStore});
  enter("b", {kStore});
  enter("c", {kStore});
  enter("d", {kStore});
  leave("a");
  EXPECT_THAT(woken, ElementsAre("c"));
  EXPECT_FALSE(enter("e", {kStore})) << "nobody takes it away before c has come";
  EXPECT_TRUE(enter("c", {kStore}));
  leave("b");
  leave("c");
  EXPECT_THAT(woken, ElementsAre("c", "d", "e"));
}

TEST_F(CapsTest, GiveThePlaceWithAStoreToTheNextWhileItsHolderWrites) {
  const std::vector<CapGroup> both{kNs, kStore};
  for (const char* name : {"a", "b"}) EXPECT_TRUE(enter(name, both));
  EXPECT_FALSE(enter("c", both));
  caps.stay_in({"n", "a"}, "ns");
  EXPECT_THAT(woken, ElementsAre("c"));
  EXPECT_EQ(caps.inside("store"), 2U);
  EXPECT_EQ(caps.inside("ns"), 3U) << "it is still at work";
  EXPECT_FALSE(enter("d", both)) << "no more than three of the namespace";
  leave("a");
  EXPECT_EQ(caps.inside("ns"), 2U);
  leave("b");
  EXPECT_THAT(woken, ElementsAre("c", "d"));
}

TEST_F(CapsTest, LeaveWhoStandsInLineThere) {
  enter("a", {kNs, kStore});
  enter("b", {kNs, kStore});
  EXPECT_FALSE(enter("c", {kNs, kStore}));
  caps.stay_in({"n", "c"}, "ns");
  caps.stay_in({"n", "unknown"}, "ns");
  EXPECT_EQ(caps.waiting(), 1U);
  leave("a");
  EXPECT_THAT(woken, ElementsAre("c"));
}

TEST_F(CapsTest, WakeBetterLanesFirstAndTheEarlierOfTwo) {
  enter("a", {kStore}, Lane::kUser);
  enter("b", {kStore}, Lane::kUser);
  enter("c", {kStore}, Lane::kUser);
  enter("refresh", {kStore}, Lane::kRefresh);
  enter("retry", {kStore}, Lane::kRetry);
  enter("user-1", {kStore}, Lane::kUser);
  enter("user-2", {kStore}, Lane::kUser);
  for (const char* one : {"a", "b", "c", "user-1"}) leave(one);
  EXPECT_THAT(woken, ElementsAre("user-1", "user-2", "retry", "refresh"));
}

TEST_F(CapsTest, MoveWhoIsForceSyncedToTheFrontOfTheLine) {
  enter("a", {kStore});
  enter("b", {kStore});
  enter("c", {kStore});
  enter("d", {kStore});
  EXPECT_TRUE(enter("d", {kStore}, Lane::kUser)) << "and its place is one that is kept free";
  EXPECT_EQ(caps.waiting(), 1U);
}

TEST_F(CapsTest, GiveAllPlacesOrNone) {
  enter("a", {kOther});
  enter("b", {kOther});
  EXPECT_FALSE(enter("both", {kStore, kOther}));
  EXPECT_EQ(caps.inside("store"), 0U);
  leave("a");
  EXPECT_THAT(woken, ElementsAre("both"));
  EXPECT_EQ(caps.inside("store"), 1U);
}

TEST_F(CapsTest, HandWhoWaitsForAnotherGroupOnToItsLine) {
  enter("a", {kStore});
  enter("b", {kStore});
  enter("x", {kOther});
  enter("y", {kOther});
  enter("both", {kStore, kOther});
  enter("after", {kStore});
  leave("a");
  EXPECT_THAT(woken, ElementsAre("after")) << "the first of the line cannot go in, and holds nobody up";
  leave("x");
  EXPECT_THAT(woken, ElementsAre("after")) << "the store is full again";
  leave("b");
  EXPECT_THAT(woken, ElementsAre("after", "both"));
}

TEST_F(CapsTest, ShrinkWithAStoreThatBecomesSlowAndGrowWithOneThatIsQuickAgain) {
  const CapGroup quick{"store", {4, 4}};
  const CapGroup slow{"store", {2, 2}};
  for (const char* one : {"a", "b", "c", "d"}) EXPECT_TRUE(enter(one, {quick}));
  EXPECT_FALSE(enter("e", {slow}));
  leave("a");
  leave("b");
  EXPECT_THAT(woken, IsEmpty()) << "two are inside, and more there may not be";
  EXPECT_TRUE(enter("f", {quick}));
  EXPECT_THAT(woken, ElementsAre("e")) << "who was in line comes first";
  EXPECT_EQ(caps.inside("store"), 4U);
}

TEST_F(CapsTest, KnowWhetherANamespaceIsAlone) {
  enter("a", {{"namespace/a", {2, 2}}, {"store", {2, 2}}});
  EXPECT_FALSE(caps.any_other("namespace/", "namespace/a"));
  EXPECT_TRUE(caps.any_other("namespace/", "namespace/b"));
  enter("b", {{"namespace/b", {2, 2}}});
  EXPECT_TRUE(caps.any_other("namespace/", "namespace/a"));
  leave("b");
  EXPECT_FALSE(caps.any_other("namespace/", "namespace/a"));
}

TEST(CapSizes, LeaveWorkersToOthersWhateverOneStoreDoes) {
  EXPECT_EQ(store_cap(false).all, 32);
  EXPECT_EQ(store_cap(true).all, 8);
  EXPECT_GT(namespace_cap(true).background, store_cap(false).background);
  EXPECT_GT(namespace_cap(false).all, store_cap(false).all);
  EXPECT_EQ(namespace_cap(false).background, 14);
  for (const Cap cap : {store_cap(false), store_cap(true), namespace_cap(true), namespace_cap(false)}) {
    EXPECT_LT(cap.background, cap.all) << "places for what a person waits for";
    EXPECT_LT(cap.all, 64);
  }
}

TEST_F(CapsTest, ForgetWhoIsGone) {
  enter("a", {kStore});
  enter("b", {kStore});
  enter("gone", {kStore});
  enter("c", {kStore});
  leave("gone");
  leave("nobody");
  leave("a");
  EXPECT_THAT(woken, ElementsAre("c"));
  leave("b");
  leave("c");
  EXPECT_EQ(caps.waiting(), 0U);
  EXPECT_EQ(caps.inside("store"), 0U);
}

TEST_F(CapsTest, ServeAnObjectThatMovedToAnotherStore) {
  enter("a", {kStore});
  enter("b", {kStore});
  enter("c", {kStore});
  EXPECT_TRUE(enter("c", {kOther}));
  leave("a");
  EXPECT_THAT(woken, IsEmpty());
  EXPECT_TRUE(enter("b", {kOther, kNs}));
  EXPECT_EQ(caps.inside("store"), 0U);
}

TEST_F(CapsTest, LetAHangingStoreHoldNoMoreThanItsOwnPlaces) {
  int held = 0;
  for (int i = 0; i < 5000; ++i) held += enter(("hangs-" + std::to_string(i)).c_str(), {kStore, kNs}) ? 1 : 0;
  EXPECT_EQ(held, 2);
  EXPECT_TRUE(enter("fine", {kOther, kNs}));
}

}  // namespace
}  // namespace rotor::secrets
