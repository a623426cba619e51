// The operator's end at any moment: a process that dies at the n-th request of a pass, for every n that the pass has,
// and another that takes over. What comes of it is the same, and no Secret is written a second time.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

using Kind = apiserver::Fault::Kind;

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr int kMostRequests = 40;  // of a pass, by far

class KilledAnywhere : public testing::TestWithParam<Kind> {
 protected:
  // `begin` makes one request itself. False: the pass had ended before the n-th request of the operator.
  template <class Begin>
  bool killed_at(int n, const Begin& begin) {
    world.settle();
    const std::uint64_t before = world.faults().hits();
    world.faults().add({.skip = 1 + n, .kind = GetParam()});
    begin();
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(600);
    const auto hit = [&] { return world.faults().hits() > before; };
    world.until("the request", [&] { return hit() || std::chrono::steady_clock::now() > end; });
    world.stop_operator();
    world.faults().clear();
    return hit();
  }
  std::string version(const std::string& secret) {
    return std::string(json::find_string(world.get("secret", secret), "metadata.resourceVersion"));
  }
  // What was there when the first operator died is what is there now.
  void expect_untouched(const std::string& secret, const std::string& at_its_death, int n) {
    if (!at_its_death.empty()) EXPECT_EQ(version(secret), at_its_death) << "request " << n;
  }

  SecretsWorld world;
};

TEST_P(KilledAnywhere, OfAFirstSyncTheNextOneGoesOn) {
  world.store(R"([{"key":"k","value":"v"}])");
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  int n = 0;
  for (; n < kMostRequests; ++n) {
    const std::string name = fmt::format("es-{}", n);
    const bool killed = killed_at(n, [&] {
      world.create("es", name,
                   R"({"spec":{"secretStoreRef":{"name":"store"},"target":{"deletionPolicy":"Delete"},
                       "data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}})");
    });
    const std::string left = version(name);
    world.start_operator();
    world.until_ready("es", name, kSynced);
    EXPECT_EQ(world.value(name, "a"), "v");
    expect_untouched(name, left, n);
    if (!killed) break;
  }
  EXPECT_GE(n, 3) << "finalizer, Secret, status";
  EXPECT_LT(n, kMostRequests);
}

// Made anew they would be other values, which somebody may use by now.
TEST_P(KilledAnywhere, OfValuesThatAreCreatedOnceThereIsOneSet) {
  world.create("Password", "pw", R"({"spec":{}})");
  world.start_operator();
  int n = 0;
  for (; n < kMostRequests; ++n) {
    const std::string name = fmt::format("es-{}", n);
    const bool killed = killed_at(n, [&] {
      world.create("es", name, R"({"spec":{"refreshPolicy":"CreatedOnce",
          "dataFrom":[{"sourceRef":{"generatorRef":{"kind":"Password","name":"pw"}}}]}})");
    });
    const std::string left = version(name);
    world.start_operator();
    world.until_ready("es", name, kSynced);
    expect_untouched(name, left, n);
    if (!killed) break;
  }
  EXPECT_GE(n, 3) << "generator, Secret, status";
}

// The next ones come when it is time for them.
TEST_P(KilledAnywhere, OfValuesThatAGeneratorMakesAnewThereIsOneSetUntilTheirTime) {
  world.create("Password", "pw", R"({"spec":{}})");
  world.start_operator();
  int n = 0;
  for (; n < kMostRequests; ++n) {
    const std::string name = fmt::format("es-{}", n);
    const bool killed = killed_at(n, [&] {
      world.create("es", name, R"({"spec":{"refreshInterval":"1h",
          "dataFrom":[{"sourceRef":{"generatorRef":{"kind":"Password","name":"pw"}}}]}})");
    });
    const std::string left = version(name);
    world.start_operator();
    world.until_ready("es", name, kSynced);
    world.settle();
    expect_untouched(name, left, n);
    if (!killed) break;
  }
  EXPECT_GE(n, 3) << "generator, Secret, status";
}

