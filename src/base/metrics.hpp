// Counters, gauges and histograms with labels, and their text for Prometheus. A registry is owned by the program that
// builds the object graph; families live as long as it. One thread, as all logic here.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rotor {

// The values of a family's labels, in the order its names were given.
using LabelValues = std::vector<std::string>;

class Counter {
 public:
  void add(double n = 1) { value_ += n; }
  double value() const { return value_; }

 private:
  double value_ = 0;
};

class Gauge {
 public:
  void set(double v) { value_ = v; }
  void add(double n) { value_ += n; }
  double value() const { return value_; }

 private:
  double value_ = 0;
};

class Histogram {
 public:
  explicit Histogram(const std::vector<double>& bounds) : bounds_(&bounds), counts_(bounds.size() + 1) {}
  void observe(double v);
  const std::vector<double>& bounds() const { return *bounds_; }
  const std::vector<std::uint64_t>& counts() const { return counts_; }  // one per bound and one above the last
  double sum() const { return sum_; }

 private:
  const std::vector<double>* bounds_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
};

// All series of one name. with() makes a series at its first use; references stay good until it is removed.
template <class Metric>
class Family {
 public:
  Family(std::size_t labels, std::vector<double> bounds = {}) : labels_(labels), bounds_(std::move(bounds)) {}

  Metric& with(LabelValues values) {
    values.resize(labels_);
    const auto found = series_.find(values);
    return found != series_.end() ? found->second : make(std::move(values));
  }
  void remove(const LabelValues& values) { series_.erase(values); }
  const std::map<LabelValues, Metric>& series() const { return series_; }

 private:
  Metric& make(LabelValues values) {
    if constexpr (std::is_constructible_v<Metric, const std::vector<double>&>) {
      return series_.try_emplace(std::move(values), bounds_).first->second;
    } else {
      return series_.try_emplace(std::move(values)).first->second;
    }
  }

  std::size_t labels_;
  std::vector<double> bounds_;
  std::map<LabelValues, Metric> series_;
};

class MetricsRegistry {
 public:
  enum class Kind : std::uint8_t { kCounter, kGauge };

  // Hands out one series: the label values and the number.
  using Emit = std::function<void(const LabelValues& values, double number)>;
  // Called at each scrape: what it emits is what exists then, so a series cannot outlive its object.
  using Collect = std::function<void(const Emit& emit)>;
  // Receives the exposition in pieces of some kilobytes.
  using Sink = std::function<void(std::string_view piece)>;

  MetricsRegistry();
  ~MetricsRegistry();
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;

  // A name that exists already gives the same family again.
  Family<Counter>& counter(std::string_view name, std::string_view help, std::vector<std::string> labels = {});
  Family<Gauge>& gauge(std::string_view name, std::string_view help, std::vector<std::string> labels = {});
  // `bounds` ascend; +Inf is added.
  Family<Histogram>& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                               std::vector<std::string> labels = {});
  // A name may have several: each emits series of its own.
  void callback(Kind kind, std::string_view name, std::string_view help, std::vector<std::string> labels,
                Collect collect);

  // Families in the order of their names, series in the order of their label values.
  void render(const Sink& sink) const;
  std::string render() const;

  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Entry;
  Entry& entry(std::string_view name, std::string_view help, std::string_view type, std::vector<std::string> labels);

  std::map<std::string, std::unique_ptr<Entry>, std::less<>> entries_;
};

// The bounds client_golang uses when none are given.
std::vector<double> default_buckets();
// `count` bounds from `start`, each `factor` times the one before.
std::vector<double> exponential_buckets(double start, double factor, int count);

}  // namespace rotor
