#include "openclaw/applier.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "openclaw/apply_diff.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

Result<void> check_owner(const kube::Resource& resource, const LiveObject& object, std::string_view owner_uid) {
  for (const kube::OwnerReference& owner : object.metadata.owner_references) {
    if (!owner.controller.value_or(false) || owner.uid == owner_uid) continue;
    return fail(Code::kInvalid, fmt::format("{} \"{}\" belongs to {} \"{}\": rename the instance or remove that object",
                                            resource.kind, object.metadata.name, owner.kind, owner.name));
  }
  return {};
}

SecretBytes bound_to(const LiveObject& live, json::Value desired) {
  if (auto* metadata = desired.as_object()["metadata"].if_object()) (*metadata)["uid"] = live.metadata.uid;
  return SecretBytes(json::serialize(desired));
}

kube::WriteOptions by_us(bool dry_run) {
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  options.force = true;
  options.dry_run = dry_run;
  return options;
}

}  // namespace

Task<Result<LivePtr>> Applier::look_up(Live& cache, kube::Resource resource, kube::Key key, std::string owner_uid) {
  LivePtr live = cache.get(key);
  if (live == nullptr) {
    const Result<SecretBytes> body = co_await client_.get(resource, key);
    if (!body && body.error().code == Code::kNotFound) co_return LivePtr{};
    if (!body) co_return std::unexpected(body.error());
    CO_TRY(LiveObject object, read_live(body->reveal()));
    live = std::make_shared<const LiveObject>(std::move(object));
  }
  CO_TRY_VOID(check_owner(resource, *live, owner_uid));
  co_return live;
}

Task<Result<LivePtr>> Applier::apply(Live& cache, kube::Resource resource, kube::Key key, LivePtr live,
                                     std::string desired) {
  SecretBytes patch(desired);
  if (live != nullptr) {
    CO_TRY(const json::Value have, json::parse(live->text));
    CO_TRY(json::Value want, json::parse(desired));
    if (!apply_changes(have, want, kFieldManager)) co_return live;
    patch = bound_to(*live, std::move(want));
  }
  const Result<SecretBytes> body =
      co_await client_.patch(resource, key, kube::PatchType::kApply, std::move(patch), by_us(false));
  if (!body) {
    co_return std::unexpected(Error(body.error()).prefixed(fmt::format("applying {} \"{}\"", resource.kind, key.name)));
  }
  log::debug("applied", {{"kind", resource.kind}, {"object", key.text()}});
  co_return cache.wrote(*body);
}

Task<Result<std::string>> Applier::rehearse(kube::Resource resource, kube::Key key, LivePtr live, std::string desired) {
  CO_TRY(json::Value want, json::parse(desired));
  CO_TRY(const SecretBytes body,
         co_await client_.patch(resource, key, kube::PatchType::kApply, bound_to(*live, std::move(want)), by_us(true)));
  co_return std::string(body.reveal());
}

}  // namespace rotor::openclaw
