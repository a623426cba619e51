// What keeps a namespace that is being deleted, as its conditions say it. Pure.
#pragma once

#include <map>
#include <string>

#include "apiserver/registry/meta.hpp"

namespace rotor::apiserver {

// What is left in it, by resource ("pods", "widgets.test.io") and by finalizer.
struct NamespaceContent {
  std::map<std::string, std::size_t, std::less<>> resources{};
  std::map<std::string, std::size_t, std::less<>> finalizers{};

  void add(std::string_view resource, const json::Object& object);
  bool empty() const { return resources.empty(); }
};

// Sets status.conditions with the types and reasons of the real namespace controller; `now` becomes the transition
// time of those whose status changed.
void set_namespace_conditions(json::Object& ns, const NamespaceContent& content, std::string_view now);

}  // namespace rotor::apiserver
