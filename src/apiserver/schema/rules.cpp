#include "apiserver/schema/rules.hpp"

#include <algorithm>
#include <cctype>
#include <string>

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
bool has_text(const json::Value& self, std::string_view name) {
  const json::Value* value = member(self, name);
  return value != nullptr && value->is_string() && !value->get_string().empty();
}

bool image_is_pinned(const json::Value& self) { return has_text(self, "tag") || has_text(self, "digest"); }

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

struct Row {
  std::string_view rule;  // without white space
  Check check;
};

constexpr Row kRows[] = {
    {"(has(self.tag)&&size(self.tag)>0)||(has(self.digest)&&size(self.digest)>0)", image_is_pinned},
    {"has(self.storeRef)&&(has(self.storeRef.name)||has(self.storeRef.labelSelector))", store_ref_is_usable},
    {"!has(self.remoteKey)||!has(self.rewrite)||size(self.rewrite)==0", rewrites_single_keys},
    {"(has(self.regexp)&&!has(self.transform))||(!has(self.regexp)&&has(self.transform))", one_rewrite},
    {"has(self.projectID)!=has(self.groupID)", project_or_group},
    {"(has(self.secretRef)&&!has(self.oidcConfig))||(!has(self.secretRef)&&has(self.oidcConfig))", secret_or_oidc},
};

}  // namespace

Check check_of(std::string_view rule) {
  std::string text;
  std::ranges::copy_if(rule, std::back_inserter(text), [](unsigned char c) { return std::isspace(c) == 0; });
  const auto row = std::ranges::find(kRows, text, &Row::rule);
  return row == std::end(kRows) ? nullptr : row->check;
}

}  // namespace rotor::apiserver::schema
