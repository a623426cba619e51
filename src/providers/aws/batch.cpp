#include "providers/aws/batch.hpp"

#include <algorithm>

#include "providers/aws/parameter_store_wire.hpp"
#include "providers/aws/secrets_manager_wire.hpp"

namespace rotor::providers::aws {
namespace {

bool is_arn(std::string_view id) { return id.starts_with("arn:"); }

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool lists(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

template <class Found>
bool is_called(const Found& found, const std::string& id) {
  return found.name == id || found.arn == id;
}

// The one of `all` that is meant; null when none is, or more than one could be.
template <class Found, class IsMeant>
Found* only(std::vector<Found>& all, IsMeant is_meant) {
  const auto first = std::ranges::find_if(all, is_meant);
  if (first == all.end() || std::find_if(std::next(first), all.end(), is_meant) != all.end()) return nullptr;
  return &*first;
}

bool takes_current(std::string_view version) { return version.empty() || version == kCurrentStage; }

SecretBytes request_secrets(std::span<const Wanted> wanted) {
  std::vector<std::string> ids;
  for (const Wanted& one : wanted) ids.push_back(one.id);
  return batch_request(ids);
}

Result<BatchAnswers> read_secrets(const SecretBytes& answer, std::span<const Wanted> asked) {
  TRY(ValuePage page, read_value_page(answer));
  BatchAnswers answers;
  for (const Wanted& one : asked) {
    std::optional<ValueLookup>& said = answers.emplace_back();
    NamedValue* const found = only(page.values, [&](const NamedValue& value) { return is_called(value, one.id); });
    const bool gone = lists(page.gone, one.id);
    if (lists(page.unread, one.id) || (gone && found != nullptr)) continue;
    if (gone) said = Absent{"Errors lists it as not found"};
    if (found != nullptr) said = ValuePtr(std::make_shared<Value>(std::move(found->value)));
  }
  return answers;
}

bool takes_any(std::string_view /*version*/) { return true; }

SecretBytes request_parameters(std::span<const Wanted> wanted) {
  std::vector<std::string> names;
  for (const Wanted& one : wanted) names.push_back(parameter_selector(one.id, one.version));
  return parameters_request(names);
}

// An emulator may leave the selector out: a number can be told by the parameter's own.
bool is_version(const Parameter& found, const std::string& version) {
  if (!found.selector.empty()) return found.selector == ":" + version;
  return version.empty() || (is_number(version) && found.version == version);
}

// InvalidParameters is a list of names without a reason: whether one is missing, has no such version or is written
// wrongly, the call for it alone says.
Result<BatchAnswers> read_parameters(const SecretBytes& answer, std::span<const Wanted> asked) {
  TRY(ParameterPage page, read_parameter_page(kParameterBatch.operation, answer));
  BatchAnswers answers;
  for (const Wanted& one : asked) {
    std::optional<ValueLookup>& said = answers.emplace_back();
    if (lists(page.invalid, parameter_selector(one.id, one.version))) continue;
    Parameter* const found = only(page.parameters, [&](const Parameter& parameter) {
      return is_called(parameter, one.id) && is_version(parameter, one.version);
    });
    if (found == nullptr) continue;
    Value value{.text = std::move(found->value), .version = std::move(found->version)};
    said = ValuePtr(std::make_shared<Value>(std::move(value)));
  }
  return answers;
}

}  // namespace

const Batch kSecretBatch = {
    .operation = "BatchGetSecretValue",
    .most = kSecretsPerBatch,
    .own_quota = true,  // 100 calls a second by account and region, beside 10 000 for single secrets
    .takes = takes_current,
    .request = request_secrets,
    .read = read_secrets,
};

const Batch kParameterBatch = {
    .operation = "GetParameters",
    .most = kParametersPerBatch,
    .own_quota = false,
    .takes = takes_any,
    .request = request_parameters,
    .read = read_parameters,
};

bool go_together(const Wanted& a, const Wanted& b) { return a.id != b.id && is_arn(a.id) == is_arn(b.id); }

Refused meaning_of(const Batch& batch, bool worked, const NoValue& refusal) {
  const auto* const error = std::get_if<Error>(&refusal);
  if (error == nullptr) return Refused::kAskAlone;
  switch (error->code) {
    case Code::kInvalid:  // one of the names is no name, or the answer would be too long
      return Refused::kAskAlone;
    case Code::kDenied:
      return Refused::kAlwaysAlone;
    case Code::kUnavailable:  // an emulator that knows no batches, or a service that is away
      return worked ? Refused::kEverybodys : Refused::kAlwaysAlone;
    case Code::kThrottled:
      return batch.own_quota ? Refused::kAlwaysAlone : Refused::kEverybodys;
    default:
      return Refused::kEverybodys;
  }
}

}  // namespace rotor::providers::aws
