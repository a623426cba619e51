// The API server refuses or loses any one request of a pass, and the operator goes on: for every request that a pass
// has, what comes of it is the same.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "tests/scenarios/secrets_clock.hpp"

namespace rotor::test {
namespace {

using apiserver::Fault;

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kPasses = "externalsecret_sync_calls_total";
constexpr int kMostRequests = 40;  // of a pass, by far

struct Mishap {
  std::string_view name;
  Fault fault;
};

class AnyRequest : public SecretsOnAClock, public testing::WithParamInterface<Mishap> {
 protected:
  void start() {
    world.store(R"([{"key":"k","value":"v"}])");
    begin();
    pass_until("the store", [this] { return world.ready("ss", "store") == "True/Valid/store validated"; });
  }
  // `act` makes one request itself and is what a pass over `name` comes from. 0: the pass had ended before the n-th
  // request of the operator.
  template <class Act>
  int struck(int n, const std::string& name, const Act& act) {
    pass(kStep);  // its events are written
    world.settle();
    const std::uint64_t before = world.faults().hits();
    const int passes = count(kPasses, name);
    Fault fault = GetParam().fault;
    fault.skip = 1 + n;
    world.faults().add(fault);
    act();
    const auto hit = [&] { return world.faults().hits() > before; };
    world.until("the request, or the end of the pass", [&] { return hit() || count(kPasses, name) != passes; });
    world.faults().clear();
    return hit() ? 1 : 0;
  }
  void make_with_work_at_its_end(const std::string& name) {
    world.create("es", name,
                 R"({"spec":{"secretStoreRef":{"name":"store"},"target":{"deletionPolicy":"Delete"},
                     "data":[{"secretKey":"a","remoteRef":{"key":"k"}}]}})");
  }
  std::string version(const std::string& secret) {
    return std::string(json::find_string(world.get("secret", secret), "metadata.resourceVersion"));
  }
  // As it would be had nothing happened, and it stays so.
  void expect_whole(const std::string& name, std::string_view value, int n) {
    EXPECT_EQ(world.value(name, "a"), value) << "request " << n;
    const auto es = world.get("es", name);
    const auto secret = world.get("secret", name);
    EXPECT_EQ(json::find_string(es, "status.binding.name"), name) << "request " << n;
    const auto* owners = json::find(secret, "metadata.ownerReferences");
    ASSERT_NE(owners, nullptr) << "request " << n;
    ASSERT_EQ(owners->as_array().size(), 1U) << "request " << n;
    EXPECT_EQ(json::find_string(owners->as_array().at(0), "uid"), json::find_string(es, "metadata.uid"));
    const std::string written = version(name);
    pass(4 * kStep);
    EXPECT_EQ(version(name), written) << "request " << n;
    EXPECT_EQ(world.ready("es", name), kSynced) << "request " << n;
  }
};

TEST_P(AnyRequest, OfAFirstSyncAnUpdateAndADeletionMayFail) {
  start();
  std::string value = "v";
  int syncs = 0, updates = 0, deletions = 0;
  int n = 0;
  for (int before = -1; before < syncs + updates + deletions && n < kMostRequests; ++n) {
    before = syncs + updates + deletions;
    const std::string name = fmt::format("es-{}", n);
    syncs += struck(n, name, [&] { make_with_work_at_its_end(name); });
    until_ready(name, kSynced);
    expect_whole(name, value, n);

    value = fmt::format("new-{}", n);
    world.store(fmt::format(R"([{{"key":"k","value":"{}"}}])", value));
    updates += struck(n, name, [&] { world.merge("es", name, R"({"metadata":{"annotations":{"force-sync":"1"}}})"); });
    pass_until("the new value", [&] { return world.value(name, "a") == value; });
    until_ready(name, kSynced);
    expect_whole(name, value, n);

    deletions += struck(n, name, [&] { world.remove("es", name); });
    pass_until("both to go", [&] { return world.get("es", name).is_null() && world.get("secret", name).is_null(); });
  }
  EXPECT_GE(syncs, 3) << "finalizer, Secret, status";
  EXPECT_GE(updates, 3) << "the Secret is read, written, the status";
  EXPECT_GE(deletions, 2) << "the Secret, the finalizer";
  EXPECT_LT(n, kMostRequests);
}

INSTANTIATE_TEST_SUITE_P(
    Faults, AnyRequest,
    testing::Values(Mishap{"Conflict", {.status = 409, .reason = "Conflict"}},
                    Mishap{"Throttled", {.status = 429, .reason = "TooManyRequests", .retry_after_seconds = 1}},
                    Mishap{"Error", {.status = 500}}, Mishap{"Expired", {.status = 410, .reason = "Expired"}},
                    Mishap{"Lost", {.kind = Fault::Kind::kDrop}},
                    Mishap{"ServedUnknown", {.kind = Fault::Kind::kDropAfterServing}}),
    [](const auto& i) { return std::string(i.param.name); });

}  // namespace
}  // namespace rotor::test
