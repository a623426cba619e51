#include "local/schema_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "api/externalsecrets/crds.hpp"

namespace rotor::local {
namespace {

namespace schema = apiserver::schema;

std::string api_version_of(const json::Object& object) {
  return std::string(json::find_string(json::Value(object), "apiVersion"));
}

}  // namespace

Result<SchemaCheck> SchemaCheck::make() {
  TRY(const json::Value crd, json::parse(api::es::external_secret_crd()));
  SchemaCheck check;
  for (const json::Value& version : json::find(crd, "spec.versions")->as_array()) {
    TRY(auto compiled, schema::compile(json::find(version, "schema.openAPIV3Schema")->as_object(), api::es::kGroup,
                                       json::find_string(version, "name"), "ExternalSecret", true));
    check.versions_.push_back(std::move(compiled));
  }
  return check;
}

bool SchemaCheck::knows(std::string_view api_version) const {
  return std::ranges::any_of(versions_, [&](const auto& kind) { return kind->api_version() == api_version; });
}

Result<SchemaCheck::Checked> SchemaCheck::check(json::Object object) const {
  const std::string api_version = api_version_of(object);
  const auto kind = std::ranges::find_if(versions_, [&](const auto& k) { return k->api_version() == api_version; });
  if (kind == versions_.end()) return fail(Code::kInvalid, fmt::format("ExternalSecret of {} is unknown", api_version));
  auto decoded = schema::decode(**kind, std::move(object), schema::FieldValidation::kWarn);
  if (!decoded) return fail(Code::kInvalid, std::move(decoded).error().message);
  std::string faults;
  for (const auto& fault : schema::validate(**kind, decoded->object)) {
    faults += fmt::format("{}{}: {}", faults.empty() ? "" : "; ", fault.field, fault.message);
  }
  if (!faults.empty()) return fail(Code::kInvalid, std::move(faults));
  TRY(auto es, json::read<api::es::ExternalSecret>(json::serialize(decoded->object)));
  return Checked{std::move(es), std::move(decoded->warnings)};
}

}  // namespace rotor::local
