#include "secrets/manifest_target/plan_manifest.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "secrets/desired_metadata.hpp"
#include "secrets/manifest_target/manifest.hpp"
#include "secrets/manifest_target/object_content.hpp"
#include "secrets/marks.hpp"
#include "secrets/policies.hpp"

namespace rotor::secrets {
namespace {

SyncFailure unmakeable(Error error) { return {Ending::kNotRendered, std::move(error), kube::Outcome::done()}; }

Result<void> take_texts(const json::Object& object, std::string_view name, std::map<std::string, std::string>& out) {
  const json::Value* texts = json::find(object, fmt::format("metadata.{}", name));
  if (texts == nullptr || texts->is_null()) return {};
  if (!texts->is_object()) return fail(Code::kInvalid, fmt::format("metadata.{} is made no mapping", name));
  for (const auto& entry : texts->get_object()) {
    if (!entry.value().is_string()) {
      return fail(Code::kInvalid, fmt::format("metadata.{}: the value of {} is made no text: quote it in the template",
                                              name, std::string_view(entry.key())));
    }
    out.insert_or_assign(std::string(entry.key()), std::string(entry.value().get_string()));
  }
  return {};
}

Result<tmpl::SecretParts> wanted_metadata(const ExternalSecret& es, const json::Object& object) {
  tmpl::SecretParts parts;
  TRY_VOID(take_texts(object, "labels", parts.labels));
  TRY_VOID(take_texts(object, "annotations", parts.annotations));
  if (es.spec.target.tmpl && es.spec.target.tmpl->metadata)
    parts.finalizers = es.spec.target.tmpl->metadata->finalizers;
  return parts;
}

// A Secret may not become by this way what its own template may not make it.
Result<void> check_secret(const ExternalSecret& es, const json::Object& object, const kube::ObjectMeta& metadata) {
  if (!is_core_secret(kind_name(es))) return {};
  tmpl::TemplateSpec spec;
  spec.type = json::find_string(object, "type");
  spec.annotations = {metadata.annotations.begin(), metadata.annotations.end()};
  return tmpl::check_secret_template(spec, {});
}

// Is `live` this already? What an API server adds to what it is given is no difference.
bool is_already(const json::Object& object, const kube::ObjectMeta& metadata, const std::string& hash,
                const LiveObject& live) {
  if (live.target.actual_hash != hash || !same_metadata(metadata, live.target.metadata)) return false;
  const std::string_view hashed = content_member(object);
  return std::ranges::all_of(object, [&](const auto& member) {
    const std::string_view name = member.key();
    if (name == hashed || name == "metadata" || name == "status") return true;
    const json::Value* there = live.object.if_contains(name);
    return there != nullptr && *there == member.value();
  });
}

}  // namespace

Synced<Plan> plan_manifest(const ExternalSecret& es, const LiveObject* live, Content content) {
  const Target* target = live == nullptr ? nullptr : &live->target;
  if (auto nothing = plan_nothing(es, target, content)) return *std::move(nothing);
  const bool as_it_is = content.kind == Content::Kind::kAsItIs && live != nullptr;
  json::Object object = as_it_is ? live->object : std::move(content.object);
  auto parts = as_it_is ? metadata_as_it_is(es, *target) : wanted_metadata(es, object);
  if (!parts) return std::unexpected(unmakeable(std::move(parts).error()));
  auto hash = as_it_is ? target->actual_hash : content_hash(object);
  if (!hash) return std::unexpected(unmakeable(std::move(hash).error()));
  TRY(kube::ObjectMeta metadata, desired_metadata(es, target, *parts, *hash));
  const std::string* stored = target == nullptr ? nullptr : target->annotation(kStoredAsAnnotation);
  if (stored != nullptr && tells_of(*stored, *hash)) {
    metadata.annotations.insert_or_assign(std::string(kStoredAsAnnotation), *stored);
  }
  if (auto allowed = check_secret(es, object, metadata); !allowed) {
    return std::unexpected(unmakeable(std::move(allowed).error()));
  }
  if (live != nullptr && is_already(object, metadata, *hash, *live)) return Plan{.ends_orphans = false};
  object["apiVersion"] = es.spec.target.manifest->api_version;
  object["kind"] = es.spec.target.manifest->kind;
  object["metadata"] = json::parse(json::write(metadata)).value();
  return Plan{.action = live == nullptr ? Plan::Action::kCreate : Plan::Action::kUpdate,
              .ends_orphans = false,
              .object = std::move(object),
              .hash = *std::move(hash)};
}

}  // namespace rotor::secrets
