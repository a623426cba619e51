#include "secrets/finish.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/quote.hpp"
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

// A template that names another field than .value makes a key of these words.
Result<void> check_names(const SecretMap& values) {
  constexpr std::string_view kNothing = "<no value>";
  for (const auto& [key, value] : values) {
    if (!key.contains(kNothing)) continue;
    return fail(Code::kInvalid,
                fmt::format("a key became {}: the only field of a transform's template is .value", go_quote(key)));
  }
  return {};
}

bool may_conflict(const std::vector<tmpl::RewriteOperation>& operations) {
  return std::ranges::any_of(operations, [](const auto& operation) {
    const auto* merge = std::get_if<tmpl::RewriteMerge>(&operation);
    return merge != nullptr && !merge->ignore_conflicts;
  });
}

// Would it work if the later of two members with one name counted?
bool conflicts_alone(std::vector<tmpl::RewriteOperation> operations, SecretMap values,
                     const tmpl::Environment& environment) {
  for (auto& operation : operations) {
    if (auto* merge = std::get_if<tmpl::RewriteMerge>(&operation)) merge->ignore_conflicts = true;
  }
  return tmpl::rewrite(operations, std::move(values), environment).has_value();
}

bool renames_alone(const std::vector<tmpl::RewriteOperation>& operations) {
  return std::ranges::none_of(
      operations, [](const auto& operation) { return std::holds_alternative<tmpl::RewriteMerge>(operation); });
}

Rewritten rewritten(const std::vector<tmpl::RewriteOperation>& operations, SecretMap values,
                    const tmpl::Environment& environment) {
  const SecretMap before = may_conflict(operations) ? values : SecretMap();
  auto made = tmpl::rewrite(operations, std::move(values), environment);
  if (!made && may_conflict(operations) && conflicts_alone(operations, before, environment)) {
    made.error().message +=
        "; with merge.conflictPolicy: Ignore the later one counts, and merge.priority says which comes last";
  }
  if (made) TRY_VOID(check_names(*made));
  return made;
}

Rewritten rename(SecretMap values, const DataFrom& from, std::string_view conversion,
                 const tmpl::Environment& environment, std::size_t& lost) {
  if (from.rewrite.empty() && generates(from)) return values;
  if (from.rewrite.empty()) {
    return in_step(tmpl::convert_keys(std::move(values), conversion), converting(conversion));
  }
  std::vector<tmpl::RewriteOperation> operations;
  for (const auto& item : from.rewrite) operations.push_back(operation(item));
  const std::size_t keys = values.size();
  auto made = rewritten(operations, std::move(values), environment);
  if (made && renames_alone(operations)) lost = keys - made->size();
  return in_step(std::move(made), "error applying rewrite to keys");
}

// Of a value that takes the place of an earlier one of its name.
void note_source(const std::vector<api::es::SourceVersion>& sources, std::size_t item, const std::string& key,
                 api::es::StoreVersions& versions) {
  versions.keys.erase(key);
  if (item < sources.size() && !sources[item].version.empty()) versions.keys.emplace(key, std::vector{sources[item]});
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
                                                      const tmpl::Environment& environment, Finished* finished) {
  SecretMap all;
  Finished unasked;
  Finished& notes = finished == nullptr ? unasked : *finished;
  for (std::size_t i = 0; i < es.spec.data_from.size(); ++i) {
    const DataFrom& from = es.spec.data_from[i];
    std::size_t lost = 0;
    auto values = finish_map(std::move(fetched.data_from[i]), from, environment, &lost);
    if (!values) return std::unexpected(not_finished(from, i, std::move(values).error()));
    if (lost > 0) {
      notes.remarks.push_back(
          fmt::format("spec.dataFrom[{}].rewrite gives {} key{} the name of another, whose value counts", i, lost,
                      lost == 1 ? "" : "s"));
    }
    for (auto& [key, value] : *values) {
      note_source(fetched.data_from_sources, i, key, notes.versions);
      all.insert_or_assign(key, std::move(value));
    }
  }
  for (std::size_t i = 0; i < es.spec.data.size(); ++i) {
    const api::es::Data& item = es.spec.data[i];
    if (!fetched.data[i]) continue;
    auto value = finish_value(*std::move(fetched.data[i]), item);
    if (!value) return std::unexpected(RenderFailure{in_item(std::move(value).error(), data_item(i, item))});
    note_source(fetched.data_sources, i, item.secret_key, notes.versions);
    all.insert_or_assign(item.secret_key, *std::move(value));
  }
  return all;
}

bool rewrites(const ExternalSecret& es) {
  return std::ranges::any_of(es.spec.data_from, [](const DataFrom& from) { return !from.rewrite.empty(); });
}

Rewritten finish_map(SecretMap values, const DataFrom& from, const tmpl::Environment& environment, std::size_t* lost) {
  const Choices choices = choices_of_map(from);
  std::size_t dropped = 0;
  TRY(values, rename(std::move(values), from, choices.conversion, environment, dropped));
  if (lost != nullptr) *lost = dropped;
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
