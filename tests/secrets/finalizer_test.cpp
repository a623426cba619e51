#include "secrets/finalizer.hpp"

#include <gtest/gtest.h>

#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

TEST(Finalizers, ArePatchedUnderTheVersionThatWasRead) {
  EXPECT_EQ(finalizers_patch(test::sample_es().metadata, {"a", "b"}),
            R"({"metadata":{"resourceVersion":"10","finalizers":["a","b"]}})");
}

TEST(Finalizers, AreOursAmongOthers) {
  auto es = test::sample_es();
  EXPECT_TRUE(has_finalizer(es));
  es.metadata.finalizers = {"somebody.else/s"};
  EXPECT_FALSE(has_finalizer(es));
}

}  // namespace
}  // namespace rotor::secrets
