#include "apiserver/schema/member.hpp"

namespace rotor::apiserver::schema {

const json::Value* member_at(const json::Object& object, std::string_view dotted_path) {
  const auto dot = dotted_path.find('.');
  const json::Value* value = object.if_contains(dotted_path.substr(0, dot));
  if (dot == std::string_view::npos || value == nullptr) return value;
  return json::find(*value, dotted_path.substr(dot + 1));
}

bool is_blank(const json::Value* value) {
  if (value == nullptr || value->is_null()) return true;
  if (value->is_string()) return value->get_string().empty();
  return value->is_array() && value->get_array().empty();
}

bool differ(const json::Object& object, const json::Object& old, std::string_view path) {
  const json::Value* now = member_at(object, path);
  const json::Value* was = member_at(old, path);
  const bool absent = now == nullptr || was == nullptr;
  return absent ? now != was : *now != *was;
}

}  // namespace rotor::apiserver::schema
