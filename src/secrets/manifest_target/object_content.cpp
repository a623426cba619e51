#include "secrets/manifest_target/object_content.hpp"

#include <fmt/format.h>

#include "json/object_hash.hpp"
#include "secrets/marks.hpp"

namespace rotor::secrets {

std::string_view content_member(const json::Object& object) {
  for (const std::string_view name : {"spec", "data"}) {
    const auto* member = object.if_contains(name);
    if (member != nullptr && !member->is_null()) return name;
  }
  return {};
}

Result<std::string> content_hash(const json::Object& object) {
  const std::string_view member = content_member(object);
  if (!member.empty()) return json::object_hash(object.at(member));
  return fail(Code::kInvalid, "generic target content does not have a spec or data field for content hashing");
}

std::string stored_as(std::string_view written, std::string_view stored) {
  return fmt::format("{}={}", written, stored);
}

bool tells_of(std::string_view stored_as, std::string_view written) {
  return stored_as.size() > written.size() && stored_as.starts_with(written) && stored_as[written.size()] == '=';
}

Result<Target> decode_object(std::string_view object_json) {
  TRY(auto identity, json::read<kube::PartialObject>(object_json));
  TRY(const json::Value document, json::parse(object_json));
  if (!document.is_object()) return fail(Code::kInvalid, "it is no object");
  Target target;
  // An API server leaves empty data out.
  target.actual_hash = content_hash(document.get_object()).value_or(json::object_hash(json::Value(json::Object{})));
  target.metadata = std::move(identity.metadata);
  keep_our_fields(target.metadata);
  const std::string* written = target.annotation(kDataHashAnnotation);
  const std::string* made = target.annotation(kStoredAsAnnotation);
  if (written != nullptr && made != nullptr && *made == stored_as(*written, target.actual_hash)) {
    target.actual_hash = *written;
  }
  return target;
}

}  // namespace rotor::secrets
