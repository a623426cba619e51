#include "providers/kubernetes/review.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "json/document.hpp"
#include "json/writer.hpp"

namespace rotor::providers::kubernetes {
namespace {

constexpr kube::Resource kRules{"authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview",
                                false};
constexpr kube::Resource kAccess{"authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview",
                                 false};

bool has_any(const json::Value& rule, std::string_view member, std::initializer_list<std::string_view> words,
             bool when_absent) {
  const json::Value* list = json::find(rule, member);
  if (list == nullptr || !list->is_array() || list->as_array().empty()) return when_absent;
  return std::ranges::any_of(list->as_array(), [&words](const json::Value& item) {
    return item.is_string() && std::ranges::find(words, std::string_view(item.as_string())) != words.end();
  });
}

bool rules_allow(const json::Value& review) {
  const json::Value* rules = json::find(review, "status.resourceRules");
  if (rules == nullptr || !rules->is_array()) return false;
  return std::ranges::any_of(rules->as_array(), [](const json::Value& rule) {
    return has_any(rule, "resources", {"secrets", "*"}, false) && has_any(rule, "verbs", {"get", "*"}, false) &&
           has_any(rule, "apiGroups", {"", "*"}, true);
  });
}

Task<Result<json::Value>> ask(kube::Client& client, kube::Resource resource, std::string body) {
  CO_TRY(const SecretBytes answer, co_await client.create(resource, "", SecretBytes(body)));
  co_return json::parse(answer.reveal());
}

}  // namespace

Task<Result<bool>> may_read_secrets(kube::Client& client, std::string ns) {
  const std::string quoted = json::quote(ns);
  std::string rules = fmt::format(
      R"({{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectRulesReview","spec":{{"namespace":{}}}}})",
      quoted);
  CO_TRY(const json::Value review, co_await ask(client, kRules, std::move(rules)));
  if (rules_allow(review)) co_return true;
  std::string access = fmt::format(
      R"({{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{{"resourceAttributes":)"
      R"({{"resource":"secrets","namespace":{},"verb":"get"}}}}}})",
      quoted);
  CO_TRY(const json::Value answer, co_await ask(client, kAccess, std::move(access)));
  const json::Value* allowed = json::find(answer, "status.allowed");
  co_return allowed != nullptr && allowed->is_bool() && allowed->as_bool();
}

}  // namespace rotor::providers::kubernetes
