#include "base/metrics.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace rotor {
namespace {

TEST(Metrics, RendersCountersAndGaugesInOrder) {
  MetricsRegistry registry;
  auto& syncs = registry.counter("syncs_total", "Number of\nsyncs \\ all.", {"name", "namespace"});
  syncs.with({"b", "ns"}).add();
  syncs.with({"a", "x\"y\\z\n"}).add(2);
  registry.gauge("depth", "Queue depth.").with({}).set(-1.5);
  EXPECT_EQ(registry.render(),
            "# HELP depth Queue depth.\n# TYPE depth gauge\ndepth -1.5\n"
            "# HELP syncs_total Number of\\nsyncs \\\\ all.\n# TYPE syncs_total counter\n"
            "syncs_total{name=\"a\",namespace=\"x\\\"y\\\\z\\n\"} 2\nsyncs_total{name=\"b\",namespace=\"ns\"} 1\n");
}

TEST(Metrics, RendersHistogramsCumulatively) {
  MetricsRegistry registry;
  auto& h = registry.histogram("took_seconds", "", {0.1, 1}, {"q"}).with({"x"});
  for (const double v : {0.05, 0.1, 0.5, 7.0}) h.observe(v);
  EXPECT_EQ(
      registry.render(),
      "# HELP took_seconds \n# TYPE took_seconds histogram\n"
      "took_seconds_bucket{q=\"x\",le=\"0.1\"} 2\ntook_seconds_bucket{q=\"x\",le=\"1\"} 3\n"
      "took_seconds_bucket{q=\"x\",le=\"+Inf\"} 4\ntook_seconds_sum{q=\"x\"} 7.65\ntook_seconds_count{q=\"x\"} 4\n");
}

TEST(Metrics, AsksCallbacksAtEveryScrape) {
  MetricsRegistry registry;
  std::vector<std::string> objects = {"a", "b"};
  registry.callback(MetricsRegistry::Kind::kGauge, "ready", "Ready.", {"name"}, [&](const MetricsRegistry::Emit& emit) {
    for (const std::string& name : objects) emit({name}, 1);
  });
  EXPECT_NE(registry.render().find("ready{name=\"b\"} 1\n"), std::string::npos);
  objects.pop_back();
  EXPECT_EQ(registry.render().find("\"b\""), std::string::npos);
}

TEST(Metrics, GivesTheSameFamilyForTheSameName) {
  MetricsRegistry registry;
  registry.counter("a_total", "A.", {"x"}).with({"1"}).add();
  registry.counter("a_total", "A.", {"x"}).with({"1"}).add();
  EXPECT_EQ(registry.counter("a_total", "A.", {"x"}).with({"1"}).value(), 2);
  EXPECT_THROW(registry.gauge("a_total", "A.", {"x"}), std::logic_error);
  EXPECT_THROW(registry.counter("a_total", "A.", {"y"}), std::logic_error);
}

TEST(Metrics, RemovesSeries) {
  MetricsRegistry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  family.with({"1"}).add();
  family.remove({"1"});
  EXPECT_EQ(registry.render(), "# HELP a_total A.\n# TYPE a_total counter\n");
}

TEST(Metrics, StreamsInPieces) {
  MetricsRegistry registry;
  registry.callback(MetricsRegistry::Kind::kGauge, "g", "", {"n"}, [](const MetricsRegistry::Emit& emit) {
    for (int i = 0; i < 10'000; ++i) emit({std::to_string(i)}, i);
  });
  std::size_t pieces = 0;
  std::size_t largest = 0;
  registry.render([&](std::string_view piece) { ++pieces, largest = std::max(largest, piece.size()); });
  EXPECT_GT(pieces, 5U);
  EXPECT_LT(largest, 20'000U);
}

TEST(Metrics, WritesSpecialNumbers) {
  MetricsRegistry registry;
  registry.gauge("a", "").with({}).set(std::numeric_limits<double>::infinity());
  registry.gauge("b", "").with({}).set(std::numeric_limits<double>::quiet_NaN());
  registry.gauge("c", "").with({}).set(1e9);
  const std::string text = registry.render();
  EXPECT_NE(text.find("\na +Inf\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nb NaN\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nc 1000000000\n"), std::string::npos) << text;
  EXPECT_EQ(exponential_buckets(1, 2, 3), (std::vector<double>{1, 2, 4}));
}

}  // namespace
}  // namespace rotor
