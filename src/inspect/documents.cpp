#include "base/time.hpp"
#include "inspect/find.hpp"
#include "inspect/text.hpp"

namespace rotor::inspect {
namespace {

using json::Array;

// What is not known is left out.
void put(json::Object& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out[name] = text;
}

json::Object identity(const Id& id) {
  json::Object out{{"kind", kind_name(id.kind)}};
  put(out, "namespace", id.ns);
  out["name"] = id.name;
  return out;
}

Array strings(const std::vector<std::string>& texts) {
  Array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

Array names(const std::vector<Id>& ids) {
  Array out;
  for (const Id& id : ids) out.emplace_back(name_of(id));
  return out;
}

Array documents_of(const std::vector<OlderValue>& values) {
  Array out;
  for (const OlderValue& value : values) {
    json::Object one{{"secret", value.secret.name}};
    put(one, "key", value.key);
    put(one, "changed", value.changed);
    put(one, "container", value.container);
    put(one, "started", value.started);
    put(one, "copy", value.copy);
    put(one, "version", value.version);
    put(one, "currentVersion", value.now);
    out.emplace_back(std::move(one));
  }
  return out;
}

Array documents_of(const std::vector<api::es::SourceVersion>& sources) {
  Array out;
  for (const auto& source : sources) {
    out.emplace_back(json::Object{{"store", source.store}, {"key", source.key}, {"version", source.version}});
  }
  return out;
}

Array documents_of(const std::vector<KeyUse>& keys) {
  Array out;
  for (const KeyUse& use : keys) {
    json::Object one{{"key", use.key}};
    if (!use.sources.empty()) one["sources"] = documents_of(use.sources);
    put(one, "changed", use.changed);
    put(one, "versionBefore", use.was);
    if (!use.older.empty()) one["olderPods"] = names(use.older);
    put(one, "noPodOlderSince", use.none_older_since);
    out.emplace_back(std::move(one));
  }
  return out;
}

json::Object document_of(const Id& id, const inspect::Object& object) {
  const Finding& finding = object.finding;
  json::Object out = identity(id);
  out["health"] = health_name(finding.health);
  out["state"] = finding.word;
  out["message"] = finding.sentence;
  put(out, "since", finding.since);
  put(out, "lastRefresh", finding.refreshed);
  put(out, "nextRefresh", finding.next);
  put(out, "lastError", finding.last_error);
  put(out, "valueChanged", finding.changed);
  put(out, "noPodOlderSince", finding.none_older_since);
  if (!finding.keys.empty()) out["keys"] = documents_of(finding.keys);
  if (!finding.older.empty()) out["olderValues"] = documents_of(finding.older);
  if (!object.from.empty()) out["from"] = names(object.from);
  return out;
}

}  // namespace

json::Object status_document(const Graph& graph) {
  json::Object out{{"at", format_time(graph.now)}, {"well", graph.well()}};
  Array objects;
  for (const auto& [id, object] : graph.objects) objects.emplace_back(document_of(id, object));
  out["objects"] = std::move(objects);
  if (!graph.unread.empty()) out["unread"] = strings(graph.unread);
  if (!graph.notes.empty()) out["notes"] = strings(graph.notes);
  put(out, "idle", graph.idle);
  return out;
}

json::Object why_document(const Graph& graph, const Answer& answer) {
  json::Object out{{"at", format_time(graph.now)}, {"about", identity(answer.about)}, {"well", answer.well}};
  out["sentence"] = answer.sentence;
  if (!answer.chain.empty()) out["chain"] = names(answer.chain);
  Array evidence;
  for (const Answer::Proof& proof : answer.evidence) {
    json::Object one{{"of", name_of(proof.of)}, {"source", proof.evidence.source}, {"text", proof.evidence.text}};
    put(one, "at", proof.evidence.at);
    evidence.emplace_back(std::move(one));
  }
  out["evidence"] = std::move(evidence);
  if (!answer.also.empty()) out["also"] = strings(answer.also);
  put(out, "idle", graph.idle);
  return out;
}

}  // namespace rotor::inspect
