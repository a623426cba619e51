#include "inspect/find.hpp"

#include <array>

#include <fmt/format.h>

namespace rotor::inspect {
namespace {

// People ask about an ExternalSecret or about what it makes; a pod is often called like its Secret.
constexpr std::array<Kind, 7> kOrder = {
    Kind::kExternalSecret,       Kind::kSecret, Kind::kInstance, Kind::kPod, Kind::kStore, Kind::kClusterStore,
    Kind::kClusterExternalSecret};

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto slash = text.find('/');
    out.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    text.remove_prefix(slash + 1);
  }
}

std::unexpected<Error> unclear(std::string_view text) {
  return fail(Code::kInvalid, fmt::format("\"{}\" names no object: write NAMESPACE/NAME for an ExternalSecret, or "
                                          "KIND/NAMESPACE/NAME with one of {}",
                                          text, kind_words()));
}

std::string_view short_word(Kind kind) {
  constexpr std::array<std::string_view, 7> kWords = {"store",  "clusterstore", "ces", "es",
                                                      "secret", "instance",     "pod"};
  return kWords.at(static_cast<std::size_t>(kind));
}

// `store` stands for both kinds.
bool is_of(const Id& id, Kind kind) {
  return id.kind == kind || (kind == Kind::kStore && id.kind == Kind::kClusterStore);
}

std::vector<Id> of_kind(const Graph& graph, const Wanted& wanted, Kind kind) {
  std::vector<Id> out;
  for (const auto& [id, object] : graph.objects) {
    const bool here = wanted.ns.empty() || id.ns.empty() || id.ns == wanted.ns;
    if (is_of(id, kind) && id.name == wanted.name && here) out.push_back(id);
  }
  return out;
}

}  // namespace

Result<Wanted> parse_wanted(std::string_view text, std::string_view ns) {
  const auto parts = parts_of(text);
  for (const std::string_view part : parts) {
    if (part.empty()) return unclear(text);
  }
  Wanted out{.ns = std::string(ns), .name = std::string(parts.back())};
  if (parts.size() == 1) return out;
  if (parts.size() > 3) return unclear(text);
  out.kind = kind_called(parts.front());
  if (parts.size() == 3 && !out.kind) return unclear(text);
  if (parts.size() == 3) out.ns = parts[1];
  if (parts.size() == 2 && !out.kind) out.ns = parts[0];
  return out;
}

std::vector<Id> find_all(const Graph& graph, const Wanted& wanted) {
  if (wanted.kind) return of_kind(graph, wanted, *wanted.kind);
  for (const Kind kind : kOrder) {
    if (auto found = of_kind(graph, wanted, kind); !found.empty()) return found;
  }
  return {};
}

std::string name_of(const Id& id) {
  return id.ns.empty() ? fmt::format("{}/{}", short_word(id.kind), id.name)
                       : fmt::format("{}/{}/{}", short_word(id.kind), id.ns, id.name);
}

std::vector<std::string> names_of(const Graph& graph, std::optional<Kind> kind) {
  std::vector<std::string> out;
  for (const auto& [id, object] : graph.objects) {
    if (!kind || is_of(id, *kind)) out.push_back(name_of(id));
  }
  return out;
}

}  // namespace rotor::inspect