// A refresh that somebody asked for makes others, once.
TEST_P(KilledAnywhere, OfARefreshThatMakesOtherValuesThereIsOneSet) {
  world.create("Password", "pw", R"({"spec":{}})");
  world.start_operator();
  world.create("es", "es", R"({"spec":{"refreshInterval":"1h",
      "dataFrom":[{"sourceRef":{"generatorRef":{"kind":"Password","name":"pw"}}}]}})");
  world.until_ready("es", "es", kSynced);
  int n = 0;
  for (; n < kMostRequests; ++n) {
    const std::string before = world.value("es", "password");
    const bool killed = killed_at(n, [&] {
      world.merge("es", "es", fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", n));
    });
    const std::string left = world.value("es", "password") != before ? version("es") : "";
    world.start_operator();
    world.until("other values", [&] { return world.value("es", "password") != before; });
    world.settle();
    expect_untouched("es", left, n);
    if (!killed) break;
  }
  EXPECT_GE(n, 4) << "generator, the Secret is read, written, the status";
}

TEST_P(KilledAnywhere, OfATemplateWithARandomPartThereIsOneText) {
  world.store(R"([{"key":"k","value":"v"}])");
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  int n = 0;
  for (; n < kMostRequests; ++n) {
    const std::string name = fmt::format("es-{}", n);
    const bool killed = killed_at(n, [&] {
      world.create("es", name, R"({"spec":{"secretStoreRef":{"name":"store"},
          "target":{"template":{"data":{"a":"{{ .a }}-{{ randAlphaNum 12 }}"}}},
          "data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}})");
    });
    const std::string left = version(name);
    world.start_operator();
    world.until_ready("es", name, kSynced);
    world.settle();
    expect_untouched(name, left, n);
    if (!killed) break;
  }
  EXPECT_GE(n, 2) << "Secret, status";
}

TEST_P(KilledAnywhere, OfAnUpdateTheNewValueArrivesOnce) {
  world.store(R"([{"key":"k","value":"0"}])");
  world.start_operator();
  world.external_secret(R"("data":[{"secretKey":"a","remoteRef":{"key":"k"}}])");
  world.until_ready("es", "es", kSynced);
  const std::string secret = "es";
  int n = 0;
  for (; n < kMostRequests; ++n) {
    const std::string value = fmt::format("new-{}", n);
    world.merge("ss", "store",
                fmt::format(R"({{"spec":{{"provider":{{"fake":{{"data":[{{"key":"k","value":"{}"}}]}}}}}}}})", value));
    world.settle();
    const bool killed = killed_at(n, [&] {
      world.merge("es", "es", fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", n));
    });
    const std::string left = world.value(secret, "a") == value ? version(secret) : "";
    world.start_operator();
    world.until("the new value", [&] { return world.value(secret, "a") == value; });
    world.settle();
    expect_untouched(secret, left, n);
    if (!killed) break;
  }
  EXPECT_GE(n, 3) << "the Secret is read, written, the status";
}

TEST_P(KilledAnywhere, OfADeletionNothingStays) {
  world.store(R"([{"key":"k","value":"v"}])");
  world.start_operator();
  int n = 0;
  for (; n < kMostRequests; ++n) {
    const std::string name = fmt::format("es-{}", n);
    world.create("es", name,
                 R"({"spec":{"secretStoreRef":{"name":"store"},"target":{"deletionPolicy":"Delete"},
                     "data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}})");
    world.until_ready("es", name, kSynced);
    const bool killed = killed_at(n, [&] { world.remove("es", name); });
    world.start_operator();
    world.until("both to go", [&] { return world.get("es", name).is_null() && world.get("secret", name).is_null(); });
    if (!killed) break;
  }
  EXPECT_GE(n, 2) << "the Secret, the finalizer";
}

INSTANTIATE_TEST_SUITE_P(Requests, KilledAnywhere, testing::Values(Kind::kDrop, Kind::kDropAfterServing),
                         [](const auto& i) { return i.param == Kind::kDrop ? "Lost" : "ServedUnknown"; });

}  // namespace
}  // namespace rotor::test
