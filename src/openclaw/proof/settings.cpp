#include "openclaw/proof/settings.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/quote.hpp"
#include "json/describe.hpp"

namespace rotor::openclaw {
namespace {

using Kind = ProofSettings::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 4> kProofKinds = {{{"none", Kind::kNone},
                                                                           {"readiness", Kind::kReadiness},
                                                                           {"command", Kind::kCommand},
                                                                           {"openclaw-models", Kind::kOpenclawModels}}};
constexpr std::chrono::seconds kShortestProof{10};
constexpr std::chrono::seconds kLongestProof{3600};

// Templates leave empty what was not asked for.
std::optional<std::string_view> said(const kube::StringMap& annotations, std::string_view name) {
  const auto value = annotations.find(name);
  const bool there = value != annotations.end() && !value->second.empty();
  return there ? std::optional<std::string_view>(value->second) : std::nullopt;
}

std::string wrong(std::string_view annotation, std::string_view problem, std::string_view way_out) {
  return fmt::format("annotation {}: {}: {}", annotation, problem, way_out);
}

void read_kind(std::string_view word, ProofSettings& out) {
  const auto* found = std::ranges::find(kProofKinds, word, &std::pair<std::string_view, Kind>::first);
  if (found != kProofKinds.end()) {
    out.kind = found->second;
    return;
  }
  out.unclear = true;
  out.problems.push_back(wrong(kSecretProof, fmt::format("unknown value {}", go_quote(word)),
                               "use none, readiness, command or openclaw-models"));
}

// The list itself is never quoted: a command line may hold what nobody should read in an event.
void read_command(std::optional<std::string_view> text, ProofSettings& out) {
  constexpr std::string_view kWayOut = R"(write a JSON list such as ["check-key", "--quick"])";
  const auto refuse = [&out, &kWayOut](std::string_view problem) {
    out.unclear = true;
    out.problems.push_back(wrong(kSecretProofCommand, problem, kWayOut));
  };
  if (!text) return refuse(fmt::format("it is missing, and {} is command", kSecretProof));
  auto command = json::read<std::vector<std::string>>(*text);
  const std::size_t first = text->find_first_not_of(" \t\r\n");
  if (!command || first == std::string_view::npos || (*text)[first] != '[')
    return refuse("it is no JSON list of strings");
  if (command->empty()) return refuse("the list is empty");
  if (command->front().empty()) return refuse("the first item, the program, is empty");
  out.command = *std::move(command);
}

void read_unknown(std::string_view word, ProofSettings& out) {
  out.unknown_holds = word != "proceed";
  if (word == "proceed" || word == "hold") return;
  out.problems.push_back(wrong(kSecretProofUnknown, fmt::format("unknown value {}", go_quote(word)),
                               "use proceed or hold; hold is assumed"));
}

void read_deadline(std::string_view text, ProofSettings& out) {
  const Result<Duration> wanted = parse_duration(text);
  const bool fits = wanted && *wanted >= kShortestProof && *wanted <= kLongestProof;
  if (fits) {
    out.deadline = std::chrono::ceil<std::chrono::seconds>(*wanted);
    return;
  }
  out.problems.push_back(
      wrong(kSecretProofDeadline, fmt::format("{} is no duration from 10s to 1h", go_quote(text)),
            fmt::format("write one such as 90s or 5m; {} is assumed", format_duration(out.deadline))));
}

}  // namespace

ProofSettings read_proof_settings(const kube::StringMap& annotations) {
  ProofSettings out;
  if (const auto word = said(annotations, kSecretProof)) read_kind(*word, out);
  if (out.kind == Kind::kCommand) read_command(said(annotations, kSecretProofCommand), out);
  if (const auto word = said(annotations, kSecretProofUnknown)) read_unknown(*word, out);
  if (const auto text = said(annotations, kSecretProofDeadline)) read_deadline(*text, out);
  return out;
}

}  // namespace rotor::openclaw
