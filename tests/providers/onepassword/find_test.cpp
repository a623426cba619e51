// dataFrom.find.
#include "tests/providers/onepassword/connect_flow.hpp"

namespace rotor::providers::onepassword {
namespace {

class ConnectFind : public ConnectFlow {
 protected:
  ConnectFind() {
    connect_.vaults[0].items = {
        {FakeConnect::id("a"), "my-item", {{"key1", "v1"}, {"other", "o1"}}, {{"cert.pem", "pem-1"}}, {"foo", "bar"}},
        {FakeConnect::id("b"),
         "my-item2",
         {{"key1", "late"}, {"key2", "v2"}},
         {{"cert.pem", "pem-late"}},
         {"foo", "baz"}}};
    connect_.vaults[1].items = {
        {FakeConnect::id("c"), "my-item3", {{"key3", "v3"}, {"key1", "later"}}, {}, {"bang", "foo"}}};
    connect_.vaults[2].items = {{FakeConnect::id("d"), "your-item", {{"key4", "v4"}}, {}, {"bing"}}};
  }
};

TEST_F(ConnectFind, O17_APathIsTheTitleOfAnItem) {
  EXPECT_EQ(find({.path = "my-item"}), (Texts{{"key1", "v1"}, {"other", "o1"}, {"cert.pem", "pem-1"}}));
  EXPECT_EQ(find({.path = "MY-ITEM"}), Texts{});
  EXPECT_EQ(connect_.calls.size(), 8U + 6U) << "by the filter, so only what has that title is read";
}

TEST_F(ConnectFind, O18_ANameIsARegularExpressionOverLabelsAndFileNames) {
  EXPECT_EQ(find({.name_regexp = "key*"}), (Texts{{"key1", "v1"}, {"key2", "v2"}, {"key3", "v3"}, {"key4", "v4"}}));
  EXPECT_EQ(find({.name_regexp = "^cert"}), (Texts{{"cert.pem", "pem-1"}}));
  const auto bad = find({.name_regexp = "("});
  EXPECT_EQ(bad.error().code, Code::kInvalid);
  EXPECT_TRUE(bad.error().message.starts_with("could not compile find.name.regexp [(]")) << bad.error().message;
}

TEST_F(ConnectFind, O19_NameAndPathMustBothHoldAndNothingIsNoError) {
  EXPECT_EQ(find({.path = "my-item", .name_regexp = "key"}), (Texts{{"key1", "v1"}}));
  EXPECT_EQ(find({.path = "my-item", .name_regexp = "nope"}), Texts{});
  EXPECT_EQ(find({.path = "no-item"}), Texts{});
}

TEST_F(ConnectFind, O20_TagsAreNamesThatAnItemMustCarryAllOf) {
  EXPECT_EQ(find({.tags = kube::StringMap{{"foo", "true"}, {"bar", ""}}}),
            (Texts{{"key1", "v1"}, {"other", "o1"}, {"cert.pem", "pem-1"}}));
  EXPECT_EQ(find({.path = "your-item", .tags = kube::StringMap{{"foo", "true"}}}),
            (Texts{{"key1", "v1"}, {"other", "o1"}, {"cert.pem", "pem-1"}, {"key2", "v2"}, {"key3", "v3"}}))
      << "of every vault; a path beside tags counts for nothing";
  EXPECT_EQ(find({.name_regexp = "3", .tags = kube::StringMap{{"foo", ""}}}), (Texts{{"key3", "v3"}}));
  EXPECT_EQ(find({.tags = kube::StringMap{{"nobody", ""}}}), Texts{});
}

TEST_F(ConnectFind, O21_WhoComesFirstStaysAndALaterFileIsNotEvenRead) {
  const auto all = find({});
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->at("key1"), "v1");
  EXPECT_EQ(all->at("cert.pem"), "pem-1");
  EXPECT_EQ(counter_.counts["1Password/Connect/GetFileContent/success"], 1);
}

TEST_F(ConnectFind, ALabelThatIsWantedAndTwiceInAnItemIsAnError) {
  connect_.vaults[0].items[0].fields.emplace_back("other", "again");
  EXPECT_EQ(find({}).error().message, "expected one 1Password ItemField matching: 'other' in 'my-item', got 2");
  EXPECT_EQ(find({.name_regexp = "key4"}), (Texts{{"key4", "v4"}}));
}

TEST_F(ConnectFind, OneItemThatCannotBeReadIsAnErrorAndNoPartOfTheMap) {
  connect_.at["/v1/vaults/" + connect_.vaults[1].id + "/items/" + FakeConnect::id("c")] =
      FakeConnect::refused(404, "gone");
  EXPECT_EQ(find({}).error().code, Code::kUnavailable);
  connect_.at.clear();
  connect_.at["/v1/vaults/" + connect_.vaults[1].id + "/items"] = {200, R"([{"title":"without an id"}])"};
  EXPECT_EQ(find({}).error().code, Code::kUnavailable);
}

TEST_F(ConnectFind, WhatNoSecretCouldHoldEndsTheSearch) {
  connect_.vaults[0].items.clear();
  for (int i = 0; i < 9; ++i) {
    const std::string name = fmt::format("big{}", i);
    connect_.vaults[0].items.push_back({FakeConnect::id(std::string(1, static_cast<char>('e' + i))),
                                        name,
                                        {{name, std::string(900U << 10, 'x')}},
                                        {},
                                        {}});
  }
  const auto found = find({.name_regexp = "big"});
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().message.contains("find: the first 5 matches are more than 4 MiB together"))
      << found.error().message;
}

}  // namespace
}  // namespace rotor::providers::onepassword
