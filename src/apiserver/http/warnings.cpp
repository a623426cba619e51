#include "apiserver/http/warnings.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "apiserver/registry/meta.hpp"
#include "apiserver/registry/names.hpp"
#include "apiserver/registry/secret_types.hpp"
#include "apiserver/schema/quantity.hpp"

namespace rotor::apiserver {

namespace {

using json::Object;
using json::Value;
using Texts = std::vector<std::string>;

struct Container {
  const Object* object;
  std::string path;
};

std::vector<Container> containers_of(const Object& spec, std::string_view at) {
  std::vector<Container> out;
  for (const std::string_view member : {"initContainers", "containers"}) {
    const json::Array* all = list(spec, member);
    for (std::size_t i = 0; all != nullptr && i < all->size(); ++i) {
      if ((*all)[i].is_object()) out.push_back({&(*all)[i].get_object(), fmt::format("{}.{}[{}]", at, member, i)});
    }
  }
  return out;
}

// A later definition may build on the earlier one: `$(A)more`.
bool hides(const Object& env) {
  const std::string ref = fmt::format("$({})", text(env, "name"));
  const std::string_view value = text(env, "value");
  return env.contains("valueFrom") || value == ref || !value.contains(ref);
}

void hidden_env(const Container& container, Texts& out) {
  const json::Array* all = list(*container.object, "env");
  std::set<std::string_view> seen;
  for (std::size_t i = 0; all != nullptr && i < all->size(); ++i) {
    const Object* env = (*all)[i].if_object();
    if (env == nullptr || seen.insert(text(*env, "name")).second || !hides(*env)) continue;
    out.push_back(fmt::format("{}.env[{}]: hides previous definition of \"{}\", which may be dropped when using apply",
                              container.path, i, text(*env, "name")));
  }
}

std::int64_t number(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

// How two definitions of one port and protocol get into each other's way; "" when they do not.
std::string_view clash(const Object& port, const Object& other) {
  const std::string_view a = text(port, "hostIP"), b = text(other, "hostIP");
  const std::int64_t m = number(port, "hostPort"), n = number(other, "hostPort");
  if (a == b && m == n) return "duplicate";
  if (m == 0 || n == 0) return "overlapping";
  return m == n && a.empty() != b.empty() ? "dangerously ambiguous" : "";
}

struct Port {
  const Object* object;
  std::string path;
};

std::vector<Port> ports_of(const std::vector<Container>& containers) {
  std::vector<Port> out;
  for (const Container& container : containers) {
    const json::Array* all = list(*container.object, "ports");
    for (std::size_t i = 0; all != nullptr && i < all->size(); ++i) {
      if ((*all)[i].is_object())
        out.push_back({&(*all)[i].get_object(), fmt::format("{}.ports[{}]", container.path, i)});
    }
  }
  return out;
}

void clashing_ports(const std::vector<Port>& ports, Texts& out) {
  std::map<std::string, std::vector<const Port*>> by_number;
  for (const Port& port : ports) {
    auto& others =
        by_number[fmt::format("{}/{}", number(*port.object, "containerPort"), text(*port.object, "protocol"))];
    for (const Port* other : others) {
      const std::string_view how = clash(*port.object, *other->object);
      if (!how.empty()) out.push_back(fmt::format("{}: {} port definition with {}", port.path, how, other->path));
    }
    others.push_back(&port);
  }
}

void repeated_port_names(const std::vector<Port>& ports, Texts& out) {
  std::map<std::string_view, const Port*> by_name;
  for (const Port& port : ports) {
    const std::string_view name = text(*port.object, "name");
    if (name.empty()) continue;
    const auto [it, first] = by_name.emplace(name, &port);
    if (first) continue;
    out.push_back(fmt::format(
        "{0}: duplicate port name \"{1}\" with {2}, services and probes that select ports by name will use {2}",
        port.path, name, it->second->path));
  }
}

// Bytes that are no whole ones.
void fractions(const Container& container, Texts& out) {
  const Object* resources = child(*container.object, "resources");
  for (const std::string_view member : {"limits", "requests"}) {
    const Object* amounts = resources == nullptr ? nullptr : child(*resources, member);
    for (const std::string_view name : {"memory", "ephemeral-storage"}) {
      const std::string_view amount = amounts == nullptr ? std::string_view() : text(*amounts, name);
      if (amount.empty() || schema::is_whole_quantity(amount)) continue;
      out.push_back(fmt::format("{}.resources.{}[{}]: fractional byte value \"{}\" is invalid, must be an integer",
                                container.path, member, name, amount));
    }
  }
}

Texts pod_warnings(const Object& spec, std::string_view at) {
  Texts out;
  const auto containers = containers_of(spec, at);
  for (const Container& container : containers) fractions(container, out);
  for (const Container& container : containers) hidden_env(container, out);
  const auto ports = ports_of(containers);
  clashing_ports(ports, out);
  repeated_port_names(ports, out);
  if (number(spec, "terminationGracePeriodSeconds") < 0) {
    out.push_back(
        fmt::format("{}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be "
                    "treated as 1",
                    at));
  }
  return out;
}

const Object* pod_spec(const Object& object, bool templated) {
  const Object* spec = child(object, "spec");
  const Object* made = templated && spec != nullptr ? child(*spec, "template") : nullptr;
  return templated ? made == nullptr ? nullptr : child(*made, "spec") : spec;
}

}  // namespace

Texts warnings_of(const ServedKind& kind, const Object& object, const Object* old) {
  if (kind.custom) return finalizer_warnings(object, old);
  if (kind.kind == "Secret") return secret_warnings(object);
  const bool templated = kind.group == "apps" && (kind.kind == "StatefulSet" || kind.kind == "Deployment");
  if (!templated && kind.kind != "Pod") return {};
  const Object* spec = pod_spec(object, templated);
  const Object* before = old == nullptr ? nullptr : pod_spec(*old, templated);
  if (spec == nullptr || (before != nullptr && *before == *spec)) return {};
  return pod_warnings(*spec, templated ? "spec.template.spec" : "spec");
}

namespace {

// At most `most` bytes, and no half of a character.
std::size_t end_of_rune(std::string_view text, std::size_t most) {
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return most;
}

}  // namespace

std::vector<std::string> within_headers(const std::vector<std::string>& warnings) {
  constexpr std::size_t kInAll = 4096, kOfEach = 256;
  Texts all;
  std::size_t size = 0;
  for (const std::string& warning : warnings) {
    if (std::ranges::find(all, warning) != all.end()) continue;
    size += warning.size();
    all.push_back(warning);
  }
  if (size <= kInAll) return all;
  Texts out;
  size = 0;
  for (std::string& warning : all) {
    if (warning.size() > kOfEach) warning.resize(end_of_rune(warning, kOfEach));
    size += warning.size();
    if (size > kInAll) break;
    out.push_back(std::move(warning));
  }
  return out;
}

}  // namespace rotor::apiserver
