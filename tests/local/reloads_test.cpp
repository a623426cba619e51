// Values that a process of this machine takes while it runs: what a pod's container would do is run once a mark, and
// its answer is what the pod's status says.
#include "local/node/reloads.hpp"

#include <fstream>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "local/node/pod_objects.hpp"
#include "openclaw/in_place/mark.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/local/scratch.hpp"

namespace rotor::local {
namespace {

using openclaw::InPlaceReport;
using testing::HasSubstr;

const kube::Key kPod{"ns", "foo-0"};

class LocalReloads : public testing::Test {
 protected:
  LocalReloads() {
    reloads.on_answer([this](const kube::Key&) { ++answers; });
    reloads.runs(kPod, {"ns/foo",
                        {{"PATH", SecretBytes("/usr/bin:/bin")}, {"T", SecretBytes(scratch.path(""))}},
                        scratch.path("secrets"),
                        scratch.path("")});
  }
  ~LocalReloads() override { test::run_task(io, stop()); }

  Task<bool> stop() {
    co_await reloads.stop();
    co_return true;
  }
  api::Pod pod(const std::string& mark, const std::string& script) {
    api::Pod out;
    out.metadata.ns = "ns";
    out.metadata.name = "foo-0";
    if (!mark.empty()) out.metadata.annotations.emplace(openclaw::kInPlaceMark, mark);
    out.spec.containers.resize(2);
    out.spec.containers[0].name = "openclaw";
    out.spec.containers[1].name = "secret-reload";
    out.spec.containers[1].command = {"sh", "-c", script};
    return out;
  }
  // The Secret's files are written anew.
  void values_come() {
    std::filesystem::create_directories(scratch.path("secrets"));
    std::filesystem::remove(scratch.path("secrets/..data"));
    std::filesystem::create_symlink("..v" + std::to_string(++writes), scratch.path("secrets/..data"));
  }
  void look(const std::string& mark, const std::string& script) {
    values_come();
    reloads.look(pod(mark, script));
  }
  void until_answers(int count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (answers < count && std::chrono::steady_clock::now() < end) {
      io.restart();
      io.run_for(std::chrono::milliseconds(5));
    }
    ASSERT_EQ(answers, count) << said;
  }
  InPlaceReport report() { return openclaw::parse_report(reloads.answer(kPod)); }

  Guardian guardian;
  boost::asio::io_context io;
  SystemClock clock;
  test::Scratch scratch;
  std::string said;
  Timeline timeline{clock, [this](std::string line) { said += line; }};
  Reloads reloads{io.get_executor(), clock, guardian, timeline};
  int answers = 0;
  int writes = 0;
};

constexpr const char* kGood =
    R"(echo "$ROTOR_RELOAD_MARK" >> $T/runs; printf '{"mark":"%s","result":"ok"}' "$ROTOR_RELOAD_MARK" > "$ROTOR_RELOAD_REPORT")";

TEST_F(LocalReloads, ACommandIsRunOnceForAMarkAndItsAnswerIsKept) {
  reloads.look(pod("", kGood));
  EXPECT_EQ(reloads.answer(kPod), "");
  look("m1", kGood);
  until_answers(1);
  EXPECT_EQ(report(), (InPlaceReport{"m1", "ok"}));
  reloads.look(pod("m1", kGood));
  look("m2", kGood);
  until_answers(2);
  EXPECT_EQ(report(), (InPlaceReport{"m2", "ok"}));
  EXPECT_EQ(test::content(scratch.path("runs")), "m1\nm2\n");
  EXPECT_THAT(said, HasSubstr("the process goes on"));
}

TEST_F(LocalReloads, ACommandWaitsForTheFilesThatItsMarkIsAbout) {
  reloads.look(pod("m1", kGood));
  io.run_for(std::chrono::milliseconds(200));
  EXPECT_EQ(test::content(scratch.path("runs")), "(none)");
  values_come();
  until_answers(1);
  EXPECT_EQ(report(), (InPlaceReport{"m1", "ok"}));
}

TEST_F(LocalReloads, WhateverIsNoAnswerToTheMarkEndsInARestart) {
  look("m1", R"(printf '{"mark":"m1","result":"refused"}' > "$ROTOR_RELOAD_REPORT")");
  until_answers(1);
  EXPECT_EQ(report(), (InPlaceReport{"m1", "refused"}));
  EXPECT_THAT(said, HasSubstr("the model provider refused the new value; the process restarts"));
  look("m2", "exit 3");
  until_answers(2);
  EXPECT_EQ(report(), (InPlaceReport{"m2", "not-run"}));
  look("m3", R"(printf '{"mark":"m1","result":"ok"}' > "$ROTOR_RELOAD_REPORT")");
  until_answers(3);
  EXPECT_EQ(report(), (InPlaceReport{"m3", "not-run"}));
}

TEST_F(LocalReloads, ANewProcessOfThePodBeginsWithoutAnAnswer) {
  look("m1", kGood);
  until_answers(1);
  reloads.runs(kPod, {"ns/foo", {}, "", ""});
  EXPECT_EQ(reloads.answer(kPod), "");
  look("m2", kGood);
  EXPECT_EQ(reloads.answer(kPod), "") << "it takes no values while it runs";
}

TEST(LocalReloadStatus, SaysTheAnswerAsAContainerThatEndedAndWasStartedAgain) {
  api::Pod pod;
  pod.spec.containers.resize(1);
  pod.spec.containers.front().name = "openclaw";
  PodFacts facts{.running = true};
  EXPECT_EQ(pod_status(pod, facts)["status"].at("containerStatuses").as_array().size(), 1U) << "it has no such one";
  pod.spec.containers.emplace_back().name = "secret-reload";
  const auto second = [&] { return pod_status(pod, facts)["status"].at("containerStatuses").as_array().at(1); };
  EXPECT_EQ(json::find_string(second(), "name"), "secret-reload");
  EXPECT_EQ(second().at("ready"), true) << "the node does its work as long as the process runs";
  EXPECT_EQ(json::find(second(), "lastState"), nullptr);
  facts.reload_answer = R"({"mark":"m","result":"ok"})";
  EXPECT_EQ(json::find_string(second(), "lastState.terminated.message"), facts.reload_answer);
  facts.running = false;
  EXPECT_EQ(second().at("ready"), false);
}

TEST_F(LocalReloads, ValuesThatAreTriedAreWaitedForAndThoseThatWereRefusedAreNotLoaded) {
  TrialState standing = TrialState::kTried;
  int asked = 0;
  reloads.on_mark([&](const kube::Key&) {
    return [&] {
      if (++asked == 3) values_come();
      if (asked == 5) standing = TrialState::kRefused;
      return standing;
    };
  });
  reloads.look(pod("m1", kGood));
  until_answers(1);
  EXPECT_EQ(report(), (InPlaceReport{"m1", "ok"})) << "the proof let them in";
  asked = 3;
  reloads.look(pod("m2", kGood));
  until_answers(2);
  EXPECT_EQ(report(), (InPlaceReport{"m2", "not-run"}));
  EXPECT_THAT(said, HasSubstr("a proof refused the new value, which is not loaded"));
}

}  // namespace
}  // namespace rotor::local
