// Generators that leave something behind at a server: on record as GeneratorState, and taken back in the end.
#include "secrets/generator_states.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "generators/generator.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

using apiserver::Fault;

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";

// A server's accounts: each run makes one, clean_up() removes it.
struct Accounts {
  int made = 0;
  bool refuses = false;  // to remove one
  std::vector<std::string> removed{};
};

class AccountGenerator final : public generators::Generator {
 public:
  explicit AccountGenerator(Accounts& accounts) : accounts_(accounts) {}

  Task<providers::Lookup<generators::Made>> generate(generators::Order) override {
    const std::string account = fmt::format("{}", ++accounts_.made);
    generators::Made made;
    made.values.emplace("account", SecretBytes(account));
    made.state = json::Raw{fmt::format(R"({{"account":"{}"}})", account)};
    co_return std::move(made);
  }
  Task<Result<void>> clean_up(generators::Order order, json::Raw state) override {
    if (accounts_.refuses) co_return fail(Code::kUnavailable, "the server is away");
    accounts_.removed.push_back(order.name + " " + state.text);
    co_return Result<void>();
  }

 private:
  Accounts& accounts_;
};

class GeneratorStates : public testing::Test {
 protected:
  GeneratorStates() {
    world.equip([this](generators::Generators& all) { all.set("Fake", std::make_unique<AccountGenerator>(accounts)); });
    world.create("Fake", "accounts", R"({"spec":{"data":{}}})");
  }
  static secrets::Options with_grace(Duration grace) {
    secrets::Options options;
    options.generator_grace = grace;
    return options;
  }
  void create(std::string_view target = R"("name":"tgt")") {
    world.create("es", "es",
                 fmt::format(R"({{"spec":{{"target":{{{}}},"dataFrom":[
      {{"sourceRef":{{"generatorRef":{{"kind":"Fake","name":"accounts"}}}}}}]}}}})",
                             target));
  }
  // Its generator is run, and its template fails then.
  void create_failing() { create(R"("name":"tgt","template":{"data":{"a":"{{ fail \"no\" }}"}})"); }
  void synced(secrets::Options options = {}) {
    world.start_operator(std::move(options));
    create();
    world.until_ready("es", "es", kSynced);
    world.until("the state", [this] { return world.generator_states().size() == 1; });
  }
  void force() {
    const int made = accounts.made;
    world.merge("es", "es", fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", made));
    world.until("another account", [&] { return world.value("tgt", "account") == std::to_string(made + 1); });
    world.settle();
  }
  std::size_t ended() {
    std::size_t n = 0;
    for (const auto& state : world.generator_states()) {
      if (!json::find_string(state, "spec.garbageCollectionDeadline").empty()) ++n;
    }
    return n;
  }

  Accounts accounts;
  SecretsWorld world;
};

TEST_F(GeneratorStates, SayWhatWasLeftBehindAndWhoseItIs) {
  synced();
  const auto state = world.generator_states().at(0);
  EXPECT_TRUE(json::find_string(state, "metadata.name").starts_with("gen-externalsecret-es-"));
  EXPECT_EQ(json::find(state, "metadata.labels")->as_object().at(secrets::kStateOwnerLabel).as_string(),
            secrets::state_owner_key({"ns", "es"}, 0));
  EXPECT_EQ(json::find(state, "metadata.finalizers")->as_array().at(0).as_string(), secrets::kStateFinalizer);
  const auto& owner = json::find(state, "metadata.ownerReferences")->as_array().at(0);
  EXPECT_EQ(json::find_string(owner, "kind"), "ExternalSecret");
  EXPECT_EQ(json::find(owner, "controller"), nullptr);
  EXPECT_EQ(json::find_string(state, "spec.resource.kind"), "Fake");
  EXPECT_EQ(json::find_string(state, "spec.resource.metadata.name"), "accounts");
  EXPECT_EQ(json::find_string(state, "spec.state.account"), "1");
}

TEST_F(GeneratorStates, EndOneRefreshAfterTheyWereReplaced) {
  synced(with_grace(std::chrono::hours(1)));
  force();
  EXPECT_EQ(world.generator_states().size(), 2U);
  EXPECT_EQ(ended(), 0U) << "who has not read the Secret again still uses the first";
  force();
  world.until("three", [this] { return world.generator_states().size() == 3; });
  EXPECT_EQ(ended(), 1U);
  EXPECT_TRUE(accounts.removed.empty()) << "the grace period";
}

TEST_F(GeneratorStates, AreTakenBackWhenTheirTimeHasCome) {
  synced(with_grace(Duration::zero()));
  force();
  force();
  world.until("the clean-up", [this] { return !accounts.removed.empty(); });
  EXPECT_EQ(accounts.removed, std::vector<std::string>{R"(accounts {"account":"1"})"});
  world.until("the end of it", [this] { return world.generator_states().size() == 2; });
}

TEST_F(GeneratorStates, AreTakenBackWithTheirExternalSecret) {
  synced();
  world.remove("es", "es");
  world.until("the clean-up", [this] { return accounts.removed.size() == 1; });
  world.until("the end of it", [this] { return world.generator_states().empty(); });
}

TEST_F(GeneratorStates, StayUntilTheServerHasTakenThemBack) {
  synced();
  accounts.refuses = true;
  world.remove("es", "es");
  world.settle();
  EXPECT_EQ(world.generator_states().size(), 1U);
  accounts.refuses = false;
  world.until("the clean-up", [this] { return accounts.removed.size() == 1; });
  world.until("the end of it", [this] { return world.generator_states().empty(); });
}

TEST_F(GeneratorStates, AreNotEvenMadeByAPassThatFails) {
  world.start_operator();
  create_failing();
  world.until("the clean-up", [this] { return !accounts.removed.empty(); });
  EXPECT_EQ(accounts.removed.at(0), R"(accounts {"account":"1"})");
  EXPECT_TRUE(world.generator_states().empty());
}

TEST_F(GeneratorStates, AreOnRecordWhenAFailedPassCannotTakeThemBack) {
  accounts.refuses = true;
  world.start_operator();
  create_failing();
  world.until("the state", [this] { return !world.generator_states().empty(); });
  EXPECT_GE(ended(), 1U);
  accounts.refuses = false;
  world.until("the clean-up", [this] { return !accounts.removed.empty(); });
}

// The API server carried the write out, and only its answer got lost.
TEST_F(GeneratorStates, AreKeptWhenTheirSecretWasWrittenThoughNobodySaidSo) {
  synced();
  world.faults().add({.verb = "update", .resource = "secrets", .name = "tgt", .kind = Fault::Kind::kDropAfterServing});
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until("both on record", [this] { return world.generator_states().size() == 2; });
  world.until_ready("es", "es", kSynced);
  world.settle();
  EXPECT_EQ(world.value("tgt", "account"), "2");
  EXPECT_EQ(accounts.made, 2);
  EXPECT_TRUE(accounts.removed.empty());
}

// And nobody can ask it what became of the write: what was taken back is in the Secret all the same.
TEST_F(GeneratorStates, ThatWereTakenBackAreNotTakenForWhatTheSecretIsToHave) {
  synced();
  world.faults().add({.verb = "update", .resource = "secrets", .name = "tgt", .kind = Fault::Kind::kDropAfterServing});
  world.faults().add({.verb = "get",
                      .resource = "secrets",
                      .name = "tgt",
                      .skip = 1,  // the one that reads what the Secret holds before it is written
                      .status = 403,
                      .reason = "Forbidden"});
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until("the second to be taken back", [this] { return !accounts.removed.empty(); });  // without a look of ours
  world.until("a third account", [this] { return world.value("tgt", "account") == "3"; });
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(accounts.removed, (std::vector<std::string>{R"(accounts {"account":"2"})"}));
}

TEST_F(GeneratorStates, AreNotKeptWhenTheFlagSaysSo) {
  secrets::Options options;
  options.generator_state = false;
  world.start_operator(options);
  create();
  world.until_ready("es", "es", kSynced);
  world.settle();
  EXPECT_TRUE(world.generator_states().empty());
}

// A replica wrote it whose clock is behind, or whoever reads it is ahead.
TEST_F(GeneratorStates, StayForTheGracePeriodHoweverLongAgoTheirDeadlineIsSaidToBe) {
  world.start_operator(with_grace(std::chrono::hours(1)));
  world.create("gs", "replaced", R"({"spec":{"garbageCollectionDeadline":"2020-01-01T00:00:00Z",
      "resource":{"kind":"Fake","metadata":{"name":"accounts"},"spec":{}},"state":{"account":"7"}}})");
  world.until("the finalizer",
              [this] { return json::find(world.get("gs", "replaced"), "metadata.finalizers") != nullptr; });
  world.settle();
  EXPECT_TRUE(accounts.removed.empty());
  EXPECT_EQ(world.generator_states().size(), 1U);
  world.stop_operator();
  world.start_operator(with_grace(Duration::zero()));
  world.until("the end of it", [this] { return world.generator_states().empty(); });
  EXPECT_EQ(accounts.removed, std::vector<std::string>{R"(accounts {"account":"7"})"});
}

