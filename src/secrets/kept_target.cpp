#include "secrets/kept_target.hpp"

#include <algorithm>
#include <array>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "secrets/marks.hpp"
#include "secrets/ownership.hpp"

namespace rotor::secrets {
namespace {

// Copies those members of the object that are named; `descend` names one that is gone into instead.
template <std::size_t N, class Descend>
void copy_members(json::Reader& reader, json::Writer& writer, const std::array<std::string_view, N>& named,
                  std::string_view descend, Descend into) {
  writer.begin_object();
  if (reader.peek() == json::Kind::kObject) {
    std::string key;
    reader.begin_object();
    while (reader.next_member(key)) {
      if (key == descend) {
        writer.key(key);
        into();
        continue;
      }
      const std::string_view value = reader.read_raw();
      if (std::ranges::find(named, key) == named.end()) continue;
      writer.key(key);
      writer.raw(value);
    }
  } else {
    reader.read_raw();
  }
  writer.end_object();
}

std::string owner_among(const std::vector<kube::OwnerReference>& owners) {
  const auto found = std::ranges::find_if(owners, is_external_secret);
  return found == owners.end() ? std::string() : found->name;
}

// What is kept of every Secret.
KeptTarget without_text_of(const kube::ObjectMeta& metadata) {
  KeptTarget kept;
  kept.metadata = {metadata.ns, metadata.name, metadata.uid, metadata.resource_version};
  kept.owner = owner_among(metadata.owner_references);
  const auto hash = metadata.labels.find(std::string(kOwnerLabel));
  if (hash != metadata.labels.end()) kept.owner_hash = hash->second;
  return kept;
}

}  // namespace

std::string fields_in_question(std::string_view fields_v1) {
  constexpr std::array<std::string_view, 1> kOutside = {"f:data"};
  constexpr std::array<std::string_view, 2> kOfMetadata = {"f:annotations", "f:labels"};
  std::string out;
  json::Reader reader(fields_v1);
  json::Writer writer(out);
  copy_members(reader, writer, kOutside, "f:metadata", [&] { copy_members(reader, writer, kOfMetadata, {}, [] {}); });
  return reader.finish() ? out : std::string(fields_v1);
}

KeptTarget KeptTarget::without_text() const {
  KeptTarget out;
  out.metadata = metadata;
  out.owner = owner;
  out.owner_hash = owner_hash;
  return out;
}

TargetPtr KeptTarget::whole() const {
  if (reduced()) return nullptr;
  auto read = json::read<kube::ObjectMeta>(text.unpack());
  if (!read) return nullptr;  // it was written by json::write()
  Target target{.metadata = *std::move(read), .type = type, .immutable = immutable, .actual_hash = other_hash};
  const auto* hash = target.annotation(kDataHashAnnotation);
  if (target.actual_hash.empty() && hash != nullptr) target.actual_hash = *hash;
  return std::make_shared<const Target>(std::move(target));
}

KeptTarget keep_target(Target target, TextPacker& packer) {
  kube::ObjectMeta& metadata = target.metadata;
  KeptTarget kept = without_text_of(metadata);
  if (!target.hash_matches()) kept.other_hash = std::move(target.actual_hash);
  for (kube::ManagedFieldsEntry& entry : metadata.managed_fields) {
    std::string fields = fields_in_question(entry.fields_v1.text);
    entry = {.manager = std::move(entry.manager), .fields_v1 = {std::move(fields)}};
  }
  kept.type = std::move(target.type);
  kept.immutable = target.immutable;
  kept.text = packer.pack(json::write(metadata));
  return kept;
}

Result<KeptTarget> read_reduced_target(std::string_view secret_json) {
  TRY(const kube::PartialObject object, json::read<kube::PartialObject>(secret_json));
  return without_text_of(object.metadata);
}

Result<KeptTarget> TargetKeeper::keep(std::string_view secret_json) {
  TRY(Target target, decode_target(secret_json));
  return keep_target(std::move(target), packer_);
}

}  // namespace rotor::secrets
