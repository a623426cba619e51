#include "secrets/source_versions.hpp"

#include <algorithm>
#include <set>

#include "secrets/marks.hpp"
#include "secrets/policies.hpp"

namespace rotor::secrets {
namespace {

// Whatever it does not name by itself: a key of templateFrom is known only once it was rendered.
bool is_templated(const api::es::Template& tmpl, const std::string& key) {
  const bool keeps_values = tmpl.merge_policy == "Merge" && tmpl.template_from.empty();
  return !keeps_values || tmpl.data.contains(key);
}

std::vector<SourceVersion> all_of(const StoreVersions& versions) {
  std::set<SourceVersion> distinct;
  for (const auto& [key, sources] : versions.keys) distinct.insert(sources.begin(), sources.end());
  return {distinct.begin(), distinct.end()};
}

// The one version that this was read at; null when it was read at several, or not at all.
const SourceVersion* read_at(const std::vector<SourceVersion>& read, const SourceVersion& source) {
  const SourceVersion* found = nullptr;
  for (const SourceVersion& one : read) {
    if (one.store != source.store || one.key != source.key) continue;
    if (found != nullptr && found->version != one.version) return nullptr;
    found = &one;
  }
  return found;
}

}  // namespace

StoreVersions versions_of_secret(const ExternalSecret& es, const SecretMap& data, const StoreVersions& of_values) {
  if (of_values.keys.empty()) return {};
  api::es::StoreVersionsWithin out;
  const auto& tmpl = es.spec.target.tmpl;
  const bool templates = tmpl && (!tmpl->data.empty() || !tmpl->template_from.empty());
  const std::vector<SourceVersion> all = templates ? all_of(of_values) : std::vector<SourceVersion>();
  for (const auto& [key, value] : data) {
    if (templates && is_templated(*tmpl, key)) {
      out.add(key, all);
    } else if (const auto own = of_values.keys.find(key); own != of_values.keys.end()) {
      out.add(key, own->second);
    }
  }
  return out.take();
}

StoreVersions versions_of_now(StoreVersions known, const std::vector<SourceVersion>& read) {
  for (auto& [key, sources] : known.keys) {
    for (SourceVersion& source : sources) {
      if (const SourceVersion* now = read_at(read, source)) source.version = now->version;
    }
  }
  return known;
}

std::string versions_mark(const ExternalSecret& es, const Target* live, StoreVersions ours) {
  if (live == nullptr || !keeps_foreign_keys(es)) return write_store_versions(std::move(ours));
  StoreVersions whole = versions_on(live);
  for (const std::string& key : fields_of(live->metadata, field_manager(es.metadata.name)).data) whole.keys.erase(key);
  for (auto& [key, sources] : ours.keys) whole.keys.insert_or_assign(key, std::move(sources));
  return write_store_versions(std::move(whole));
}

StoreVersions versions_on(const Target* live) {
  const std::string* mark = live == nullptr ? nullptr : live->annotation(api::es::kStoreVersionsAnnotation);
  return mark == nullptr ? StoreVersions{} : api::es::read_store_versions(*mark);
}

}  // namespace rotor::secrets
