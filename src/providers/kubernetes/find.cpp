#include "providers/kubernetes/find.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "api/core/secret.hpp"
#include "providers/common/found_values.hpp"
#include "providers/common/name_filter.hpp"
#include "providers/kubernetes/not_text.hpp"
#include "providers/kubernetes/read.hpp"

namespace rotor::providers::kubernetes {

struct SecretList {
  std::string kind;
  std::optional<std::vector<api::Secret>> items;
};

}  // namespace rotor::providers::kubernetes

namespace rotor::json {

using namespace providers::kubernetes;

ROTOR_DESCRIBED(providers::kubernetes::SecretList);
ROTOR_DESCRIBE(SecretList, "A page of Secrets.", field<&SecretList::kind>("kind"), field<&SecretList::items>("items"));

}  // namespace rotor::json

namespace rotor::providers::kubernetes {
namespace {

constexpr std::string_view kTags = "unable to validate selector tags";
constexpr std::string_view kList = "unable to list secrets";

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// The second half of a label's name, and, when not empty, its value.
bool is_label_text(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_prefix(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    return (is_alphanumeric(c) && !(c >= 'A' && c <= 'Z')) || c == '-' || c == '.';
  });
}

bool is_label_name(std::string_view name) {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return is_label_text(name);
  return is_prefix(name.substr(0, slash)) && is_label_text(name.substr(slash + 1));
}

// What one pass over the list takes in.
struct Pass {
  kube::ListOptions options;
  NameFilter names;
  FoundValues found;
  NotText not_text;
};

// kGone: what the pages were of is forgotten; the list has to begin again.
Task<Result<void>> read_pages(kube::Client& client, CallCounter& calls, std::string ns, Pass& pass) {
  std::string continue_token;
  do {
    auto page = co_await client.list_page(kube::kResource<api::Secret>, ns, pass.options, continue_token);
    calls.count("Kubernetes", "ListSecrets", page.has_value());
    if (!page) co_return std::unexpected(std::move(page).error());
    const auto list = kube::decode<SecretList>(page->body);
    if (!list || list->kind != "SecretList" || !list->items) {
      co_return fail(Code::kUnavailable, "the server answered something else than a list of Secrets");
    }
    for (const api::Secret& secret : *list->items) {
      if (secret.metadata.name.empty()) co_return fail(Code::kUnavailable, "the list has a Secret without a name");
      if (!pass.names.wants(secret.metadata.name)) continue;
      CO_TRY_VOID(pass.found.put(secret.metadata.name, whole(secret.data)));
      pass.not_text.look(secret.metadata.name, secret.data);
    }
    continue_token = page->continue_token;
  } while (!continue_token.empty());
  co_return Result<void>();
}

Result<Pass> plan(const FindRequest& find) {
  Pass pass;
  if (find.tags) {
    TRY(pass.options.label_selector, label_selector(*find.tags));
    return pass;
  }
  if (!find.name_regexp) {
    return fail(Code::kInvalid,
                "unexpected find operator: set find.name.regexp or find.tags; find.path means nothing "
                "to the kubernetes provider");
  }
  TRY(pass.names, NameFilter::make(find.name_regexp));
  return pass;
}

}  // namespace

Result<std::string> label_selector(const kube::StringMap& tags) {
  std::string text;
  for (const auto& [name, value] : tags) {
    if (!is_label_name(name)) return fail(Code::kInvalid, fmt::format("{}: \"{}\" is no name of a label", kTags, name));
    if (!value.empty() && !is_label_text(value)) {
      return fail(Code::kInvalid, fmt::format("{}: the value of \"{}\" is none that a label can have", kTags, name));
    }
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
  }
  return text;
}

Task<Lookup<SecretMap>> find_secrets(kube::Client& client, CallCounter& calls, std::string ns, FindRequest find) {
  CO_TRY(Pass pass, plan(find));
  auto read = co_await read_pages(client, calls, ns, pass);
  if (!read && read.error().code == Code::kGone) {
    pass.found.clear();
    pass.not_text = {};
    read = co_await read_pages(client, calls, ns, pass);
  }
  if (!read) {
    // A list that the server does not have is no statement about any Secret.
    Error error = std::move(read).error();
    if (error.code == Code::kNotFound) error.code = Code::kUnavailable;
    co_return std::unexpected(std::move(error).prefixed(kList));
  }
  co_return Lookup<SecretMap>(std::move(pass.found).take())
      .altered_by(pass.not_text.said("dataFrom.extract reads each of its keys as it is"));
}

}  // namespace rotor::providers::kubernetes
