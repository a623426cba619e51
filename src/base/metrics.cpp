#include "base/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>

namespace rotor {
namespace {

constexpr std::size_t kPieceSize = 16 * 1024;

class Output {
 public:
  explicit Output(const MetricsRegistry::Sink& sink) : sink_(sink) {}
  ~Output() { flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void put(std::string_view text) { piece_ += text; }
  void end_line() {
    piece_ += '\n';
    if (piece_.size() >= kPieceSize) flush();
  }
  void escaped(std::string_view text, bool quotes) {
    for (const char c : text) {
      if (c == '\n') {
        piece_ += "\\n";
      } else if (c == '\\' || (quotes && c == '"')) {
        piece_ += '\\';
        piece_ += c;
      } else {
        piece_ += c;
      }
    }
  }
  void number(double v) {
    if (std::isnan(v)) {
      piece_ += "NaN";
    } else if (std::isinf(v)) {
      piece_ += v > 0 ? "+Inf" : "-Inf";
    } else {
      fmt::format_to(std::back_inserter(piece_), "{}", v);
    }
  }

 private:
  void flush() {
    if (!piece_.empty()) sink_(piece_);
    piece_.clear();
  }
  const MetricsRegistry::Sink& sink_;
  std::string piece_;
};

struct Series {
  std::string_view name;
  std::span<const std::string> labels;
};

void put_labels(Output& out, std::span<const std::string> names, const LabelValues& values, std::string_view bound) {
  if (names.empty() && bound.empty()) return;
  out.put("{");
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out.put(",");
    out.put(names[i]);
    out.put("=\"");
    if (i < values.size()) out.escaped(values[i], true);
    out.put("\"");
  }
  if (!bound.empty()) {
    out.put(names.empty() ? "le=\"" : ",le=\"");
    out.put(bound);
    out.put("\"");
  }
  out.put("}");
}

void put_sample(Output& out, const Series& s, std::string_view suffix, const LabelValues& values,
                std::string_view bound, double number) {
  out.put(s.name);
  out.put(suffix);
  put_labels(out, s.labels, values, bound);
  out.put(" ");
  out.number(number);
  out.end_line();
}

void put_metric(Output& out, const Series& s, const LabelValues& values, const Counter& m) {
  put_sample(out, s, "", values, "", m.value());
}
void put_metric(Output& out, const Series& s, const LabelValues& values, const Gauge& m) {
  put_sample(out, s, "", values, "", m.value());
}
void put_metric(Output& out, const Series& s, const LabelValues& values, const Histogram& m) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < m.counts().size(); ++i) {
    total += m.counts()[i];
    const std::string bound = i < m.bounds().size() ? fmt::format("{}", m.bounds()[i]) : "+Inf";
    put_sample(out, s, "_bucket", values, bound, static_cast<double>(total));
  }
  put_sample(out, s, "_sum", values, "", m.sum());
  put_sample(out, s, "_count", values, "", static_cast<double>(total));
}

}  // namespace

struct MetricsRegistry::Entry {
  std::string help;
  std::string_view type;
  std::vector<std::string> labels;
  std::variant<std::monostate, Family<Counter>, Family<Gauge>, Family<Histogram>, std::vector<Collect>> source;
};

void Histogram::observe(double v) {
  const auto at = std::ranges::lower_bound(*bounds_, v) - bounds_->begin();
  ++counts_[static_cast<std::size_t>(at)];
  sum_ += v;
}

MetricsRegistry::MetricsRegistry() = default;
MetricsRegistry::~MetricsRegistry() = default;

MetricsRegistry::Entry& MetricsRegistry::entry(std::string_view name, std::string_view help, std::string_view type,
                                               std::vector<std::string> labels) {
  auto& slot = entries_[std::string(name)];
  if (slot == nullptr) {
    slot = std::make_unique<Entry>(Entry{std::string(help), type, std::move(labels), {}});
  } else if (slot->type != type || slot->labels != labels) {
    throw std::logic_error(fmt::format("metric {} is defined twice, differently", name));
  }
  return *slot;
}

Family<Counter>& MetricsRegistry::counter(std::string_view name, std::string_view help,
                                          std::vector<std::string> labels) {
  Entry& e = entry(name, help, "counter", std::move(labels));
  if (e.source.index() == 0) e.source.emplace<Family<Counter>>(e.labels.size());
  return std::get<Family<Counter>>(e.source);
}

Family<Gauge>& MetricsRegistry::gauge(std::string_view name, std::string_view help, std::vector<std::string> labels) {
  Entry& e = entry(name, help, "gauge", std::move(labels));
  if (e.source.index() == 0) e.source.emplace<Family<Gauge>>(e.labels.size());
  return std::get<Family<Gauge>>(e.source);
}

Family<Histogram>& MetricsRegistry::histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                                              std::vector<std::string> labels) {
  Entry& e = entry(name, help, "histogram", std::move(labels));
  if (e.source.index() == 0) e.source.emplace<Family<Histogram>>(e.labels.size(), std::move(bounds));
  return std::get<Family<Histogram>>(e.source);
}

void MetricsRegistry::callback(Kind kind, std::string_view name, std::string_view help, std::vector<std::string> labels,
                               Collect collect) {
  Entry& e = entry(name, help, kind == Kind::kCounter ? "counter" : "gauge", std::move(labels));
  if (e.source.index() == 0) e.source.emplace<std::vector<Collect>>();
  std::get<std::vector<Collect>>(e.source).push_back(std::move(collect));
}

void MetricsRegistry::render(const Sink& sink) const {
  Output out(sink);
  for (const auto& [name, e] : entries_) {
    out.put("# HELP " + name + " ");
    out.escaped(e->help, false);
    out.end_line();
    out.put("# TYPE " + name + " ");
    out.put(e->type);
    out.end_line();
    const Series series{name, e->labels};
    if (const auto* collects = std::get_if<std::vector<Collect>>(&e->source)) {
      for (const Collect& collect : *collects) {
        collect([&](const LabelValues& values, double number) { put_sample(out, series, "", values, "", number); });
      }
      continue;
    }
    const auto put_all = [&](const auto* family) {
      if (family == nullptr) return;
      for (const auto& [values, metric] : family->series()) put_metric(out, series, values, metric);
    };
    put_all(std::get_if<Family<Counter>>(&e->source));
    put_all(std::get_if<Family<Gauge>>(&e->source));
    put_all(std::get_if<Family<Histogram>>(&e->source));
  }
}

std::string MetricsRegistry::render() const {
  std::string text;
  render([&](std::string_view piece) { text += piece; });
  return text;
}

std::vector<double> default_buckets() { return {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}; }

std::vector<double> exponential_buckets(double start, double factor, int count) {
  std::vector<double> bounds;
  for (int i = 0; i < count; ++i, start *= factor) bounds.push_back(start);
  return bounds;
}

}  // namespace rotor
