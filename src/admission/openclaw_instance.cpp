#include "admission/openclaw_instance.hpp"

#include "admission/instance_findings.hpp"
#include "api/openclaw/instance.hpp"
#include "api/openclaw/name.hpp"

namespace rotor::admission {
namespace {

json::Value spec_of(const json::Value& object) {
  const json::Value* spec = json::find(object, "spec");
  return spec != nullptr && spec->is_object() ? *spec : json::Value(json::Object{});
}

// The claim is made once; another class would be a wish that nobody fulfils.
void check_storage_class(const json::Value& before, const json::Value& after, InstanceFindings& out) {
  constexpr std::string_view kClass = "storage.persistence.storageClass";
  const std::string_view was = json::find_string(before, kClass);
  const std::string_view is = json::find_string(after, kClass);
  if (was.empty() || is.empty() || was == is) return;
  out.deny(
      fmt::format("spec.{}: storage class is immutable after creation: it is \"{}\"; set it back, or move the data "
                  "to a claim of the other class and name that in existingClaim",
                  kClass, was));
}

Verdict only_warned_of(InstanceFindings found) {
  Verdict verdict;
  for (const std::string& violation : found.violations) {
    verdict.warnings.push_back("stored before it was checked, and refused at its next change: " + violation);
  }
  verdict.warnings.insert(verdict.warnings.end(), found.warnings.begin(), found.warnings.end());
  return verdict;
}

}  // namespace

Verdict judge_openclaw_instance(const Change& change, const providers::ProviderRegistry&) {
  const auto typed = json::read<api::OpenClawInstance>(change.object);
  const auto object = json::parse(change.object);
  if (!typed || !object) {
    const Error& error = typed ? object.error() : typed.error();
    return {.violations = {"the OpenClawInstance cannot be read: " + error.message}};
  }
  const json::Value spec = spec_of(*object);
  InstanceFindings found;
  if (change.old.empty()) {
    if (std::string problem = api::instance_name_problem(typed->metadata.name); !problem.empty()) found.deny(problem);
  }
  const auto old = change.old.empty() ? Result<json::Value>(json::Value()) : json::parse(change.old);
  const json::Value before = old ? spec_of(*old) : json::Value();
  if (!change.old.empty()) check_storage_class(before, spec, found);
  InstanceFindings rest = examine_instance(spec);
  found.violations.insert(found.violations.end(), rest.violations.begin(), rest.violations.end());
  found.warnings = std::move(rest.warnings);
  // Otherwise nobody could take its finalizer off, and it could never be deleted.
  if (!change.old.empty() && before == spec) return only_warned_of(std::move(found));
  return {.violations = std::move(found.violations), .warnings = std::move(found.warnings)};
}

}  // namespace rotor::admission
