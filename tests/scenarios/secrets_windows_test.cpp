// spec.syncWindows through an evening on a clock that the test moves: who is refreshed when a window opens and closes,
// and what waits for none.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/time.hpp"
#include "tests/scenarios/secrets_clock.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr Duration kInterval = 10min;

// It is about nine in the evening, and the store "store" is good.
class SecretsWindows : public SecretsOnAClock {
 protected:
  explicit SecretsWindows(bool loose = false) : SecretsOnAClock({}, loose) {
    clock.set_wall(midnight - 3h);
    world.create("ss", "store", R"({"spec":{"provider":{"double":{"k":"v"}}}})");
    begin();
    pass_until("the store", [this] { return world.ready("ss", "store") == "True/Valid/store validated"; });
  }
  void make_with(const std::string& name, std::string_view kind, std::string_view windows) {
    world.create("es", name,
                 fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},"refreshInterval":"10m",
      "syncWindows":{{"kind":"{}","windows":[{}]}},"data":[{{"secretKey":"a","remoteRef":{{"key":"k"}}}}]}}}})",
                             kind, windows));
    until_ready(name, kSynced);  // the first time waits for no window
    first_[name] = refresh_time(name);
  }
  // So long from now; on record is who was refreshed when, after the first time.
  void watch(Duration time, Duration step) {
    for (Duration done{}; done < time; done += step) {
      pass(step, kEverybodyAnswers, step);
      for (const auto& [name, first] : first_) {
        const std::string now = refresh_time(name);
        if (now != first) refreshes[name].insert(parse_time(now).value());
      }
    }
  }
  int between(const std::string& name, WallTime from, WallTime to) {
    const auto& all = refreshes[name];
    return static_cast<int>(std::distance(all.lower_bound(from), all.upper_bound(to)));
  }
  // Of a window from ten to midnight; between() counts both ends, and the window is open to the end of its last second.
  int before(const std::string& name) { return between(name, midnight - 3h, midnight - 2h - 1s); }
  int inside(const std::string& name) { return between(name, midnight - 2h, midnight); }
  int after(const std::string& name) { return between(name, midnight + 1s, midnight + 1h); }

  const WallTime midnight = std::chrono::ceil<std::chrono::days>(clock.now()) + 24h;
  std::map<std::string, std::set<WallTime>> refreshes;

 private:
  std::map<std::string, std::string> first_;
};

constexpr std::string_view kEvening = R"({"schedule":"0 22 * * *","duration":"2h"})";
constexpr std::string_view kNoHour = R"({"schedule":"0 25 * * *","duration":"2h"})";

TEST_F(SecretsWindows, OpenAndCloseForWhatIsDueByTime_Row48_Row49_Row50_Row51) {
  make_with("allowed", "allow", kEvening);
  make_with("denied", "deny", kEvening);
  make_with("never", "allow", kNoHour);
  make_with("always", "deny", kNoHour);
  make_with("one-of-two", "allow", fmt::format("{},{}", kNoHour, kEvening));
  watch(4h, 1min);
  for (const char* name : {"allowed", "one-of-two"}) {
    EXPECT_EQ(before(name), 0) << name;
    EXPECT_GE(inside(name), 11) << name << ", every ten minutes";
    EXPECT_EQ(after(name), 0) << name;
    EXPECT_GE(between(name, midnight - 2h, midnight - 2h + kInterval), 1)
        << name << ", an interval later at the latest";
  }
  EXPECT_GE(before("denied"), 5);
  EXPECT_EQ(inside("denied"), 0);
  EXPECT_GE(after("denied"), 5);
  EXPECT_TRUE(refreshes["never"].empty());
  EXPECT_GE(refreshes["always"].size(), 23U);
}

