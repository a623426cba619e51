// The instance `foo` of the namespace `test-ns`, and what is built for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "openclaw/builders/objects.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {

inline OpenClawInstance instance_foo(std::string_view spec = "{}") {
  OpenClawInstance instance;
  instance.metadata.name = "foo";
  instance.metadata.ns = "test-ns";
  instance.metadata.uid = "u-1";
  auto read = json::read<api::InstanceSpec>(spec);
  EXPECT_TRUE(read) << read.error().message;
  instance.spec = std::move(read).value_or(api::InstanceSpec{});
  return instance;
}

inline api::PodSpec pod_of(std::string_view spec = "{}") {
  return build_stateful_set(instance_foo(spec), {.inject_token = true}).spec.pod_template.spec;
}

template <class T>
std::vector<std::string> names_of(const std::vector<T>& parts) {
  std::vector<std::string> names;
  for (const T& part : parts) names.push_back(part.name);
  return names;
}

// The container of that name, an init container or not.
inline api::Container container_of(const api::PodSpec& pod, std::string_view name) {
  for (const auto* list : {&pod.init_containers, &pod.containers}) {
    for (const api::Container& c : *list) {
      if (c.name == name) return c;
    }
  }
  ADD_FAILURE() << "no container " << name;
  return {};
}

}  // namespace rotor::openclaw
