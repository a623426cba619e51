#include "kube/shards/partly_kept.hpp"

#include <functional>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/fakes/strict_client.hpp"
#include "tests/kube/shown.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

constexpr Resource kNotes{"example.com", "v1", "notes", "Note", true};

std::string note(const std::string& ns, const std::string& version, const std::string& text) {
  return R"({"text":")" + text + R"(","metadata":{"name":"a","namespace":")" + ns + R"(","resourceVersion":")" +
         version + R"("}})";
}

struct Note {
  ObjectMeta metadata;
  std::string text;  // empty: another replica's
  bool reduced() const { return text.empty(); }
};
Result<Note> read_note(std::string_view object_json) {
  TRY(PartialObject object, json::read<PartialObject>(object_json));
  if (object_json.contains("broken")) return fail(Code::kInvalid, "broken");
  return Note{std::move(object.metadata), std::string(object_json)};
}
Note without_text(const Note& whole) { return {whole.metadata, ""}; }

// Lists what it is given.
class Notes final : public test::StrictClient {
 public:
  std::vector<std::string> items;
  bool away = false;
  int lists = 0;
  std::function<void()> meanwhile = [] {};  // while a list is under way
  Task<Result<ListPage>> list_page(Resource, std::string, ListOptions, std::string) override {
    ++lists;
    meanwhile();
    if (away) co_return fail(Code::kUnavailable, "away");
    std::string body = R"({"metadata":{"resourceVersion":"9"},"items":[)";
    for (std::size_t i = 0; i < items.size(); ++i) body += (i == 0 ? "" : ",") + items[i];
    ListPage page;
    page.body = SecretBytes(body + "]}");
    co_return page;
  }
};

struct PartlyKeptTest : testing::Test {
  bool is_ours(const Note& kept) const { return ours.contains(kept.metadata.ns); }
  // As the watch shows it.
  void shown(const std::string& object_json) { ASSERT_TRUE(test::shown(cache, object_json)); }
  std::string text(const std::string& ns) { return cache.get({ns, "a"})->text; }
  Result<Note> keep(std::string_view object_json) const {
    TRY(Note whole, read_note(object_json));
    return is_ours(whole) ? whole : without_text(whole);
  }
  Result<void> complete() { return loop.run(part.complete()); }
  void keep_complete_in_background() {
    loop.start(keep_complete(
        clock, signal, [this] { return !part.incomplete().empty(); }, [this] { return part.complete(); }));
  }

  std::set<std::string> ours;
  Notes client;
  test::FakeClock clock;
  test::Loop loop;
  Signal signal{loop.executor()};
  Cache<Note> cache{client, clock, "", {}, [this](std::string_view t) { return keep(t); }, kNotes};
  PartlyKept<Note> part{client,
                        cache,
                        kNotes,
                        "",
                        {},
                        {.is_whole = [this](const Note& kept) { return is_ours(kept); },
                         .read_whole = read_note,
                         .reduce = without_text}};
};

TEST_F(PartlyKeptTest, WhatGoesToAnotherReplicaLosesItsTextAndTheRestKeepsIt) {
  ours = {"x", "y"};
  shown(note("x", "1", "one"));
  shown(note("y", "2", "two"));
  ours = {"x"};
  part.reduce_others();
  EXPECT_NE(text("x"), "");
  EXPECT_EQ(text("y"), "");
  EXPECT_TRUE(part.incomplete().empty()) << "nothing of its own is missing";
}

TEST_F(PartlyKeptTest, WhatComesIsMissingUntilOneListHasShownIt) {
  shown(note("x", "1", "one"));
  shown(note("y", "2", "two"));
  ours = {"y"};
  EXPECT_EQ(part.incomplete(), std::set<std::string>{"y"});
  client.items = {note("x", "1", "one"), note("y", "3", "written before it came")};
  ASSERT_TRUE(complete());
  EXPECT_TRUE(text("y").contains("written before it came"));
  EXPECT_EQ(text("x"), "") << "another's";
  EXPECT_TRUE(part.incomplete().empty());
}

TEST_F(PartlyKeptTest, WhatComesWhileAListIsUnderWayWaitsForTheNextOne) {
  shown(note("x", "1", "one"));
  shown(note("y", "2", "two"));
  ours = {"x"};
  client.items = {note("x", "1", "one"), note("y", "2", "older than its hand-over")};
  client.meanwhile = [this] { ours = {"x", "y"}; };
  ASSERT_TRUE(complete());
  EXPECT_NE(text("x"), "");
  EXPECT_EQ(part.incomplete(), std::set<std::string>{"y"});
  client.items = {note("y", "3", "written before it came")};
  ASSERT_TRUE(complete());
  EXPECT_TRUE(text("y").contains("written before it came"));
}

TEST_F(PartlyKeptTest, NothingIsAskedForWhenNothingIsMissing) {
  shown(note("x", "1", "one"));
  ASSERT_TRUE(complete());
  EXPECT_EQ(client.lists, 0);
}

TEST_F(PartlyKeptTest, AnAnswerOlderThanWhatTheWatchHasShownCompletesNothing) {
  shown(note("y", "5", "five"));
  ours = {"y"};
  client.items = {note("y", "4", "four")};
  ASSERT_TRUE(complete());
  EXPECT_EQ(text("y"), "");
  EXPECT_EQ(part.incomplete(), std::set<std::string>{"y"}) << "it is asked for once more";
}

TEST_F(PartlyKeptTest, WhatTheWatchHasShownWholeMeanwhileStays) {
  shown(note("y", "4", "four"));
  ours = {"y"};
  shown(note("y", "5", "five"));
  client.items = {note("y", "4", "four")};
  ASSERT_TRUE(complete());
  EXPECT_TRUE(text("y").contains("five"));
}

TEST_F(PartlyKeptTest, AnObjectThatIsGoneOrNeverWasIsNotMadeByAList) {
  client.items = {note("y", "4", "four")};
  shown(note("z", "1", "one"));
  ours = {"y", "z"};
  ASSERT_TRUE(complete());
  EXPECT_EQ(cache.get({"y", "a"}), nullptr) << "the watch will show it";
}

TEST_F(PartlyKeptTest, AsksAgainASecondLaterUntilAllOfItIsThere) {
  shown(note("y", "1", "one"));
  keep_complete_in_background();
  EXPECT_EQ(client.lists, 0);
  client.away = true;
  ours = {"y"};
  signal.notify_one();
  loop.settle();
  EXPECT_EQ(client.lists, 1);
  clock.advance(loop.io(), 1s);
  EXPECT_EQ(client.lists, 2);
  client.away = false;
  client.items = {note("y", "1", "one")};
  clock.advance(loop.io(), 1s);
  EXPECT_TRUE(text("y").contains("one"));
  clock.advance(loop.io(), 1h);
  EXPECT_EQ(client.lists, 3);
  loop.stop();
}

}  // namespace
}  // namespace rotor::kube
