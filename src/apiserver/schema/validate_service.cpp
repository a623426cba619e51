// What the API server checks by code in Services, beyond their members one by one.
#include <algorithm>
#include <set>
#include <utility>

#include "apiserver/registry/names.hpp"
#include "apiserver/schema/member.hpp"
#include "apiserver/schema/path.hpp"
#include "apiserver/schema/validate.hpp"

namespace rotor::apiserver::schema {

namespace {

using Found = std::vector<FieldError>;

bool is_text(const json::Value* value, std::string_view text) {
  return value != nullptr && value->is_string() && value->get_string() == text;
}

// The server asks for a port's name before it looks at its numbers.
void port_names(const json::Array& ports, Found& errors) {
  for (std::size_t i = 0; ports.size() > 1 && i < ports.size(); ++i) {
    const json::Object* port = ports[i].if_object();
    if (port == nullptr || !is_blank(port->if_contains("name"))) continue;
    const std::string path = item_path("spec.ports", i);
    const auto of_port = [&path](const FieldError& error) { return error.field.starts_with(path); };
    errors.insert(std::ranges::find_if(errors, of_port), field_required(path + ".name", ""));
  }
}

// As the server shows the struct it compares.
json::Value shown_port(const json::Value& number, std::string_view protocol) {
  return json::Object{{"Name", ""},     {"Protocol", protocol}, {"AppProtocol", nullptr},
                      {"Port", number}, {"TargetPort", 0},      {"NodePort", 0}};
}

void port_twins(const json::Array& ports, Found& errors) {
  std::set<std::pair<std::int64_t, std::string_view>> seen;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const json::Object* port = ports[i].if_object();
    const json::Value* number = port == nullptr ? nullptr : port->if_contains("port");
    if (number == nullptr || !number->is_int64()) continue;
    const std::string_view protocol = json::find_string(ports[i], "protocol");
    if (!seen.emplace(number->get_int64(), protocol).second)
      errors.push_back(field_duplicate(item_path("spec.ports", i), shown_port(*number, protocol)));
  }
}

void external_name(const json::Object& object, Found& errors) {
  constexpr std::string_view kAt = "spec.externalName";
  const json::Value* name = member_at(object, kAt);
  if (is_blank(name)) return errors.push_back(field_required(std::string(kAt), ""));
  if (!name->is_string()) return;
  if (const std::string why = check_subdomain(name->get_string()); !why.empty())
    errors.push_back(field_invalid(std::string(kAt), *name, why));
}

}  // namespace

void validate_service(const json::Object& object, const json::Object* old, std::vector<FieldError>& errors) {
  const json::Value* ports = member_at(object, "spec.ports");
  const json::Array* list = ports == nullptr ? nullptr : ports->if_array();
  const bool external = is_text(member_at(object, "spec.type"), "ExternalName");
  const json::Value* ip = member_at(object, "spec.clusterIP");
  const bool needs_ports = !external && !is_text(ip, "None");
  if ((list == nullptr || list->empty()) && needs_ports) errors.push_back(field_required("spec.ports", ""));
  if (external) external_name(object, errors);
  if (list != nullptr) {
    port_names(*list, errors);
    port_twins(*list, errors);
  }
  const json::Value* was = old == nullptr ? nullptr : member_at(*old, "spec.clusterIP");
  if (was != nullptr && !external && differ(object, *old, "spec.clusterIP")) {
    errors.push_back(field_invalid("spec.clusterIPs[0]", json::Array{ip == nullptr ? json::Value("") : *ip},
                                   "may not change once set"));
  }
}

}  // namespace rotor::apiserver::schema
