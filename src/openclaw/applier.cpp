#include "openclaw/applier.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "json/document.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

SecretBytes bound_to(const LiveObject& live, json::Value desired) {
  if (auto* metadata = desired.as_object()["metadata"].if_object()) (*metadata)["uid"] = live.metadata.uid;
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
  if (LivePtr live = view_.live(resource).get(key)) co_return live;
  const Result<SecretBytes> body = co_await client_.get(resource, key);
  if (!body && body.error().code == Code::kNotFound) co_return LivePtr{};
  if (!body) co_return std::unexpected(body.error());
  CO_TRY(LiveObject object, read_live(body->reveal()));
  co_return std::make_shared<const LiveObject>(std::move(object));
}

Task<Result<LivePtr>> Applier::apply(kube::Resource resource, kube::Key key, LivePtr live, std::string desired) {
  SecretBytes patch(desired);
  if (live != nullptr) {
    CO_TRY(json::Value want, json::parse(desired));
    patch = bound_to(*live, std::move(want));
  }
  const Result<SecretBytes> body =
      co_await client_.patch(resource, key, kube::PatchType::kApply, std::move(patch), forced(false));
  if (!body) co_return failed("applying", resource, key.name, body.error());
  log::debug("applied", {{"kind", resource.kind}, {"object", key.text()}});
  co_return view_.remember(resource, *body);
}

Task<Result<LivePtr>> Applier::patch(kube::Resource resource, kube::Key key, std::string patch) {
  const Result<SecretBytes> body =
      co_await client_.patch(resource, key, kube::PatchType::kMerge, SecretBytes(patch), by_us());
  if (!body) co_return failed("patching", resource, key.name, body.error());
  log::debug("patched", {{"kind", resource.kind}, {"object", key.text()}});
  co_return view_.remember(resource, *body);
}

Task<Result<std::string>> Applier::rehearse(kube::Resource resource, kube::Key key, LivePtr live, std::string desired) {
  CO_TRY(json::Value want, json::parse(desired));
  CO_TRY(const SecretBytes body, co_await client_.patch(resource, key, kube::PatchType::kApply,
                                                        bound_to(*live, std::move(want)), forced(true)));
  co_return std::string(body.reveal());
}

Task<Result<bool>> Applier::make(kube::Resource resource, kube::Key key, SecretBytes document) {
  Result<SecretBytes> body = co_await client_.create(resource, key.ns, std::move(document), by_us());
  const bool made = body.has_value();
  if (!made && body.error().code == Code::kAlreadyExists) body = co_await client_.get(resource, key);
  if (!body) co_return std::unexpected(std::move(body).error());
  CO_TRY_VOID(view_.remember(resource, *body));
  co_return made;
}

Task<Result<void>> Applier::remove(kube::Resource resource, LivePtr live) {
  const kube::Key key = live->metadata.key();
  kube::DeleteOptions options;
  options.uid = live->metadata.uid;
  const Result<void> removed = co_await client_.remove(resource, key, std::move(options));
  if (!removed && removed.error().code != Code::kNotFound) {
    co_return failed("removing", resource, key.name, removed.error());
  }
  log::info("removed what is no longer wanted", {{"kind", resource.kind}, {"object", key.text()}});
  co_return Result<void>{};
}

}  // namespace rotor::openclaw
