#include "secrets/finalizer.hpp"

#include <gtest/gtest.h>

#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

TEST(Finalizers, AreOursAmongOthers) {
  auto es = test::sample_es();
  EXPECT_TRUE(has_finalizer(es));
  es.metadata.finalizers = {"somebody.else/s"};
  EXPECT_FALSE(has_finalizer(es));
}

}  // namespace
}  // namespace rotor::secrets
