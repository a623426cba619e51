// AWS Systems Manager Parameter Store: its dialect, and how parameters are found in it.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "providers/aws/parameter_store_wire.hpp"
#include "providers/aws/store_reader.hpp"
#include "providers/common/found_values.hpp"
#include "providers/common/name_filter.hpp"

namespace rotor::providers::aws {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kNilParameter = "invalid secret received. parameter value is nil for key";

Result<void> keep(FoundValues& into, Parameter parameter) {
  if (!parameter.value) return fail(Code::kInvalid, fmt::format("{}: {}", kNilParameter, parameter.name));
  return into.put(std::move(parameter.name), *std::move(parameter.value));
}

// Added to what is there.
Task<Result<SecretMap>> read_parameters_one_by_one(ApiClient& api, Names names, FoundValues all) {
  for (const std::string& name : names) {
    const Lookup<SecretBytes> answer = co_await api.call("GetParameter", parameter_request(name, ""));
    if (answer.absent()) continue;  // it vanished meanwhile
    if (answer.failed()) co_return std::unexpected(Error(answer.error()).prefixed("reading " + name));
    CO_TRY(Value value, read_parameter_value(*answer));
    CO_TRY_VOID(keep(all, {name, std::move(value.text)}));
  }
  co_return std::move(all).take();
}

// Every name that was asked for is answered, or said not to exist.
Result<void> take_batch(const SecretBytes& answer, std::span<const std::string> asked, FoundValues& into) {
  TRY(ParameterPage page, read_parameter_page("GetParameters", answer));
  std::set<std::string> answered(page.invalid.begin(), page.invalid.end());
  for (Parameter& parameter : page.parameters) {
    answered.insert(parameter.name);
    TRY_VOID(keep(into, std::move(parameter)));
  }
  const auto silent = std::ranges::find_if(asked, [&](const std::string& name) { return !answered.contains(name); });
  if (silent == asked.end()) return {};
  return fail(Code::kUnavailable, "GetParameters: the answer says nothing about " + *silent);
}

// Up to ten parameters a call; without the permission for that, one.
Task<Result<SecretMap>> read_named_parameters(ApiClient& api, Names names) {
  FoundValues all;
  for (std::size_t at = 0; at < names.size(); at += kParametersPerBatch) {
    const std::span<const std::string> some =
        std::span(names).subspan(at, std::min(kParametersPerBatch, names.size() - at));
    const Lookup<SecretBytes> answer = co_await api.call("GetParameters", parameters_request(some));
    if (answer) {
      CO_TRY_VOID(take_batch(*answer, some, all));
      continue;
    }
    if (answer.absent()) co_return fail(Code::kInvalid, answer.absence().what);
    if (answer.error().code != Code::kDenied) co_return std::unexpected(answer.error());
    Names rest(names.begin() + static_cast<std::ptrdiff_t>(at), names.end());
    co_return co_await read_parameters_one_by_one(api, std::move(rest), std::move(all));
  }
  co_return std::move(all).take();
}

Task<Result<SecretMap>> read_below(ApiClient& api, std::string path, NameFilter wanted) {
  FoundValues all;
  CO_TRY_VOID(required(co_await api.pages(
      "GetParametersByPath", [&](std::string_view token) { return parameters_by_path_request(path, token); },
      [&](const SecretBytes& answer) -> Result<std::string> {
        TRY(ParameterPage page, read_parameter_page("GetParametersByPath", answer));
        for (Parameter& parameter : page.parameters) {
          if (wanted.wants(parameter.name)) TRY_VOID(keep(all, std::move(parameter)));
        }
        return std::move(page.next_token);
      })));
  co_return std::move(all).take();
}

Task<Result<Names>> list_names(ApiClient& api, ParameterFilter filter, NameFilter wanted) {
  Names names;
  CO_TRY_VOID(required(co_await api.pages(
      "DescribeParameters", [&](std::string_view token) { return describe_parameters_request(filter, token); },
      [&](const SecretBytes& answer) -> Result<std::string> {
        TRY(ParameterPage page, read_parameter_page("DescribeParameters", answer));
        for (Parameter& parameter : page.parameters) {
          if (wanted.wants(parameter.name)) names.push_back(std::move(parameter.name));
        }
        return std::move(page.next_token);
      })));
  co_return std::move(names);
}

Result<void> check_tags(const TagMap& tags) {
  for (const auto& [key, value] : tags) {
    if (key.empty() || value.empty()) {
      return fail(Code::kInvalid, fmt::format("find.tags: Parameter Store cannot be searched for {}",
                                              key.empty() ? "a tag without a name"
                                                          : fmt::format("the empty value of the tag {}", key)));
    }
  }
  return {};
}

// By name, values come with the list. Who may not read by path may still list and read.
Task<Result<SecretMap>> find_by_name(ApiClient& api, FindRequest wanted) {
  const std::string path = wanted.path && !wanted.path->empty() ? *wanted.path : "/";
  CO_TRY(NameFilter filter, NameFilter::make(wanted.name_regexp));
  Result<SecretMap> read = co_await read_below(api, path, std::move(filter));
  if (read) co_return std::move(read);
  if (read.error().code != Code::kDenied) {
    co_return std::unexpected(std::move(read).error().prefixed("fetching parameters by path " + path));
  }
  CO_TRY(NameFilter again, NameFilter::make(wanted.name_regexp));
  CO_TRY(Names names, co_await list_names(api, {.path = path}, std::move(again)));
  co_return co_await read_named_parameters(api, std::move(names));
}

// A name decides alone when both are given, as in the existing operator.
Task<Result<SecretMap>> find_parameters(ApiClient& api, FindRequest wanted) {
  if (wanted.name_regexp) co_return co_await find_by_name(api, std::move(wanted));
  if (!wanted.tags) co_return fail(Code::kInvalid, "unexpected find operator: find needs a name or tags");
  ParameterFilter filter{.path = wanted.path.value_or(""), .tags = {wanted.tags->begin(), wanted.tags->end()}};
  CO_TRY_VOID(check_tags(filter.tags));
  CO_TRY(Names names, co_await list_names(api, std::move(filter), NameFilter()));
  co_return co_await read_named_parameters(api, std::move(names));
}

}  // namespace

const Dialect kParameterStore = {
    .api = {Service::kParameterStore, "AWS/ParameterStore", "AmazonSSM.", 20},
    .thing = "Parameter",
    .get = "GetParameter",
    .get_request = parameter_request,
    .read_value = read_parameter_value,
    .without_value = kNilParameter,
    .batch = kParameterBatch,
    .get_tags = "ListTagsForResource",
    .tags_request = parameter_tags_request,
    .read_tags = read_parameter_tags,
    .tags_failed = "error listing tags",
    .find = find_parameters,
};

}  // namespace rotor::providers::aws
