#include "kube/object/own_fields.hpp"

#include <algorithm>

#include "json/writer.hpp"

namespace rotor::kube {
namespace {

using json::Writer;

// Not the uid: a status is written whatever uid it names. No version: the object could not be read.
void write_version(Writer& writer, const ObjectMeta& metadata) {
  if (metadata.resource_version.empty()) return;
  writer.key("resourceVersion");
  writer.string(metadata.resource_version);
}

std::string finalizers_patch(const ObjectMeta& metadata, const std::vector<std::string>& finalizers) {
  std::string out;
  Writer writer(out);
  writer.begin_object();
  writer.key("metadata");
  writer.begin_object();
  write_version(writer, metadata);
  writer.key("finalizers");
  writer.begin_array();
  for (const std::string& finalizer : finalizers) writer.string(finalizer);
  writer.end_array();
  writer.end_object();
  writer.end_object();
  return out;
}

}  // namespace

bool has_finalizer(const ObjectMeta& metadata, std::string_view finalizer) {
  return std::ranges::find(metadata.finalizers, finalizer) != metadata.finalizers.end();
}

std::optional<std::string> add_finalizer_patch(const ObjectMeta& metadata, std::string_view finalizer) {
  if (has_finalizer(metadata, finalizer)) return std::nullopt;
  std::vector<std::string> finalizers = metadata.finalizers;
  finalizers.emplace_back(finalizer);
  return finalizers_patch(metadata, finalizers);
}

std::optional<std::string> remove_finalizer_patch(const ObjectMeta& metadata, std::string_view finalizer) {
  std::vector<std::string> finalizers = metadata.finalizers;
  if (std::erase(finalizers, finalizer) == 0) return std::nullopt;
  return finalizers_patch(metadata, finalizers);
}

std::optional<std::string> wrap_status_patch(const ObjectMeta& metadata, std::string_view patch) {
  if (patch == "{}") return std::nullopt;
  std::string out;
  Writer writer(out);
  writer.begin_object();
  if (!metadata.resource_version.empty()) {
    writer.key("metadata");
    writer.begin_object();
    write_version(writer, metadata);
    writer.end_object();
  }
  writer.key("status");
  writer.raw(patch);
  writer.end_object();
  return out;
}

}  // namespace rotor::kube
