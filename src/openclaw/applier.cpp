#include "openclaw/applier.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "json/document.hpp"
#include "openclaw/names.hpp"
#include "openclaw/take_over.hpp"

namespace rotor::openclaw {
namespace {

SecretBytes bound_to(const LiveObject& live, json::Value desired, bool to_version = false) {
  json::Value& metadata = desired.as_object()["metadata"];
  if (!metadata.is_object()) metadata.emplace_object();
  metadata.get_object()["uid"] = live.metadata.uid;
  if (to_version) metadata.get_object()["resourceVersion"] = live.metadata.resource_version;
  return SecretBytes(json::serialize(desired));
}

kube::WriteOptions by_us() {
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  return options;
}

kube::WriteOptions forced(bool dry_run) {
  kube::WriteOptions options = by_us();
  options.force = true;
  options.dry_run = dry_run;
  return options;
}

std::unexpected<Error> failed(std::string_view doing, const kube::Resource& resource, std::string_view name,
                              Error why) {
  return std::unexpected(std::move(why).prefixed(fmt::format("{} {} \"{}\"", doing, resource.kind, name)));
}

}  // namespace

Task<Result<LivePtr>> Applier::find(kube::Resource resource, kube::Key key) {
  if (LivePtr live = view_.live(resource).get(key); live != nullptr && !live->reduced()) co_return live;
  const Result<SecretBytes> body = co_await client_.get(resource, key);
  if (!body && body.error().code == Code::kNotFound) co_return LivePtr{};
  if (!body) co_return std::unexpected(body.error());
  CO_TRY(LiveObject object, read_live(body->reveal()));
  co_return std::make_shared<const LiveObject>(std::move(object));
}

bool Applier::looks_again(const InstancePtr& instance) const {
  return instance != nullptr && came_lately_ && came_lately_(instance->metadata.key());
}

Task<Result<void>> Applier::is_as_seen(InstancePtr instance) {
  CO_TRY(const SecretBytes body,
         co_await client_.get(kube::kResource<api::OpenClawInstance>, instance->metadata.key()));
  CO_TRY_VOID(view_.instances.wrote(body));
  const InstancePtr now = view_.instances.get(instance->metadata.key());
  const bool same = now != nullptr && now->metadata.resource_version == instance->metadata.resource_version;
  if (!same) co_return fail(Code::kConflict, "the instance was changed meanwhile");
  co_return Result<void>{};
}

// What the watch will show: the next pass goes by it.
Task<> Applier::take_in(kube::Resource resource, kube::Key key) {
  const auto body = co_await client_.get(resource, std::move(key));
  if (body) static_cast<void>(view_.remember(resource, *body));
}

Task<Result<LivePtr>> Applier::apply(kube::Resource resource, kube::Key key, LivePtr live, std::string desired,
                                     InstancePtr instance) {
  CO_TRY(json::Value document, json::parse(desired));
  co_return co_await write(resource, std::move(key), std::move(live), std::move(document), kube::PatchType::kApply,
                           std::move(instance));
}

Task<Result<LivePtr>> Applier::patch(kube::Resource resource, kube::Key key, LivePtr live, json::Value patch,
                                     InstancePtr instance) {
  co_return co_await write(resource, std::move(key), std::move(live), std::move(patch), kube::PatchType::kMerge,
                           std::move(instance));
}

Task<Result<LivePtr>> Applier::write(kube::Resource resource, kube::Key key, LivePtr live, json::Value document,
                                     kube::PatchType type, InstancePtr instance) {
  const bool applies = type == kube::PatchType::kApply;
  const bool checks = live != nullptr && looks_again(instance);
  SecretBytes patch =
      live != nullptr ? bound_to(*live, std::move(document), checks) : SecretBytes(json::serialize(document));
  if (checks) CO_TRY_VOID(co_await is_as_seen(std::move(instance)));
  const Result<SecretBytes> body =
      co_await client_.patch(resource, key, type, std::move(patch), applies ? forced(false) : by_us());
  // An apply that names a uid says so by itself.
  if (!body && !applies && body.error().code == Code::kNotFound) {
    co_return fail(Code::kConflict, fmt::format("{} \"{}\" was deleted meanwhile", resource.kind, key.name));
  }
  if (!body && checks && body.error().code == Code::kConflict) co_await take_in(resource, key);
  if (!body) co_return failed(applies ? "applying" : "patching", resource, key.name, body.error());
  log::debug(applies ? "applied" : "patched", {{"kind", resource.kind}, {"object", key.text()}});
  co_return view_.remember(resource, *body);
}

Task<Result<LivePtr>> Applier::take_over(kube::Resource resource, LivePtr live, std::string instance_uid) {
  const kube::OwnerReference* owner = controller_of(*live);
  if (owner == nullptr || owner->uid != instance_uid) co_return live;
  CO_TRY(const json::Value document, json::parse(live->text.unpack()));
  const std::optional<std::string> patch = take_over_patch(resource, document);
  if (!patch) co_return live;
  const kube::Key key = live->metadata.key();
  const Result<SecretBytes> body =
      co_await client_.patch(resource, key, kube::PatchType::kJson, SecretBytes(*patch), by_us());
  if (!body) co_return failed("taking over", resource, key.name, body.error());
  log::info("took over an object", {{"kind", resource.kind}, {"object", key.text()}});
  co_return view_.remember(resource, *body);
}

Task<Result<std::string>> Applier::rehearse(kube::Resource resource, kube::Key key, LivePtr live, std::string desired) {
  CO_TRY(json::Value want, json::parse(desired));
  const Result<SecretBytes> body =
      co_await client_.patch(resource, key, kube::PatchType::kApply, bound_to(*live, std::move(want)), forced(true));
  if (!body) co_return failed("applying", resource, key.name, body.error());
  co_return std::string(body->reveal());
}

Task<Result<bool>> Applier::make(kube::Resource resource, kube::Key key, SecretBytes document) {
  Result<SecretBytes> body = co_await client_.create(resource, key.ns, std::move(document), by_us());
  const bool made = body.has_value();
  if (!made && body.error().code == Code::kAlreadyExists) body = co_await client_.get(resource, key);
  if (!body) co_return std::unexpected(std::move(body).error());
  CO_TRY_VOID(view_.remember(resource, *body));
  co_return made;
}

Task<Result<void>> Applier::remove(kube::Resource resource, LivePtr live, InstancePtr instance) {
  const kube::Key key = live->metadata.key();
  kube::DeleteOptions options;
  options.uid = live->metadata.uid;
  if (looks_again(instance)) {
    CO_TRY_VOID(co_await is_as_seen(std::move(instance)));
    options.resource_version = live->metadata.resource_version;
  }
  const Result<void> removed = co_await client_.remove(resource, key, std::move(options));
  if (!removed && removed.error().code != Code::kNotFound) {
    co_return failed("removing", resource, key.name, removed.error());
  }
  log::info("removed what is no longer wanted", {{"kind", resource.kind}, {"object", key.text()}});
  co_return Result<void>{};
}

}  // namespace rotor::openclaw
