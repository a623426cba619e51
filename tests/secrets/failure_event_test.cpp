#include "secrets/failure_event.hpp"

#include <gtest/gtest.h>

namespace rotor::secrets {
namespace {

kube::Event warning_at(std::string reason, std::string at, std::string version, std::string type = "Warning") {
  kube::Event event;
  event.type = std::move(type);
  event.reason = std::move(reason);
  event.last_timestamp = "2026-05-01T" + at + "Z";
  event.metadata.resource_version = std::move(version);
  return event;
}

TEST(FailureEvent, IsTheNewestOfItsReasonThatIsNotOlderThanTheFailure) {
  const kube::Event before = warning_at("UpdateFailed", "10:00:00", "1");
  const kube::Event first = warning_at("UpdateFailed", "10:00:09", "2");
  const kube::Event same_second = warning_at("UpdateFailed", "10:00:09", "3");
  const kube::Event other = warning_at("StoreDeprecated", "10:00:20", "4");
  const kube::Event good = warning_at("UpdateFailed", "10:00:20", "5", "Normal");
  const Failure failure{.reason = "UpdateFailed", .since = "2026-05-01T10:00:10Z"};
  EXPECT_EQ(failure_event({&before, &other, &good}, failure), nullptr);
  EXPECT_EQ(failure_event({&same_second, &before, &first, &other}, failure), &same_second);
  EXPECT_EQ(failure_event({&before, &other}, {.reason = "UpdateFailed"}), &before) << "of a condition without a time";
}

TEST(FailureEvent, HasTheReasonOfItsKind) {
  const kube::Condition ready{.type = "Ready", .reason = "InvalidProviderConfig"};
  EXPECT_EQ(failure_reason("ExternalSecret", ready), "UpdateFailed");
  EXPECT_EQ(failure_reason("ClusterExternalSecret", ready), "UpdateFailed");
  EXPECT_EQ(failure_reason("SecretStore", ready), "InvalidProviderConfig");
}

}  // namespace
}  // namespace rotor::secrets
