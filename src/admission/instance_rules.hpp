// The rules of examine_instance(), by what they are about. Each takes spec as the API server has it; a field of another
// type than the schema wants counts as not set, for the schema says that.
#pragma once

#include <optional>
#include <string_view>

#include "admission/instance_findings.hpp"

namespace rotor::admission {

class SpecReader {
 public:
  explicit SpecReader(const json::Value& spec) : spec_(spec) {}

  std::string_view text(std::string_view path) const { return json::find_string(spec_, path); }
  std::optional<bool> flag(std::string_view path) const {
    const json::Value* found = json::find(spec_, path);
    return found != nullptr && found->is_bool() ? std::optional(found->get_bool()) : std::nullopt;
  }
  bool on(std::string_view path) const { return flag(path).value_or(false); }
  std::optional<std::int64_t> number(std::string_view path) const {
    const json::Value* found = json::find(spec_, path);
    return found != nullptr && found->is_int64() ? std::optional(found->get_int64()) : std::nullopt;
  }
  const json::Array& list(std::string_view path) const {
    static const json::Array kNone;
    const json::Value* found = json::find(spec_, path);
    return found != nullptr && found->is_array() ? found->get_array() : kNone;
  }
  const json::Object& object(std::string_view path) const {
    static const json::Object kNone;
    const json::Value* found = json::find(spec_, path);
    return found != nullptr && found->is_object() ? found->get_object() : kNone;
  }
  bool has(std::string_view path) const { return json::find(spec_, path) != nullptr; }

 private:
  const json::Value& spec_;
};

using InstanceRule = void (*)(const SpecReader& spec, InstanceFindings& out);

// instance_security_rules.cpp
void judge_user(const SpecReader& spec, InstanceFindings& out);
void judge_network(const SpecReader& spec, InstanceFindings& out);
void judge_privileges(const SpecReader& spec, InstanceFindings& out);
void judge_ca_bundle(const SpecReader& spec, InstanceFindings& out);
void judge_addresses(const SpecReader& spec, InstanceFindings& out);

// instance_pod_rules.cpp
void judge_images_of_sidecars(const SpecReader& spec, InstanceFindings& out);
void judge_provider_keys(const SpecReader& spec, InstanceFindings& out);
void judge_limits(const SpecReader& spec, InstanceFindings& out);
void judge_image(const SpecReader& spec, InstanceFindings& out);
void judge_quantities(const SpecReader& spec, InstanceFindings& out);
void judge_containers(const SpecReader& spec, InstanceFindings& out);
void judge_volumes(const SpecReader& spec, InstanceFindings& out);

// instance_update_rules.cpp
void judge_check_interval(const SpecReader& spec, InstanceFindings& out);
void judge_health_check_timeout(const SpecReader& spec, InstanceFindings& out);
void judge_suspension(const SpecReader& spec, InstanceFindings& out);

// instance_file_rules.cpp
void judge_workspaces(const SpecReader& spec, InstanceFindings& out);
void judge_packages(const SpecReader& spec, InstanceFindings& out);

// instance_config_rules.cpp
void judge_config_keys(const SpecReader& spec, InstanceFindings& out);
void judge_config_format(const SpecReader& spec, InstanceFindings& out);
void judge_force_paths(const SpecReader& spec, InstanceFindings& out);

}  // namespace rotor::admission
