#include "inspect/why.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

namespace rotor::inspect {
namespace {

const Finding& finding_of(const Graph& graph, const Id& id) {
  static const Finding kNone;
  const Object* object = graph.find(id);
  return object == nullptr ? kNone : object->finding;
}

bool is_well(const Graph& graph, const Id& id) { return finding_of(graph, id).health == Health::kWell; }

// The worst of them that is not well, the first among equals.
const Id* worst_of(const Graph& graph, const std::vector<Id>& ids, const std::set<Id>& seen) {
  const Id* worst = nullptr;
  for (const Id& id : ids) {
    if (is_well(graph, id) || seen.contains(id)) continue;
    if (worst == nullptr || finding_of(graph, id).health > finding_of(graph, *worst).health) worst = &id;
  }
  return worst;
}

std::vector<Id> chain_from(const Graph& graph, const Id& begin) {
  std::vector<Id> chain = {begin};
  std::set<Id> seen = {begin};
  while (const Id* cause = worst_of(graph, finding_of(graph, chain.back()).blames, seen)) {
    seen.insert(*cause);
    chain.push_back(*cause);
  }
  return chain;
}

std::string sentence_of(const Graph& graph, const std::vector<Id>& chain) {
  std::string out;
  for (const Id& id : chain) {
    if (!out.empty()) out += out.ends_with('?') ? " Because " : ", because ";
    out += finding_of(graph, id).sentence;
  }
  return out;
}

using Step = std::function<std::vector<Id>(const Id&)>;

// Nearest first, without the object itself.
std::vector<Id> reachable(const Id& begin, const Step& step) {
  std::vector<Id> out = {begin};
  std::set<Id> seen = {begin};
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (const Id& next : step(out[i])) {
      if (seen.insert(next).second) out.push_back(next);
    }
  }
  out.erase(out.begin());
  return out;
}

std::vector<Id> sources_of(const Graph& graph, const Id& id) {
  return reachable(id, [&graph](const Id& at) {
    const Object* object = graph.find(at);
    return object == nullptr ? std::vector<Id>() : object->from;
  });
}

std::vector<Id> uses_of(const Graph& graph, const Id& id) {
  return reachable(id, [&graph](const Id& at) { return graph.made_of(at); });
}

void add_evidence(const Graph& graph, const Id& id, Answer& out) {
  for (const Evidence& evidence : finding_of(graph, id).evidence) out.evidence.push_back({id, evidence});
}

}  // namespace

Answer explain(const Graph& graph, const Id& about) {
  Answer out{.about = about};
  const std::vector<Id> sources = sources_of(graph, about);
  const std::vector<Id> uses = uses_of(graph, about);
  const std::string& own = finding_of(graph, about).sentence;
  if (!is_well(graph, about)) {
    out.chain = chain_from(graph, about);
    out.sentence = sentence_of(graph, out.chain);
  } else if (const Id* source = worst_of(graph, sources, {})) {
    out.chain = chain_from(graph, *source);
    out.sentence = fmt::format("{}; but {}", own, sentence_of(graph, out.chain));
  } else if (const Id* use = worst_of(graph, uses, {})) {
    out.chain = chain_from(graph, *use);
    out.sentence = fmt::format("{}; but of what uses it, {}", own, sentence_of(graph, out.chain));
  } else {
    out.sentence = fmt::format("nothing is wrong: {}", own);
  }
  out.well = out.chain.empty();
  add_evidence(graph, about, out);
  for (const Id& id : out.chain) {
    if (id != about) add_evidence(graph, id, out);
  }
  if (out.well) {
    for (const Id& id : sources) add_evidence(graph, id, out);
  }
  for (const auto& ids : {sources, uses}) {
    for (const Id& id : ids) {
      const bool told = std::ranges::find(out.chain, id) != out.chain.end();
      if (!told && !is_well(graph, id)) out.also.push_back(finding_of(graph, id).sentence);
    }
  }
  out.well = out.well && graph.idle.empty();
  return out;
}

}  // namespace rotor::inspect
