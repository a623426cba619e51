#include "inspect/text.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"

namespace rotor::inspect {
namespace {

using namespace std::chrono_literals;

// "48s", "12m", "3h", "9d": two figures are enough to see whether it is fresh.
std::string span(Duration d) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(d).count();
  if (seconds < 120) return fmt::format("{}s", seconds);
  if (seconds < 120 * 60) return fmt::format("{}m", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{}h", seconds / 3600);
  return fmt::format("{}d", seconds / 86400);
}

std::string ago(const std::string& time, WallTime now) {
  const auto at = parse_time(time);
  if (!at) return "";
  return span(std::max<Duration>(now - *at, 0s));
}

// A time as a distance, words as they are.
std::string ahead(const std::string& next, WallTime now) {
  const auto at = parse_time(next);
  if (!at) return next;
  return *at <= now ? "now" : "in " + span(*at - now);
}

// On a terminal; what stands in names and messages is one column a rune, near enough.
std::size_t width(std::string_view text) {
  std::size_t runes = 0;
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    text.remove_prefix(std::max<std::size_t>(rune.size, 1));
    ++runes;
  }
  return runes;
}

class Tree {
 public:
  explicit Tree(const Graph& graph) : graph_(graph) {
    for (const auto& [id, object] : graph.objects) {
      for (const Id& from : object.from) children_[from].push_back(id);
    }
  }

  std::vector<Row> rows() {
    out_ = {{"OBJECT", "STATE", "FOR", "READ", "NEXT", "SAYS"}};
    for (const auto& [id, object] : graph_.objects) {
      if (std::ranges::none_of(object.from, [this](const Id& from) { return graph_.objects.contains(from); })) {
        add(id, "", "");
      }
    }
    return std::move(out_);
  }

 private:
  void add(const Id& id, const std::string& lead, const std::string& below) {
    const Finding& finding = graph_.find(id)->finding;
    const bool again = !shown_.insert(id).second;
    const WallTime now = graph_.now;
    out_.push_back({lead + id.text(), finding.word, ago(finding.since, now), ago(finding.refreshed, now),
                    ahead(finding.next, now), again ? "see above" : finding.detail});
    if (again) return;
    const std::vector<Id>& under = children_[id];
    for (std::size_t i = 0; i < under.size(); ++i) {
      const bool last = i + 1 == under.size();
      add(under[i], below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "));
    }
  }

  const Graph& graph_;
  std::map<Id, std::vector<Id>> children_;
  std::set<Id> shown_;
  std::vector<Row> out_;
};

std::string last_line(const Graph& graph) {
  const auto wrong = std::ranges::count_if(
      graph.objects, [](const auto& entry) { return entry.second.finding.health != Health::kWell; });
  if (graph.objects.empty()) return "nothing is there: no store, no ExternalSecret and no OpenClawInstance\n";
  if (wrong == 0) return graph.unread.empty() ? "all is well\n" : "what could be looked at is well\n";
  return fmt::format("{} of {} not well: `rotor why KIND/NAMESPACE/NAME` says why\n", wrong, graph.objects.size());
}

std::string stamp(const std::string& time, WallTime now) {
  return time.empty() ? "" : fmt::format(" ({}, {} ago)", time, ago(time, now));
}

}  // namespace

std::string columns(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      line += row[i] + std::string(widths[i] - width(row[i]), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string status_text(const Graph& graph) {
  std::string out = graph.objects.empty() ? "" : columns(Tree(graph).rows()) + "\n";
  for (const std::string& text : graph.unread) out += fmt::format("not looked at: {}\n", text);
  for (const std::string& text : graph.notes) out += fmt::format("note: {}\n", text);
  return out + last_line(graph);
}

std::string why_text(const Graph& graph, const Answer& answer) {
  std::string out = answer.sentence + ".\n";
  for (const std::string& sentence : answer.also) out += fmt::format("Also: {}.\n", sentence);
  if (!answer.evidence.empty()) out += "\n";
  for (const auto& [of, evidence] : answer.evidence) {
    out += fmt::format("  {}, {}: {}{}\n", of.text(), evidence.source, evidence.text, stamp(evidence.at, graph.now));
  }
  for (const std::string& text : graph.unread) out += fmt::format("not looked at: {}\n", text);
  for (const std::string& text : graph.notes) out += fmt::format("note: {}\n", text);
  return out;
}

}  // namespace rotor::inspect
