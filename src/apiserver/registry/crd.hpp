// CustomResourceDefinitions: checked and completed when they are written, served from then on.
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
#pragma once

#include "apiserver/registry/registry.hpp"

namespace rotor::apiserver {

// Names filled in, the shape of every version compiled, status with its conditions set. 422 names the field.
Answer<void> admit_crd(json::Object& crd, const json::Object* old, const Kinds& kinds, std::string_view now);

// What an admitted CRD serves.
Result<ServedKind> served_by(const json::Object& crd);

// Keeps the served kinds in step with the CRD objects of a store; deletes a kind's objects with its CRD.
class CrdController {
 public:
  CrdController(Registry& registry, Kinds& kinds);
  ~CrdController();
  CrdController(const CrdController&) = delete;
  CrdController& operator=(const CrdController&) = delete;

 private:
  void on_change(const Change& change);

  Registry& registry_;
  Kinds& kinds_;
  std::uint64_t subscription_;
};

}  // namespace rotor::apiserver
