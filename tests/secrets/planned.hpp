// What a pass without templates plans, and Secrets that earlier ones left.
#pragma once

#include <gtest/gtest.h>

#include "secrets/plan.hpp"
#include "secrets/render.hpp"
#include "template/language/template.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets::test {

inline Synced<Plan> planned(const ExternalSecret& es, const Target* live, SecretMap fetched) {
  auto parts = render_secret(es, std::move(fetched), {}, tmpl::system_environment(), {});
  return plan_secret(es, live, {.kind = Content::Kind::kNew, .parts = std::move(parts).value()});
}

// The Secret as a sync of `es` left it.
inline api::Secret left_by(const ExternalSecret& es, SecretMap data) {
  auto plan = planned(es, nullptr, std::move(data));
  EXPECT_TRUE(plan);
  api::Secret secret = std::move(plan->secret);
  secret.metadata.uid = "uid-s";
  secret.metadata.resource_version = "20";
  secret.type = "Opaque";
  return secret;
}

// One that was there before, and is marked by now.
inline Target adopted(api::Secret secret) {
  secret.metadata.labels[std::string(kManagedLabel)] = kManagedValue;
  return to_target(std::move(secret));
}

inline kube::ManagedFieldsEntry wrote(std::string manager, std::string fields) {
  kube::ManagedFieldsEntry entry;
  entry.manager = std::move(manager);
  entry.operation = "Update";
  entry.fields_v1 = {std::move(fields)};
  return entry;
}

}  // namespace rotor::secrets::test
