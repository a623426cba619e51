#include "openclaw/instance_writer.hpp"

#include "kube/object/own_fields.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {

Task<Result<InstancePtr>> InstanceWriter::patch(InstancePtr instance, std::string patch, std::string subresource) {
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  options.subresource = std::move(subresource);
  CO_TRY(const SecretBytes body,
         co_await client_.patch(kube::kResource<api::OpenClawInstance>, instance->metadata.key(),
                                kube::PatchType::kMerge, SecretBytes(patch), options));
  co_return view_.instances.wrote(body);
}

Task<Result<InstancePtr>> InstanceWriter::status(InstancePtr instance, api::InstanceStatus after) {
  auto changes = kube::status_patch(instance->metadata, instance->status, after);
  if (!changes) co_return instance;
  co_return co_await patch(std::move(instance), *std::move(changes), "status");
}

}  // namespace rotor::openclaw
