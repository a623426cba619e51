// dataFrom.find: which secrets of a project match, and their latest values.
#include <algorithm>

#include <fmt/format.h>

#include "providers/common/found_values.hpp"
#include "providers/gcp/secret_manager.hpp"

namespace rotor::providers::gcp {
namespace {

// A text in a filter. https://cloud.google.com/secret-manager/docs/filtering
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

bool by_name(const FindRequest& find) { return find.name_regexp.has_value(); }

// Letters of any script, digits, `-` and `_`: what a label's name may be made of, and nothing that a filter would
// take for its own syntax.
bool is_label(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c >= 0x80;
  });
}

}  // namespace

Result<std::string> list_filter(const FindRequest& find) {
  std::string filter;
  const auto add = [&filter](const std::string& term) { filter += (filter.empty() ? "" : " ") + term; };
  if (!by_name(find) && find.tags) {
    for (const auto& [name, value] : *find.tags) {
      if (!is_label(name)) return fail(Code::kInvalid, fmt::format("find.tags: \"{}\" is no name of a label", name));
      add(fmt::format("labels.{}={}", name, quoted(value)));
    }
  }
  if (find.path && !find.path->empty()) add("name:" + quoted(*find.path));
  return filter;
}

bool is_wanted(const SecretInfo& secret, const FindRequest& find, const NameFilter& filter) {
  const std::string name = short_name(secret.name);
  if (find.path && !name.starts_with(*find.path)) return false;
  if (by_name(find)) return filter.wants(name);
  return std::ranges::all_of(*find.tags, [&](const auto& tag) {
    if (!secret.labels) return false;
    const auto label = secret.labels->find(tag.first);
    return label != secret.labels->end() && label->second == tag.second;
  });
}

Task<Result<std::vector<std::string>>> SecretManager::names(FindRequest find) {
  CO_TRY(const NameFilter filter, NameFilter::make(find.name_regexp));
  CO_TRY(std::string terms, list_filter(find));
  std::vector<std::string> found;
  const Rest::EachItem each = [&](std::string_view item) -> Result<void> {
    TRY(const SecretInfo secret, read_secret_info(item));
    if (is_wanted(secret, find, filter)) found.push_back(short_name(secret.name));
    return {};
  };
  auto listed = co_await rest_->list("ListSecrets", secrets(), "secrets", std::move(terms), each);
  if (listed.absent()) co_return fail(Code::kInvalid, "failed to list secrets: " + listed.absence().what);
  if (listed.failed()) {
    Error error = listed.error();
    co_return std::unexpected(std::move(error).prefixed("failed to list secrets"));
  }
  co_return found;
}

Task<Lookup<SecretMap>> SecretManager::get_all(FindRequest find) {
  const bool by_tags = find.tags && !find.tags->empty();
  if (!by_name(find) && !by_tags) {
    co_return fail(Code::kInvalid, "unexpected find operator: give find.name.regexp or find.tags");
  }
  if (!rest_) co_return fail(Code::kInvalid, "provider GCP is not initialized: there is no consumer");
  CO_TRY(const std::vector<std::string> wanted, co_await names(std::move(find)));
  FoundValues out;
  for (const std::string& name : wanted) {
    auto value = co_await value_of(name, "");
    if (value.absent()) continue;  // without a version, or deleted since it was listed
    if (value.failed()) {
      Error error = value.error();
      co_return std::unexpected(std::move(error).prefixed(fmt::format("secret {}", name)));
    }
    CO_TRY_VOID(out.put(name, (*value)->bytes));
  }
  co_return std::move(out).take();
}

}  // namespace rotor::providers::gcp
