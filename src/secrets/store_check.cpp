#include "secrets/store_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "admission/store.hpp"
#include "secrets/store_fields.hpp"

namespace rotor::secrets {
namespace {

using providers::Validity;

constexpr std::string_view kInvalidProviderConfig = "InvalidProviderConfig";

// Of one that is too short to be honoured.
std::string interval_note(const StoreView& store, const Options& options) {
  const auto own = api::es::parse_store_interval(store.spec.refresh_interval);
  if (!own || *own <= Duration::zero() || *own >= options.least_interval) return {};
  return fmt::format("spec.refreshInterval {} is raised to {}, the shortest that is allowed here",
                     store.spec.refresh_interval->text, format_duration(options.least_interval));
}

StoreVerdict bad(std::string_view reason, std::string_view message, Error error) {
  return {.status = "False",
          .reason = std::string(reason),
          .message = std::string(message),
          .error = std::move(error),
          .retry = true};
}

// An interval that cannot be read says nothing about the back end: what was found out of that stands, and who reads
// from it goes on.
StoreVerdict unread(Error interval) {
  StoreVerdict verdict = bad("InvalidStoreConfiguration", interval.message, interval);
  verdict.untold = true;
  return verdict;
}

Task<StoreVerdict> judge_store(Parts parts, StoreViewPtr view, providers::ReferenceGate& gate,
                               std::vector<std::string>& warnings) {
  const auto interval = api::es::parse_store_interval(view->spec.refresh_interval);
  if (!interval) co_return unread(interval.error());

  auto store = provider_store(*view);
  if (!store) co_return bad(kInvalidProviderConfig, "unable to create client", std::move(store).error());
  const auto provider = admission::provider_of(parts.registry, *store);
  if (!provider) co_return bad(kInvalidProviderConfig, "unable to create client", provider.error());
  auto checked = (*provider)->validate_store(*store);
  if (!checked) co_return bad(kInvalidProviderConfig, "unable to validate store", std::move(checked).error());
  warnings = *std::move(checked);

  providers::StoreContext context{*std::move(store), view->metadata.ns, gate, parts.options.allow_controller_identity};
  auto client = co_await (*provider)->make_client(std::move(context));
  if (!client) co_return bad(kInvalidProviderConfig, "unable to create client", std::move(client).error());
  auto validation = co_await (*client)->validate();
  co_await (*client)->close();

  if (validation.validity == Validity::kUnknown && validation.error) {
    co_return StoreVerdict{.status = "True",
                           .reason = std::string(kNotJudged),
                           .message = "could not determine validation status",
                           .error = std::move(validation.error)};
  }
  if (validation.validity == Validity::kError || validation.error) {
    Error error = validation.error.value_or(Error{Code::kInvalid, "the provider refused the store"});
    co_return bad(kInvalidProviderConfig, "unable to validate store", std::move(error));
  }
  co_return StoreVerdict{.status = "True",
                         .reason = "Valid",
                         .message = std::string(kStoreValidated),
                         .remark = interval_note(*view, parts.options),
                         .capabilities = std::string(to_string((*provider)->capability())),
                         .maintenance = (*provider)->maintenance()};
}

// A field that was misspelt may well be why the store fails: it is said with what fails.
void tell_ignored(StoreVerdict& verdict) {
  for (const std::string& field : verdict.ignored) {
    if (verdict.error) verdict.error->message += "; " + field;
  }
}

}  // namespace

Duration check_interval(const StoreView& store, const Options& options) {
  const auto own = api::es::parse_store_interval(store.spec.refresh_interval);
  return own && *own > Duration::zero() ? std::max(*own, options.least_interval) : options.store_interval;
}

Task<StoreVerdict> check_store(Parts parts, StoreViewPtr view, providers::ReferenceGate& gate) {
  std::vector<std::string> warnings;
  StoreVerdict verdict = co_await judge_store(parts, view, gate, warnings);
  verdict.warnings = std::move(warnings);
  if (const auto store = provider_store(*view)) verdict.ignored = ignored_fields(parts.registry, *store);
  tell_ignored(verdict);
  co_return verdict;
}

}  // namespace rotor::secrets