TEST_F(SecretsWindows, ShorterThanTheSpreadingOfRefreshesAreMet) {
  constexpr int kOfEach = 6;
  const auto each = [](const auto& visit) {
    for (int i = 0; i < kOfEach; ++i) visit(fmt::format("brief-{}", i)), visit(fmt::format("briefest-{}", i));
  };
  each([this](const std::string& name) {
    const bool second = name.starts_with("briefest");
    make_with(name, "allow", fmt::format(R"({{"schedule":"0 22 * * *","duration":"{}"}})", second ? "1s" : "20s"));
  });
  watch(std::chrono::floor<std::chrono::minutes>(midnight - 2h - 30s - clock.now()), 1min);
  each([this](const std::string& name) { EXPECT_TRUE(refreshes[name].empty()) << name; });
  watch(2min, 500ms);
  each([this](const std::string& name) {
    const auto lasts = name.starts_with("briefest") ? 1s : 20s;
    EXPECT_EQ(between(name, midnight - 2h, midnight - 2h + lasts), 1) << name;
    EXPECT_EQ(refreshes[name].size(), 1U) << name;
  });
}

// What the schema lets through: the condition has fixed words, so that an event says it.
TEST_F(SecretsWindows, ThatCannotBeReadAreToldAndTheOthersCount) {
  const auto told_of = [this](std::string_view field) {
    return std::ranges::any_of(world.events("Remark"), [field](const json::Value& event) {
      return json::find_string(event, "message").starts_with(field);
    });
  };
  make_with("schedule", "allow", fmt::format("{},{}", kEvening, kNoHour));
  make_with("duration", "allow", fmt::format(R"({},{{"schedule":"0 9 * * *","duration":"1d"}})", kEvening));
  for (const std::string_view field : {"spec.syncWindows.windows[1].schedule \"0 25 * * *\" cannot be read",
                                       "spec.syncWindows.windows[1].duration \"1d\" cannot be read"}) {
    pass_until(field, [&] { return told_of(field); });
  }
  EXPECT_EQ(told("Remark"), 2);
  EXPECT_TRUE(world.events("UpdateFailed").empty());
  watch(90min, 1min);
  for (const char* name : {"schedule", "duration"}) {
    EXPECT_EQ(before(name), 0) << name;
    EXPECT_GE(inside(name), 2) << name;
    EXPECT_EQ(world.ready("es", name), kSynced) << name;
    world.merge("es", name, fmt::format(R"({{"spec":{{"syncWindows":{{"windows":[{}]}}}}}})", kEvening));
  }
  pass_until("the remarks to be over", [this] { return told("RemarkOver") == 2; });
}

TEST_F(SecretsWindows, HoldUpNeitherAnEditNorARepair_Row53) {
  make_with("es", "allow", kEvening);
  world.merge("ss", "store", R"({"spec":{"provider":{"double":{"k":"v2"}}}})");
  watch(30min, 30s);
  EXPECT_TRUE(refreshes["es"].empty());
  EXPECT_EQ(world.value("es", "a"), "v");
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  pass_until("the refresh that was asked for", [this] { return world.value("es", "a") == "v2"; });
  world.merge("es", "es", R"({"spec":{"data":[{"secretKey":"b","remoteRef":{"key":"k"}}]}})");
  pass_until("the edit", [this] { return world.value("es", "b") == "v2"; });
  world.remove("secret", "es");
  pass_until("the repair", [this] { return world.value("es", "b") == "v2"; });
}

// As an installation may hold them whose CRD asked for less.
class LooseSecretsWindows : public SecretsWindows {
 protected:
  LooseSecretsWindows() : SecretsWindows(true) {}
};

TEST_F(LooseSecretsWindows, OfAnUnknownKindOrNoneAreAlwaysOpen_Row52) {
  make_with("unknown", "sometimes", kEvening);
  make_with("none", "allow", "");
  watch(50min, 30s);
  EXPECT_GE(before("unknown"), 4);
  EXPECT_GE(before("none"), 4);
}

}  // namespace
}  // namespace rotor::test
