#include "secrets/cluster/act.hpp"

#include "api/core/namespace.hpp"

namespace rotor::secrets::cluster {
namespace {

using kube::Key;
using kube::kResource;
using kube::PatchType;

constexpr std::string_view kOccupied = "external secret already exists in namespace";

// A namespace that is going, or gone, fails nobody.
Standing after(Error error, std::string_view what) {
  switch (error.code) {
    case Code::kGone:
      return {};
    case Code::kConflict:
    case Code::kAlreadyExists:
    case Code::kNotFound:
      return {Standing::Kind::kRaced, std::move(error).prefixed(what)};
    default:
      return {Standing::Kind::kFailed, std::move(error).prefixed(what)};
  }
}

Task<Result<void>> remove(Parts parts, ExternalSecretPtr child) {
  kube::DeleteOptions options;
  options.uid = child->metadata.uid;
  auto removed = co_await parts.client.remove(kResource<ExternalSecret>, child->metadata.key(), std::move(options));
  if (!removed && removed.error().code != Code::kNotFound) co_return removed;
  co_return Result<void>();
}

// A namespace that is not there any more needs no finalizer off; kGone tells that one cannot be put on.
Task<Result<void>> patch_namespace(Parts parts, ClusterWorld& world, std::string ns, std::string patch, bool release) {
  auto answer = co_await parts.client.patch(kResource<api::Namespace>, {"", std::move(ns)}, PatchType::kMerge,
                                            SecretBytes(patch));
  if (answer) {
    world.wrote_namespace(*answer);
    co_return Result<void>();
  }
  if (answer.error().code != Code::kNotFound) co_return std::unexpected(std::move(answer).error());
  if (release) co_return Result<void>();
  co_return fail(Code::kGone, "the namespace is gone");
}

Task<Result<void>> write_child(Parts parts, std::string ns, ExternalSecretPtr live, std::string text) {
  Result<SecretBytes> answer = fail(Code::kInternal, "nothing was sent");
  if (live) {
    answer = co_await parts.client.patch(kResource<ExternalSecret>, live->metadata.key(), PatchType::kMerge,
                                         SecretBytes(text));
  } else {
    answer = co_await parts.client.create(kResource<ExternalSecret>, std::move(ns), SecretBytes(text));
  }
  if (!answer) co_return std::unexpected(std::move(answer).error());
  static_cast<void>(parts.world.wrote_external_secret(*answer));  // the watch shows it sooner or later
  co_return Result<void>();
}

}  // namespace

Task<Standing> act_in(Parts parts, ClusterWorld& world, std::string ns, NamespacePlan plan) {
  for (const ExternalSecretPtr& child : plan.removals) {
    const auto removed = co_await remove(parts, child);
    if (!removed) co_return after(removed.error(), "could not delete ExternalSecret " + child->metadata.name);
  }
  if (plan.release) {
    const auto released = co_await patch_namespace(parts, world, ns, *std::move(plan.release), true);
    if (!released) co_return after(released.error(), "could not take the finalizer off the namespace");
  }
  if (plan.claim) {
    const auto claimed = co_await patch_namespace(parts, world, ns, *std::move(plan.claim), false);
    if (!claimed) co_return after(claimed.error(), "could not put the finalizer on the namespace");
  }
  switch (plan.child) {
    case NamespacePlan::Child::kNone:
    case NamespacePlan::Child::kWait:
      co_return Standing{};
    case NamespacePlan::Child::kForeign:
      co_return Standing{Standing::Kind::kFailed, {Code::kAlreadyExists, std::string(kOccupied)}};
    case NamespacePlan::Child::kUnreadable:
      co_return Standing{Standing::Kind::kUnreadable, {Code::kInvalid, std::move(plan.text)}};
    case NamespacePlan::Child::kLeave:
      co_return Standing{Standing::Kind::kProvisioned};
    case NamespacePlan::Child::kCreate:
    case NamespacePlan::Child::kUpdate:
      break;
  }
  const bool creates = plan.child == NamespacePlan::Child::kCreate;
  const auto written = co_await write_child(parts, ns, plan.live, std::move(plan.text));
  if (!written) co_return after(written.error(), creates ? "could not create it" : "could not update it");
  co_return Standing{Standing::Kind::kProvisioned};
}

Task<Result<void>> patch_parent(Parts parts, ClusterWorld& world, ClusterExternalSecretPtr parent, std::string patch,
                                std::string subresource) {
  kube::WriteOptions options;
  options.subresource = std::move(subresource);
  auto answer = co_await parts.client.patch(kResource<ClusterExternalSecret>, parent->metadata.key(), PatchType::kMerge,
                                            SecretBytes(patch), std::move(options));
  if (answer) world.wrote_parent(*answer);
  if (!answer && answer.error().code != Code::kNotFound) co_return std::unexpected(std::move(answer).error());
  co_return Result<void>();
}

}  // namespace rotor::secrets::cluster
