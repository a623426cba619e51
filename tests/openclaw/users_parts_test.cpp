// What users write for their pods comes out as the API server stores it: otherwise every pass would find a difference.
#include "openclaw/builders/users_parts.hpp"

#include <gtest/gtest.h>

namespace rotor::openclaw {
namespace {

struct Written {
  const char* name;
  const char* by_user;
  const char* stored;
};
std::string name_of(const testing::TestParamInfo<Written>& c) { return c.param.name; }

class UsersContainer : public testing::TestWithParam<Written> {};
TEST_P(UsersContainer, IsWrittenAsItIsStored) {
  const auto container = json::read<api::Container>(GetParam().by_user);
  ASSERT_TRUE(container) << container.error().message;
  EXPECT_EQ(json::write(users_container(*container)), GetParam().stored);
  EXPECT_EQ(json::write(users_container(users_container(*container))), GetParam().stored);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, UsersContainer,
    testing::Values(
        Written{"Resources", R"({"name":"x","resources":{"limits":{"cpu":"1000m","memory":1},"requests":{"cpu":0.5}}})",
                R"({"name":"x","resources":{"limits":{"cpu":"1","memory":"1"},"requests":{"cpu":"500m"}}})"},
        Written{"WhatIsNoQuantityIsTheApiServersToRefuse", R"({"name":"x","resources":{"limits":{"cpu":"much"}}})",
                R"({"name":"x","resources":{"limits":{"cpu":"much"}}})"},
        Written{"AVariableSetTwice",
                R"({"env":[{"name":"A","value":"1"},{"name":"B","value":"x"},{"name":"A","value":"2"}],"name":"x"})",
                R"({"env":[{"name":"B","value":"x"},{"name":"A","value":"2"}],"name":"x"})"},
        Written{
            "TheDivisorOfAResource",
            R"({"env":[{"name":"A","valueFrom":{"resourceFieldRef":{"divisor":"1000m","resource":"limits.cpu"}}}],"name":"x"})",
            R"({"env":[{"name":"A","valueFrom":{"resourceFieldRef":{"divisor":"1","resource":"limits.cpu"}}}],"name":"x"})"},
        Written{"APortTwice", R"({"name":"x","ports":[{"containerPort":1,"name":"a"},{"containerPort":1,"name":"a"}]})",
                R"({"name":"x","ports":[{"containerPort":1,"name":"a"}]})"},
        Written{
            "ZerosOfAProbe",
            R"({"livenessProbe":{"exec":{"command":["true"]},"failureThreshold":0,"initialDelaySeconds":0,"periodSeconds":0},"name":"x"})",
            R"({"livenessProbe":{"exec":{"command":["true"]},"initialDelaySeconds":0},"name":"x"})"},
        Written{
            "NothingElse", R"({"args":["$A"],"command":["sh"],"image":"a:1","name":"x","tty":true})",
            R"({"args":["$A"],"command":["sh"],"image":"a:1","imagePullPolicy":"IfNotPresent","name":"x","tty":true})"},
        Written{"AnImageWithATag", R"({"image":"localhost:5000/a:1","name":"x"})",
                R"({"image":"localhost:5000/a:1","imagePullPolicy":"IfNotPresent","name":"x"})"},
        Written{"AnImageWithoutATag", R"({"image":"localhost:5000/a","name":"x"})",
                R"({"image":"localhost:5000/a","imagePullPolicy":"Always","name":"x"})"},
        Written{"TheLatestImage", R"({"image":"a:latest@sha256:0","name":"x"})",
                R"({"image":"a:latest@sha256:0","imagePullPolicy":"Always","name":"x"})"},
        Written{"AnImageByItsDigest", R"({"image":"r.example.com/a@sha256:0","name":"x"})",
                R"({"image":"r.example.com/a@sha256:0","imagePullPolicy":"IfNotPresent","name":"x"})"},
        Written{"WhenToPullAsTheUserSays", R"({"image":"a","imagePullPolicy":"Never","name":"x"})",
                R"({"image":"a","imagePullPolicy":"Never","name":"x"})"}),
    name_of);

class UsersVolume : public testing::TestWithParam<Written> {};
TEST_P(UsersVolume, IsWrittenAsItIsStored) {
  const auto volume = json::read<api::Volume>(GetParam().by_user);
  ASSERT_TRUE(volume) << volume.error().message;
  EXPECT_EQ(json::write(users_volume(*volume)), GetParam().stored);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, UsersVolume,
    testing::Values(
        Written{"EmptyDir", R"({"emptyDir":{"medium":"Memory","sizeLimit":"1024Mi"},"name":"v"})",
                R"({"emptyDir":{"medium":"Memory","sizeLimit":"1Gi"},"name":"v"})"},
        Written{"EmptyDirInBytes", R"({"emptyDir":{"sizeLimit":1000},"name":"v"})",
                R"({"emptyDir":{"sizeLimit":"1k"},"name":"v"})"},
        Written{
            "DownwardApi",
            R"({"downwardAPI":{"items":[{"path":"m","resourceFieldRef":{"containerName":"x","divisor":"1024Ki","resource":"limits.memory"}},{"fieldRef":{"fieldPath":"metadata.name"},"path":"n"}]},"name":"v"})",
            R"({"downwardAPI":{"items":[{"path":"m","resourceFieldRef":{"containerName":"x","divisor":"1Mi","resource":"limits.memory"}},{"fieldRef":{"fieldPath":"metadata.name"},"path":"n"}]},"name":"v"})"},
        Written{
            "Projected",
            R"({"name":"v","projected":{"sources":[{"secret":{"name":"s"}},{"downwardAPI":{"items":[{"path":"m","resourceFieldRef":{"divisor":"2000m","resource":"limits.cpu"}}]}}]}})",
            R"({"name":"v","projected":{"sources":[{"secret":{"name":"s"}},{"downwardAPI":{"items":[{"path":"m","resourceFieldRef":{"divisor":"2","resource":"limits.cpu"}}]}}]}})"},
        Written{
            "Ephemeral",
            R"({"ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"2048Mi"}}}}},"name":"v"})",
            R"({"ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"2Gi"}}}}},"name":"v"})"},
        Written{"ASecret", R"({"name":"v","secret":{"items":[{"key":"a","path":"b"}],"secretName":"s"}})",
                R"({"name":"v","secret":{"items":[{"key":"a","path":"b"}],"secretName":"s"}})"}),
    name_of);

}  // namespace
}  // namespace rotor::openclaw
