#include "inspect/text.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/time.hpp"

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
  if (graph.objects.empty()) {
    return graph.unread.empty() ? "nothing is there: no store, no ExternalSecret and no OpenClawInstance"
                                : "nothing is there that could be looked at";
  }
  if (wrong == 0 && !graph.idle.empty()) return "what is shown was well, and is no more looked after";
  if (wrong == 0) return graph.unread.empty() ? "all is well" : "what could be looked at is well";
  return fmt::format("{} of {} not well: `rotor why KIND/NAMESPACE/NAME` says why", wrong, graph.objects.size());
}

// Many end with a question, or with the text of another program.
std::string ended(const std::string& sentence) {
  const bool has_end = sentence.ends_with('?') || sentence.ends_with('.') || sentence.ends_with('!');
  return has_end ? sentence : sentence + ".";
}

std::string stamp(const std::string& time, WallTime now) {
  return time.empty() ? "" : fmt::format(" ({}, {} ago)", time, ago(time, now));
}

void add_unseen(const Graph& graph, TerminalText& out) {
  if (!graph.idle.empty()) out.line(graph.idle);
  for (const std::string& text : graph.unread) out.line(fmt::format("not looked at: {}", text));
  for (const std::string& text : graph.notes) out.line(fmt::format("note: {}", text));
}

}  // namespace

TerminalText status_text(const Graph& graph) {
  TerminalText out;
  if (!graph.objects.empty()) {
    out.table(Tree(graph).rows());
    out.line("");
  }
  add_unseen(graph, out);
  out.line(last_line(graph));
  return out;
}

TerminalText why_text(const Graph& graph, const Answer& answer) {
  TerminalText out;
  out.line(ended(answer.sentence));
  for (const std::string& sentence : answer.also) out.line("Also: " + ended(sentence));
  if (!answer.evidence.empty()) out.line("");
  for (const auto& [of, evidence] : answer.evidence) {
    out.line(fmt::format("  {}, {}: {}{}", of.text(), evidence.source, evidence.text, stamp(evidence.at, graph.now)));
  }
  add_unseen(graph, out);
  return out;
}

}  // namespace rotor::inspect
