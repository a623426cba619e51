#include "secrets/finish.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "secrets/items.hpp"
#include "template/keys.hpp"

namespace rotor::secrets {
namespace {

using api::es::DataFrom;
using api::es::ExternalSecret;
using api::es::RemoteRef;
using Rewritten = std::expected<SecretMap, tmpl::RewriteError>;

template <class T, class E>
std::expected<T, E> in_step(std::expected<T, E> result, std::string_view step) {
  if (!result) return std::unexpected(tmpl::prefixed(std::move(result).error(), step));
  return result;
}

// What a user chose for the keys and values of one item.
struct Choices {
  std::string_view conversion, decoding, null_bytes;
};

template <class Item>
Choices choices_of(const Item& item) {
  return {item.conversion_strategy, item.decoding_strategy, item.null_byte_policy};
}

Choices choices_of_map(const DataFrom& from) {
  if (from.find) return choices_of(*from.find);
  return from.extract ? choices_of(*from.extract) : Choices{};
}

std::string converting(std::string_view strategy) {
  return fmt::format("error applying conversion strategy {} to keys", strategy.empty() ? "Default" : strategy);
}

std::string decoding(std::string_view strategy) {
  return fmt::format("error applying decoding strategy {} to data", strategy);
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

Rewritten rename(SecretMap values, const DataFrom& from, std::string_view conversion,
                 const tmpl::Environment& environment) {
  if (from.rewrite.empty() && generates(from)) return values;
  if (from.rewrite.empty()) {
    return in_step(tmpl::convert_keys(std::move(values), conversion), converting(conversion));
  }
  std::vector<tmpl::RewriteOperation> operations;
  for (const auto& item : from.rewrite) operations.push_back(operation(item));
  return in_step(tmpl::rewrite(operations, std::move(values), environment), "error applying rewrite to keys");
}

// A failed transform is about its own template, which is what the author wants to see.
RenderFailure not_finished(const DataFrom& from, std::size_t i, tmpl::RewriteError error) {
  RenderFailure failure;
  if (error.fault) {
    failure.field = fmt::format("spec.dataFrom[{}].rewrite[{}].transform.template", i, error.operation);
    failure.text = SecretBytes(from.rewrite[error.operation].transform->tmpl);
    failure.fault = error.fault;
  }
  failure.error = in_item(std::move(error), map_item(from, i));
  return failure;
}

}  // namespace

std::expected<SecretMap, RenderFailure> finish_values(const ExternalSecret& es, Fetched fetched,
                                                      const tmpl::Environment& environment) {
  SecretMap all;
  for (std::size_t i = 0; i < es.spec.data_from.size(); ++i) {
    const DataFrom& from = es.spec.data_from[i];
    auto values = finish_map(std::move(fetched.data_from[i]), from, environment);
    if (!values) return std::unexpected(not_finished(from, i, std::move(values).error()));
    for (auto& [key, value] : *values) all.insert_or_assign(key, std::move(value));
  }
  for (std::size_t i = 0; i < es.spec.data.size(); ++i) {
    const api::es::Data& item = es.spec.data[i];
    if (!fetched.data[i]) continue;
    auto value = finish_value(*std::move(fetched.data[i]), item);
    if (!value) return std::unexpected(RenderFailure{in_item(std::move(value).error(), data_item(i, item))});
    all.insert_or_assign(item.secret_key, *std::move(value));
  }
  return all;
}

bool rewrites(const ExternalSecret& es) {
  return std::ranges::any_of(es.spec.data_from, [](const DataFrom& from) { return !from.rewrite.empty(); });
}

Rewritten finish_map(SecretMap values, const DataFrom& from, const tmpl::Environment& environment) {
  const Choices choices = choices_of_map(from);
  TRY(values, rename(std::move(values), from, choices.conversion, environment));
  TRY(values, in_step(tmpl::check_keys(std::move(values)),
                      "invalid secret keys (TIP: use rewrite or conversionStrategy to change keys)"));
  TRY(values, in_step(tmpl::decode_values(std::move(values), choices.decoding), decoding(choices.decoding)));
  TRY_VOID(tmpl::check_null_bytes(values, choices.null_bytes));
  return values;
}

Result<SecretBytes> finish_value(SecretBytes value, const api::es::Data& item) {
  const RemoteRef& ref = item.remote_ref;
  TRY(value, in_step(tmpl::decode_value(std::move(value), ref.decoding_strategy), decoding(ref.decoding_strategy)));
  TRY_VOID(tmpl::check_null_bytes(item.secret_key, value, ref.null_byte_policy));
  return value;
}

}  // namespace rotor::secrets
