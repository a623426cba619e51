#include "secrets/finalizer.hpp"

#include <algorithm>

#include "json/writer.hpp"

namespace rotor::secrets {
namespace {

Task<Result<SecretBytes>> write(Parts parts, ExternalSecretPtr es, std::vector<std::string> finalizers) {
  SecretBytes patch(finalizers_patch(es->metadata, finalizers));
  kube::Key key = es->metadata.key();
  co_return co_await parts.client.patch(kube::kResource<ExternalSecret>, std::move(key), kube::PatchType::kMerge,
                                        std::move(patch));
}

}  // namespace

bool has_finalizer(const ExternalSecret& es) {
  return std::ranges::find(es.metadata.finalizers, kFinalizer) != es.metadata.finalizers.end();
}

Task<Result<void>> add_finalizer(Parts parts, ExternalSecretPtr es) {
  std::vector<std::string> finalizers = es->metadata.finalizers;
  finalizers.emplace_back(kFinalizer);
  CO_TRY(const SecretBytes answer, co_await write(parts, es, std::move(finalizers)));
  CO_TRY_VOID(parts.world.wrote_external_secret(answer));
  co_return Result<void>();
}

Task<Result<void>> remove_finalizer(Parts parts, ExternalSecretPtr es) {
  std::vector<std::string> finalizers = es->metadata.finalizers;
  if (std::erase(finalizers, kFinalizer) == 0) co_return Result<void>();
  auto answer = co_await write(parts, es, std::move(finalizers));
  if (!answer && answer.error().code != Code::kNotFound) co_return std::unexpected(std::move(answer).error());
  co_return Result<void>();
}

std::string finalizers_patch(const kube::ObjectMeta& metadata, const std::vector<std::string>& finalizers) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.key("metadata");
  writer.begin_object();
  if (!metadata.resource_version.empty()) {
    writer.key("resourceVersion");
    writer.string(metadata.resource_version);
  }
  writer.key("finalizers");
  writer.begin_array();
  for (const std::string& finalizer : finalizers) writer.string(finalizer);
  writer.end_array();
  writer.end_object();
  writer.end_object();
  return out;
}

}  // namespace rotor::secrets
