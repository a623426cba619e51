// Makes what a Secret is to hold: values finished and templates rendered, unless it holds already what came of the
// same.
#pragma once

#include "base/task.hpp"
#include "secrets/input_digests.hpp"
#include "secrets/material.hpp"
#include "secrets/parts.hpp"
#include "secrets/plan.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

class ContentMaker {
 public:
  ContentMaker(const Parts& parts, InputDigests& digests) : p_(parts), digests_(digests) {}

  Task<Synced<Content>> make(ExternalSecretPtr es, Material material);

 private:
  struct Rendered;
  Task<Synced<Rendered>> render(ExternalSecretPtr es, Material material);
  bool may_hold_the_same(const ExternalSecret& es, const Target& live) const;

  Parts p_;
  InputDigests& digests_;
};

}  // namespace rotor::secrets