// What another operator left has no finalizer of its own yet.
TEST_F(GeneratorStates, OfAnotherOperatorGetTheFinalizer) {
  world.start_operator();
  world.create("gs", "theirs", R"({"spec":{"resource":{"kind":"Fake","metadata":{"name":"f"},"spec":{}},"state":{}}})");
  world.until("the finalizer", [this] {
    const auto state = world.get("gs", "theirs");
    return json::find(state, "metadata.finalizers") != nullptr;
  });
}

// Only the operator that made them can take them back.
TEST_F(GeneratorStates, OfAKindThatIsNotBuiltStayAsTheyAre) {
  world.start_operator(with_grace(Duration::zero()));
  constexpr std::string_view kSpec = R"({{{}"spec":{{"garbageCollectionDeadline":"2020-01-01T00:00:00Z",
      "resource":{{"kind":"{}","metadata":{{"name":"accounts"}},"spec":{{}}}},"state":{{"account":"7"}}}}}})";
  constexpr std::string_view kFinalizer =
      R"("metadata":{"finalizers":["generatorstate.externalsecrets.io/finalizer"]},)";
  world.create("gs", "theirs", fmt::format(kSpec, kFinalizer, "Grafana"));
  world.create("gs", "fresh", fmt::format(kSpec, "", "Grafana"));
  const auto theirs = world.get("gs", "theirs");
  const auto fresh = world.get("gs", "fresh");
  world.create("gs", "ours", fmt::format(kSpec, kFinalizer, "Fake"));
  world.until("the end of what is built", [this] { return world.generator_states().size() == 2; });
  world.settle();
  EXPECT_EQ(world.get("gs", "theirs"), theirs);
  EXPECT_EQ(world.get("gs", "fresh"), fresh);
}

}  // namespace
}  // namespace rotor::test
