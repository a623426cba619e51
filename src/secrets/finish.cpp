#include "secrets/finish.hpp"

#include <fmt/format.h>

#include "template/keys.hpp"
#include "template/rewrite.hpp"

namespace rotor::secrets {
namespace {

using api::es::RemoteRef;

template <class T>
Result<T> in_step(Result<T> result, std::string_view step) {
  if (!result) return std::unexpected(std::move(result).error().prefixed(step));
  return result;
}

std::string converting(const RemoteRef& ref) {
  const std::string_view strategy = ref.conversion_strategy;
  return fmt::format("error applying conversion strategy {} to keys", strategy.empty() ? "Default" : strategy);
}

std::string decoding(const RemoteRef& ref) {
  return fmt::format("error applying decoding strategy {} to data", ref.decoding_strategy);
}

tmpl::RewriteOperation operation(const api::es::Rewrite& item) {
  if (item.regexp) return tmpl::RewriteRegexp{item.regexp->source, item.regexp->target};
  if (item.transform) return tmpl::RewriteTransform{item.transform->tmpl};
  if (!item.merge) return {};
  const auto& merge = *item.merge;
  return tmpl::RewriteMerge{.into = merge.into,
                            .priority = merge.priority,
                            .ignore_missing_priority = merge.priority_policy == "IgnoreNotFound",
                            .ignore_conflicts = merge.conflict_policy == "Ignore",
                            .strategy = merge.strategy};
}

Result<SecretMap> rename(SecretMap values, const api::es::DataFrom& from, const RemoteRef& ref,
                         const tmpl::Environment& environment) {
  if (from.rewrite.empty()) {
    return in_step(tmpl::convert_keys(std::move(values), ref.conversion_strategy), converting(ref));
  }
  std::vector<tmpl::RewriteOperation> operations;
  for (const auto& item : from.rewrite) operations.push_back(operation(item));
  return in_step(tmpl::rewrite(operations, std::move(values), environment), "error applying rewrite to keys");
}

}  // namespace

Result<SecretMap> finish_map(SecretMap values, const api::es::DataFrom& from, const RemoteRef& ref,
                             const tmpl::Environment& environment) {
  TRY(values, rename(std::move(values), from, ref, environment));
  TRY(values, in_step(tmpl::check_keys(std::move(values)),
                      "invalid secret keys (TIP: use rewrite or conversionStrategy to change keys)"));
  TRY(values, in_step(tmpl::decode_values(std::move(values), ref.decoding_strategy), decoding(ref)));
  TRY_VOID(tmpl::check_null_bytes(values, ref.null_byte_policy));
  return values;
}

Result<SecretBytes> finish_value(SecretBytes value, const api::es::Data& item) {
  const RemoteRef& ref = item.remote_ref;
  TRY(value, in_step(tmpl::decode_value(std::move(value), ref.decoding_strategy), decoding(ref)));
  TRY_VOID(tmpl::check_null_bytes(item.secret_key, value, ref.null_byte_policy));
  return value;
}

}  // namespace rotor::secrets
