#include "apiserver/schema/rules.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <string>

#include "api/validation.hpp"

namespace rotor::apiserver::schema {

namespace {

const json::Value* member(const json::Value& self, std::string_view name) {
  const auto* object = self.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}
bool has(const json::Value& self, std::string_view name) {
  const json::Value* value = member(self, name);
  return value != nullptr && !value->is_null();
}

bool store_ref_is_usable(const json::Value& self) {
  const json::Value* ref = member(self, "storeRef");
  return ref != nullptr && (has(*ref, "name") || has(*ref, "labelSelector"));
}

bool rewrites_single_keys(const json::Value& self) {
  const json::Value* rewrite = member(self, "rewrite");
  const bool rewrites = rewrite != nullptr && rewrite->is_array() && !rewrite->get_array().empty();
  return !has(self, "remoteKey") || !rewrites;
}

bool one_rewrite(const json::Value& self) { return has(self, "regexp") != has(self, "transform"); }
bool project_or_group(const json::Value& self) { return has(self, "projectID") != has(self, "groupID"); }
bool secret_or_oidc(const json::Value& self) { return has(self, "secretRef") != has(self, "oidcConfig"); }

// Of CRDs whose objects we keep and do not work on; those of our own kinds are rows of api::validation_rules().
struct Row {
  std::string_view rule;  // without white space
  Check check;
};

constexpr Row kRows[] = {
    {"has(self.storeRef)&&(has(self.storeRef.name)||has(self.storeRef.labelSelector))", store_ref_is_usable},
    {"!has(self.remoteKey)||!has(self.rewrite)||size(self.rewrite)==0", rewrites_single_keys},
    {"(has(self.regexp)&&!has(self.transform))||(!has(self.regexp)&&has(self.transform))", one_rewrite},
    {"has(self.projectID)!=has(self.groupID)", project_or_group},
    {"(has(self.secretRef)&&!has(self.oidcConfig))||(!has(self.secretRef)&&has(self.oidcConfig))", secret_or_oidc},
};

std::string without_space(std::string_view text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](unsigned char c) { return std::isspace(c) == 0; });
  return out;
}

// Of the rules of our own CRDs.
Check our_check_of(std::string_view rule) {
  static const auto checks = [] {
    std::map<std::string, Check, std::less<>> by_text;
    for (const api::ValidationRule& row : api::validation_rules()) {
      if (row.in_crd()) by_text.emplace(without_space(row.cel), row.holds);
    }
    return by_text;
  }();
  const auto check = checks.find(without_space(rule));
  return check == checks.end() ? nullptr : check->second;
}

}  // namespace

Check check_of(std::string_view rule) {
  if (const Check ours = our_check_of(rule)) return ours;
  const std::string text = without_space(rule);
  const auto row = std::ranges::find(kRows, text, &Row::rule);
  return row == std::end(kRows) ? nullptr : row->check;
}

}  // namespace rotor::apiserver::schema
