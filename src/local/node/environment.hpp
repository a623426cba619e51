// The environment of a container, built from its references as a kubelet builds it.
// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/core/pod.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "kube/object/object.hpp"
#include "local/node/command.hpp"

namespace rotor::local {

// What a container's environment is built from. An object that does not exist is absent from its map.
struct EnvironmentSources {
  std::map<std::string, SecretMap, std::less<>> secrets;
  std::map<std::string, kube::StringMap, std::less<>> config_maps;
  kube::ObjectMeta pod;  // for fieldRef
  std::string service_account;
  std::string node_name;
};

// The names of Secrets and ConfigMaps that a container refers to.
struct References {
  std::set<std::string> secrets;
  std::set<std::string> config_maps;

  void add(const References& more) {
    secrets.insert(more.secrets.begin(), more.secrets.end());
    config_maps.insert(more.config_maps.begin(), more.config_maps.end());
  }
};
References references_of(const api::Container& container);

// envFrom in order (a later source overrides an earlier one), then env, each seeing what came before it through $(VAR).
// Each variable says where its value came from. kNotFound: a required Secret, ConfigMap or key is missing; the message
// says which. kInvalid: cannot be had on a laptop.
Result<Environment> build_environment(const api::Container& container, const EnvironmentSources& sources);

// `$(NAME)` becomes the value of NAME, `$$` a single `$`; an unknown name stays as it is.
// The result's origin says which of the values used came from where.
using Known = std::map<std::string, Variable, std::less<>>;
Variable expand(std::string_view text, const Known& known);

// What reaches a process of the caller's environment unasked: what a program needs to find others, its terminal, its
// language and its clock, and nothing that could be a credential. A name that ends in `*` stands for all that begin so.
inline constexpr std::array<std::string_view, 12> kInherited = {
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_*", "TZ", "TMPDIR"};

// The variables of `caller` (`NAME=value`) that are passed by default or named in `also`, in the caller's order.
Environment inherit(std::span<const std::string_view> caller, const std::vector<std::string>& also);
// The names of `also` that `caller` does not have.
std::vector<std::string> not_set(std::span<const std::string_view> caller, const std::vector<std::string>& also);
// This process's own environment.
std::vector<std::string_view> caller_environment();

// `base` with `over` on top: a name of `over` replaces the one in `base`.
Environment overlay(Environment base, Environment over);

}  // namespace rotor::local
