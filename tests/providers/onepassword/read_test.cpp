// Reading: get and extract.
#include "tests/providers/onepassword/connect_flow.hpp"

namespace rotor::providers::onepassword {
namespace {

using Item = FakeConnect::StoredItem;

const std::string kLogin = FakeConnect::id("login");
const std::string kDocument = FakeConnect::id("doc");

class ConnectRead : public ConnectFlow {
 protected:
  ConnectRead() {
    connect_.vaults[0].items = {{kLogin,
                                 "my-item",
                                 {{"key1", "value1"}, {"password", "pw"}, {"a.b", "dotted"}, {"none", ""}},
                                 {{"my-file.png", std::string("\x89PNG\0\xff", 6)}}},
                                {kDocument,
                                 "my-doc",
                                 {{"key1", "field"}},
                                 {{"my-file.png", "first"}, {"other.txt", "second"}},
                                 {},
                                 "DOCUMENT"}};
  }
};

TEST_F(ConnectRead, O1_O8_O10_AFieldOrFileByItsPropertyArrivesAsItIs) {
  EXPECT_EQ(get(remote("my-item", "key1")), "value1");
  EXPECT_EQ(get(remote("my-item", "field/key1")), "value1");
  EXPECT_EQ(get(remote("my-item", "a.b")), "dotted") << "dots in labels mean nothing";
  EXPECT_EQ(get(remote("my-item", "none")), "") << "an empty value is a value";
  EXPECT_EQ(get(remote("my-item")), "pw") << "without a property the field `password`";
  EXPECT_EQ(get(remote("my-item", "field/")), "pw");
  EXPECT_EQ(get(remote("my-item", "file/my-file.png")), std::string("\x89PNG\0\xff", 6));
}

TEST_F(ConnectRead, TellsTheVersionOfTheItem) {
  const auto made = client();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(pump((*made)->get_secret(remote("my-item"))).version(), "") << "a server that does not say";
  for (auto& item : connect_.vaults[0].items) item.more = R"(,"version":3)";
  const auto again = client();
  EXPECT_EQ(pump((*again)->get_secret(remote("my-item"))).version(), "3");
  EXPECT_EQ(pump((*again)->get_secret(remote("my-item", "file/my-file.png"))).version(), "3");
  EXPECT_EQ(pump((*again)->get_secret_map(remote("my-item"))).version(), "3");
  connect_.vaults[0].items[0].more = R"(,"version":"three")";
  EXPECT_EQ(pump((*client())->get_secret(remote("my-item"))).version(), "") << "and it is read all the same";
}

TEST_F(ConnectRead, O2_AnItemIsFoundByItsId) {
  EXPECT_EQ(get(remote(kLogin, "key1")), "value1");
  EXPECT_EQ(connect_.calls.back(), "/v1/vaults/" + connect_.vaults[0].id + "/items/" + kLogin);
}

TEST_F(ConnectRead, AnIdIsLookedForInEveryVaultAndMayBeATitle) {
  connect_.vaults[1].items = {{FakeConnect::id("x2"), "other", {{"password", "two"}}}};
  connect_.vaults[2].items = {{FakeConnect::id("x3"), FakeConnect::id("title"), {{"password", "three"}}}};
  EXPECT_EQ(get(remote(FakeConnect::id("x2"))), "two");
  EXPECT_EQ(get(remote(FakeConnect::id("title"))), "three");
}

TEST_F(ConnectRead, O3_O4_TheVaultWithTheLowestNumberWins) {
  connect_.vaults[1].items = {{FakeConnect::id("b"), "my-item", {{"key1", "second"}}},
                              {FakeConnect::id("c"), "only-2", {{"key1", "two"}}}};
  connect_.vaults[2].items = {{FakeConnect::id("d"), "my-item", {{"key1", "third"}}},
                              {FakeConnect::id("e"), "only-3", {{"key1", "three"}}}};
  EXPECT_EQ(get(remote("my-item", "key1")), "value1");
  EXPECT_EQ(get(remote("my-item", "key1"), R"("first":7,"second":-1,"third":3)"), "second");
  EXPECT_EQ(get(remote("only-2", "key1")), "two");
  EXPECT_EQ(get(remote("only-3", "key1")), "three");
}

TEST_F(ConnectRead, O5_AVaultNameThatFitsTwoVaultsIsAnErrorAndNoVaultIsPassedOver) {
  connect_.vaults[1].name = "first";
  const auto got = get(remote("my-item", "key1"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kInvalid);
  EXPECT_TRUE(got.error().message.starts_with("error finding 1Password Vault: Found 2 vaults with title \"first\""))
      << got.error().message;
  EXPECT_EQ(connect_.calls.size(), 1U);
}

TEST_F(ConnectRead, O6_ATitleThatTwoItemsHaveIsAnError) {
  connect_.vaults[0].items.push_back({FakeConnect::id("b"), "my-item", {{"key1", "x"}}});
  const auto got = get(remote("my-item", "key1"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().message, "expected one 1Password Item matching: 'my-item', got 2");
}

TEST_F(ConnectRead, O7_AnItemInNoVaultIsAbsentInTheWordsPeopleKnow) {
  const auto got = get(remote("nowhere"));
  EXPECT_EQ(got.error().code, Code::kNotFound);
  EXPECT_EQ(got.error().message, "key not found in 1Password Vaults: nowhere in: map[first:1 second:2 third:3]");
  EXPECT_EQ(get(remote(FakeConnect::id("nowhere"))).error().code, Code::kNotFound);
}

TEST_F(ConnectRead, AnIdIn404sIsNoAbsenceAsLongAsTheVaultDoesNotListIt) {
  const std::string vault = FakeConnect::id("gone");
  const auto got = get(remote(kLogin), fmt::format("\"{}\":1", vault));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kInvalid) << "a vault that is not there says nothing of its items";
  EXPECT_EQ(got.error().message, "error finding 1Password Item: status 404: vault not found");
}

TEST_F(ConnectRead, O9_AVersionIsRefused) {
  EXPECT_EQ(get(remote("my-item", "key1", "123")).error().message,
            "'remoteRef.version' is not implemented in the 1Password provider");
  EXPECT_EQ(extract(remote("my-item", "", "123")).error().message,
            "'remoteRef.version' is not implemented in the 1Password provider");
}

TEST_F(ConnectRead, O11_O12_ADocumentsPropertyIsAFileUnlessItSaysField) {
  for (const char* property : {"my-file.png", "file/my-file.png", ""}) {
    EXPECT_EQ(get(remote("my-doc", property)), "first") << property;
  }
  EXPECT_EQ(get(remote("my-doc", "other.txt")), "second");
  EXPECT_EQ(get(remote("my-doc", "field/key1")), "field");
}

TEST_F(ConnectRead, O13_AFileThatIsNotThereIsAnError) {
  for (const std::string property : {"you-cant-find-me.png", "file/you-cant-find-me.png"}) {
    const auto got = get(remote("my-doc", property));
    EXPECT_EQ(got.error().code, Code::kInvalid);
    EXPECT_EQ(got.error().message, "error finding 1Password Document: 'my-doc', '" + property + "'");
  }
}

TEST_F(ConnectRead, O14_ALabelThatTwoFieldsHaveOrNoneIsAnError) {
  connect_.vaults[0].items[0].fields.emplace_back("key1", "again");
  const std::string expected = "expected one 1Password ItemField matching: 'key1' in 'my-item', got 2";
  EXPECT_EQ(get(remote("my-item", "key1")).error().message, expected);
  EXPECT_EQ(extract(remote("my-item")).error().message, expected);
  EXPECT_EQ(get(remote("my-item", "key2")).error().message,
            "expected one 1Password ItemField matching: 'key2' in 'my-item', got 0");
}

TEST_F(ConnectRead, O15_O16_ExtractGivesAllOrOneOfTheKind) {
  EXPECT_EQ(extract(remote("my-item")),
            (Texts{{"key1", "value1"}, {"password", "pw"}, {"a.b", "dotted"}, {"none", ""}}));
  EXPECT_EQ(extract(remote("my-item", "password")), (Texts{{"password", "pw"}}));
  EXPECT_EQ(extract(remote("my-item", "file/my-file.png")), (Texts{{"my-file.png", std::string("\x89PNG\0\xff", 6)}}));
  EXPECT_EQ(extract(remote("my-doc")), (Texts{{"my-file.png", "first"}, {"other.txt", "second"}}));
  EXPECT_EQ(extract(remote("my-doc", "other.txt")), (Texts{{"other.txt", "second"}}));
  EXPECT_EQ(extract(remote("my-doc", "field/key1")), (Texts{{"key1", "field"}}));
  EXPECT_EQ(extract(remote("my-item", "nothing")), Texts{}) << "no hit with a property is an empty map";
}

TEST_F(ConnectRead, TitlesAndNamesWithAnyCharacterAreEncoded) {
  const std::string odd = "a \"b\" \\c/?#&=%+ é日 '\n";
  connect_.vaults[0].name = odd;
  connect_.vaults[0].items.push_back({FakeConnect::id("odd"), odd, {{odd, "found"}}});
  EXPECT_EQ(get(remote(odd, odd), fmt::format("{}:1", json::quote(odd))), "found");
  EXPECT_EQ(connect_.calls.front(), "/v1/vaults?filter=title eq \"a \\\"b\\\" \\\\c/?#&=%+ é日 '\n\"");
}

TEST_F(ConnectRead, ATitleThatDiffersInCaseAloneDoesNotStandInTheWay) {
  // A filter may compare without case; the item written exactly like it is the one that is meant.
  connect_.at["/v1/vaults/" + connect_.vaults[0].id + "/items"] = {
      200, fmt::format(R"([{{"id":"{}","title":"MY-ITEM"}},{{"id":"{}","title":"my-item"}}])", kDocument, kLogin)};
  EXPECT_EQ(get(remote("my-item", "key1")), "value1");
}

TEST_F(ConnectRead, AnAnswerAboutAnotherItemIsNeverTaken) {
  const std::string items = "/v1/vaults/" + connect_.vaults[0].id + "/items";
  connect_.at[items] = {200, fmt::format(R"([{{"id":"{}","title":"else"}}])", kLogin)};
  EXPECT_EQ(get(remote("my-item", "key1")).error().code, Code::kUnavailable);
  connect_.at.clear();
  connect_.at[items + "/" + kLogin] = {200, FakeConnect::full(connect_.vaults[0], connect_.vaults[0].items[1])};
  EXPECT_EQ(get(remote("my-item", "key1")).error().code, Code::kUnavailable);
  connect_.at[items + "/" + kLogin] = FakeConnect::refused(404, "item not found");
  EXPECT_EQ(get(remote("my-item", "key1")).error().code, Code::kUnavailable) << "it was listed a moment ago";
}

TEST_F(ConnectRead, NoOtherAnswerOfAListOrAnItemIsTakenForAbsenceOrAValue) {
  const std::string items = "/v1/vaults/" + connect_.vaults[0].id + "/items";
  const net::Headers page{{"Content-Type", "text/html"}};
  const std::vector<FakeConnect::Answer> answers = {{204, ""},
                                                    {302, "", {{"Location", "https://elsewhere.example"}}},
                                                    {304, ""},
                                                    {400, "{}"},
                                                    {404, "<html>", page},
                                                    {404, ""},
                                                    {409, "{}"},
                                                    {500, "oops"},
                                                    {200, ""},
                                                    {200, "null"},
                                                    {200, " null "},
                                                    {200, "{}"},
                                                    {200, R"({"data":null})"},
                                                    {200, R"([{"id":")"},
                                                    {200, "[null]"},
                                                    {200, "<html>log in</html>", page}};
  for (const std::string& path : {items, items + "/" + kLogin}) {
    for (const FakeConnect::Answer& answer : answers) {
      connect_.at = {{path, answer}};
      for (const std::string& key : {std::string("my-item"), kLogin}) {
        if (key == kLogin && path == items) continue;  // the list is not asked
        const auto got = get(remote(key, "key1"));
        ASSERT_FALSE(got) << path << " " << answer.status << answer.body;
        EXPECT_NE(got.error().code, Code::kNotFound) << path << " " << answer.status << answer.body;
      }
      EXPECT_FALSE(find({})) << path << " " << answer.status << answer.body;
    }
  }
}

TEST_F(ConnectRead, AFilesContentIsCheckedAndNeverFetchedElsewhere) {
  const std::string item = "/v1/vaults/" + connect_.vaults[0].id + "/items/" + kLogin;
  const net::Headers page{{"Content-Type", "text/html"}};
  connect_.at[item + "/files/f0/content"] = {200, "<html>log in</html>", page};
  EXPECT_EQ(get(remote("my-item", "file/my-file.png")).error().code, Code::kUnavailable);
  const auto with_file = [&](const std::string& members) {
    connect_.at[item] = {
        200, fmt::format(R"({{"id":"{}","title":"my-item","files":[{{"name":"f",{}}}]}})", kLogin, members)};
  };
  for (const char* path : {"https://elsewhere.example/v1/x", "//elsewhere.example/x", "/v1/x y", "/v1/x?y"}) {
    with_file(fmt::format(R"("id":"z","content_path":"{}")", path));
    EXPECT_EQ(get(remote("my-item", "file/f")).error().code, Code::kUnavailable) << path;
    EXPECT_EQ(connect_.calls.back(), item) << "not asked for at all: " << path;
  }
  connect_.at[item + "/files/z/content"] = {200, "hello", {{"Content-Type", "application/octet-stream"}}};
  with_file(R"("id":"z")");
  EXPECT_EQ(get(remote("my-item", "file/f")), "hello") << "without a path it is where it always is";
  with_file(fmt::format(R"("id":"z","content_path":"{}")", item.substr(1) + "/files/z/content"));
  EXPECT_EQ(get(remote("my-item", "file/f")), "hello") << "a missing slash is put in front";
  with_file(R"("id":"z","content":"aW5saW5l")");
  EXPECT_EQ(get(remote("my-item", "file/f")), "inline");
}

TEST_F(ConnectRead, OneReconcileAsksOnceForEachVaultAndItem) {
  auto store = client();
  for (const char* property : {"key1", "a.b", "password", "key1"}) {
    EXPECT_TRUE(text_of(pump((*store)->get_secret(remote("my-item", property)))));
  }
  EXPECT_TRUE(text_of(pump((*store)->get_secret(remote("my-doc")))));
  EXPECT_EQ(connect_.calls.size(), 6U) << "the vault; list and item, twice; one file";
  EXPECT_EQ(counter_.counts, (std::map<std::string, int>{{"1Password/Connect/GetVaultsByTitle/success", 1},
                                                         {"1Password/Connect/GetItemsByTitle/success", 2},
                                                         {"1Password/Connect/GetItem/success", 2},
                                                         {"1Password/Connect/GetFileContent/success", 1}}));
}

TEST_F(ConnectRead, AVaultByItsIdCostsNoCall) {
  EXPECT_EQ(get(remote("my-item", "key1"), fmt::format("\"{}\":1", connect_.vaults[0].id)), "value1");
  EXPECT_EQ(connect_.calls.size(), 2U);
}

}  // namespace
}  // namespace rotor::providers::onepassword
