#include "secrets/finalizer.hpp"

#include "kube/object/own_fields.hpp"

namespace rotor::secrets {
namespace {

Task<Result<SecretBytes>> write(Parts parts, ExternalSecretPtr es, std::string patch) {
  kube::Key key = es->metadata.key();
  co_return co_await parts.client.patch(kube::kResource<ExternalSecret>, std::move(key), kube::PatchType::kMerge,
                                        SecretBytes(patch));
}

}  // namespace

bool has_finalizer(const ExternalSecret& es) { return kube::has_finalizer(es.metadata, kFinalizer); }

Task<Result<void>> add_finalizer(Parts parts, ExternalSecretPtr es) {
  auto patch = kube::add_finalizer_patch(es->metadata, kFinalizer);
  if (!patch) co_return Result<void>();
  CO_TRY(const SecretBytes answer, co_await write(parts, es, *std::move(patch)));
  CO_TRY_VOID(parts.world.wrote_external_secret(answer));
  co_return Result<void>();
}

Task<Result<void>> remove_finalizer(Parts parts, ExternalSecretPtr es) {
  auto patch = kube::remove_finalizer_patch(es->metadata, kFinalizer);
  if (!patch) co_return Result<void>();
  auto answer = co_await write(parts, es, *std::move(patch));
  if (!answer && answer.error().code != Code::kNotFound) co_return std::unexpected(std::move(answer).error());
  co_return Result<void>();
}

}  // namespace rotor::secrets
