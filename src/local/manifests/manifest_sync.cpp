#include "local/manifests/manifest_sync.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/encoding.hpp"

namespace rotor::local {
namespace {

std::ptrdiff_t count_of(const Standing& standing, std::string_view kind) {
  return std::ranges::count_if(standing, [kind](const auto& entry) { return entry.first.kind == kind; });
}

// What the API server says of a Secret is not shown, since it may quote a value: the keys that cannot be right are
// named here.
std::vector<std::string> faults_of_secret(const json::Object& object) {
  std::vector<std::string> out;
  for (const std::string_view member : {"data", "stringData"}) {
    const json::Value* values = object.if_contains(member);
    if (values == nullptr || values->is_null()) continue;
    if (!values->is_object()) {
      out.push_back(fmt::format("{} has to be a mapping", member));
      continue;
    }
    for (const auto& [key, value] : values->get_object()) {
      const std::string_view name = key;
      if (!value.is_string()) {
        out.push_back(fmt::format("{}[{}] is no text: write it in quotes", member, name));
      } else if (member == "data" && !base64_decode_secret(value.get_string())) {
        out.push_back(fmt::format("data[{}] is no base64: write it under stringData as it is", name));
      }
    }
  }
  return out;
}

}  // namespace

std::string nothing_to_run(const Standing& standing, const std::vector<std::string>& paths) {
  if (count_of(standing, "OpenClawInstance") + count_of(standing, "StatefulSet") > 0) return {};
  std::string out = "nothing to run: no OpenClawInstance in ";
  for (const std::string& path : paths) {
    out += fmt::format("{}{}", &path == paths.data() ? "" : ", ", path == kStandardInput ? "standard input" : path);
  }
  const auto secrets = count_of(standing, "ExternalSecret");
  if (secrets == 0) return out + "; the API server answers all the same";
  if (secrets == 1) return out + "; its ExternalSecret is synced all the same";
  return out + fmt::format("; its {} ExternalSecrets are synced all the same", secrets);
}

ManifestSync::ManifestSync(kube::Client& client, Timeline& timeline, ManifestSource source)
    : client_(client), timeline_(timeline), source_(std::move(source)) {
  if (auto schemas = SchemaCheck::make()) schemas_ = *std::move(schemas);
}

Task<> ManifestSync::apply(Manifests manifests) {
  say_new(timeline_, problems_, problems_of(manifests));
  ManifestChanges changes = changes_between(standing_, manifests);
  std::vector<Manifest> others = changes.changed;
  others.insert(others.end(), changes.removed.begin(), changes.removed.end());
  co_await put_back(std::move(others));  // first: what is edited may be in a namespace that is gone
  co_await act(std::move(changes));
  remember(manifests);
}

Task<> ManifestSync::follow(Executor executor, Clock& clock) {
  if (std::ranges::find(source_.paths, kStandardInput) != source_.paths.end()) {
    timeline_.say("manifests", "standard input is read once: edits are not followed");
    for (;;) {
      co_await clock.sleep_for(WatchPace{}.look);
      co_await put_back({});
    }
  }
  const auto watch = watch_paths(executor, clock, source_.paths);
  if (watch->limit()) timeline_.say("manifests", fmt::format("edits show after two seconds: {}", *watch->limit()));
  bool edited = true;  // before the first change as well: one may have come since they were read
  for (;;) {
    if (edited) {
      co_await read_again();
    } else {
      co_await put_back({});
    }
    edited = co_await watch->looked();
  }
}

Task<> ManifestSync::read_again() {
  source_.ours.clear();
  for (const auto& [id, manifest] : standing_) source_.ours.insert(manifest.file);
  auto fresh = read_manifests(source_);
  if (fresh) co_return co_await apply(*std::move(fresh));
  const std::string& why = fresh.error().message;
  say_new(timeline_, problems_, {{why, why + "; the last good manifests stay in force"}});
}

Task<> ManifestSync::put_back(std::vector<Manifest> but) {
  Standing standing = standing_;
  for (const Manifest& m : but) standing.erase(id_of(m));
  if (standing.empty()) co_return;
  std::vector<Manifest> missing = co_await find_missing(client_, std::move(standing));
  if (missing.empty()) co_return;
  const Applied applied = co_await apply_manifests(client_, std::move(missing), standing_);
  say_made(applied);
  std::vector<std::string> names;
  for (const Manifest& m : applied.done) names.push_back(id_of(m).text());
  if (names.empty()) co_return;
  timeline_.say("manifests", fmt::format("put back what was deleted in the API server and stands in a manifest: {}",
                                         fmt::join(names, ", ")));
}

Task<> ManifestSync::act(ManifestChanges changes) {
  std::vector<Manifest> wanted = std::move(changes.added);
  wanted.insert(wanted.end(), changes.changed.begin(), changes.changed.end());
  Applied applied = co_await apply_manifests(client_, std::move(wanted), standing_);
  Applied removed = co_await remove_manifests(client_, std::move(changes.removed));
  say_made(applied);
  ManifestChanges done;
  for (const Manifest& m : applied.done) (standing_.contains(id_of(m)) ? done.changed : done.added).push_back(m);
  done.removed = std::move(removed.done);
  for (const Manifest& m : applied.done) standing_.insert_or_assign(id_of(m), m);
  for (const Manifest& m : done.removed) standing_.erase(id_of(m));

  Lines refused;
  for (const auto& [manifest, error] : applied.refused) {
    refused.emplace(error.message, "refused: " + error.message + advice_for(manifest));
  }
  for (const auto& [manifest, error] : removed.refused) refused.emplace(error.message, "not removed: " + error.message);
  say_new(timeline_, refused_, std::move(refused));
  say_changes(done);
}

void ManifestSync::say_made(const Applied& applied) {
  for (const std::string& name : applied.created_namespaces) {
    timeline_.say("manifests", fmt::format("made the namespace {}, which no manifest defines", name));
  }
}

// The server says which field it does not know, the schema which one it does.
std::string ManifestSync::advice_for(const Manifest& manifest) const {
  std::string out;
  if (json::find_string(manifest.object, "kind") == "Secret") {
    for (const std::string& fault : faults_of_secret(manifest.object)) out += "; " + fault;
  }
  if (!schemas_) return out;
  for (const std::string& meant : schemas_->meant(manifest.object)) out += "; " + meant;
  return out;
}

ManifestSync::Lines ManifestSync::problems_of(const Manifests& manifests) const {
  Lines lines;
  for (const std::string& note : manifests.notes) lines.emplace(note, note);
  for (const auto& [file, error] : manifests.broken) {
    const bool stands = std::ranges::any_of(standing_, [&](const auto& entry) { return entry.second.file == file; });
    lines.emplace(error.message, fmt::format("not applied: {}{}", error.message,
                                             stands ? "; what the file held before stays in force" : ""));
  }
  return lines;
}

// Where an unchanged object stands now: a file that breaks later keeps what it held by then.
void ManifestSync::remember(const Manifests& manifests) {
  for (const Manifest& m : manifests.good) {
    const auto it = standing_.find(id_of(m));
    if (it == standing_.end() || it->second.object != m.object) continue;
    it->second.file = m.file;
    it->second.origin = m.origin;
  }
}

void ManifestSync::say_changes(const ManifestChanges& done) {
  if (!std::exchange(started_, true)) {
    timeline_.say("manifests", fmt::format("{} applied", done.added.size()));
  } else {
    for (const auto& [what, manifests] :
         {std::pair{"added", &done.added}, {"changed", &done.changed}, {"removed", &done.removed}}) {
      std::vector<std::string> names;
      for (const Manifest& m : *manifests) names.push_back(id_of(m).text());
      if (!names.empty()) timeline_.say("manifests", fmt::format("{}: {}", what, fmt::join(names, ", ")));
    }
  }
  std::string idle = nothing_to_run(standing_, source_.paths);
  if (idle != idle_ && !idle.empty()) timeline_.say("rotor", idle);
  idle_ = std::move(idle);
}

void ManifestSync::say_new(Timeline& timeline, Lines& said, Lines now) {
  for (const auto& [what, line] : now) {
    if (!said.contains(what)) timeline.fail("manifests", line);
  }
  if (now.empty() && !said.empty()) timeline.say("manifests", "nothing is wrong with them any more");
  said = std::move(now);
}

}  // namespace rotor::local
