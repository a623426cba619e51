// What a caller cannot make the API server do: grow, nest, or work for ever.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apiserver/api_harness.hpp"

namespace rotor::apiserver {
namespace {

using testing::HasSubstr;

constexpr std::string_view kMaps = "/api/v1/namespaces/default/configmaps";

class Counters : public testing::Test {
 protected:
  ApiHarness api;
};

TEST_F(Counters, KeepNothingOfARequestWithoutCredentials) {
  for (int i = 0; i < 100; ++i) {
    net::ServerRequest request = api.request("GET" + std::to_string(i), "/api/v1/" + std::to_string(i));
    request.headers = {{"User-Agent", std::to_string(i)}};
    EXPECT_EQ(api.send(request).status, 403);
    request.headers.push_back({"Authorization", "Bearer wrong-" + std::to_string(i)});
    EXPECT_EQ(api.send(request).status, 401);
  }
  EXPECT_TRUE(api.api.counts().empty());
}

TEST_F(Counters, TellOnlyResourcesAndVerbsApartThatExist) {
  for (int i = 0; i < 100; ++i) {
    api.get("/api/v1/made-up-" + std::to_string(i));
    api.get("/api/v1/namespaces/default/configmaps/a/made-up-" + std::to_string(i));
    api.send(api.request("VERB" + std::to_string(i), kMaps));
  }
  EXPECT_LE(api.api.counts().size(), 4U);
}

TEST_F(Counters, StopTellingClientsApartWhenThereAreTooMany) {
  for (int i = 0; i < 5000; ++i) {
    net::ServerRequest request = api.request("GET", "/version");
    request.headers.back().value = "client-" + std::to_string(i) + "/1";
    api.send(request);
  }
  EXPECT_LE(api.api.counts().size(), 4100U);
  std::uint64_t all = 0;
  for (const auto& [key, times] : api.api.counts()) all += times;
  EXPECT_EQ(all, 5000U);
}

TEST_F(Counters, KnowACallerByItsHeadersAlone) {
  net::ServerRequest request = api.request("POST", kMaps);
  EXPECT_TRUE(api.api.knows(request));
  request.headers.front().value = "Bearer wrong";
  EXPECT_FALSE(api.api.knows(request));
}

class PatchLimits : public testing::Test {
 protected:
  PatchLimits() { api.post(kMaps, R"({"metadata":{"name":"a"},"data":{"k":"v"}})"); }
  Heard patch(std::string_view operations) {
    return api.send(api.request("PATCH", std::string(kMaps) + "/a", operations, "application/json-patch+json"));
  }
  // An object in an object, `levels` deep.
  static std::string nested(int levels) {
    std::string out;
    for (int i = 0; i < levels; ++i) out += R"({"a":)";
    return out + "{}" + std::string(static_cast<std::size_t>(levels), '}');
  }

  ApiHarness api;
};

TEST_F(PatchLimits, OfJsonMayNotNestByMovingDeeperThanABodyMay) {
  std::string below = "/b";
  for (int i = 0; i < 60; ++i) below += "/a";
  const std::string operations = fmt::format(
      R"([{{"op":"add","path":"/x","value":{0}}},{{"op":"add","path":"/b","value":{0}}},
          {{"op":"move","from":"/x","path":"{1}/c"}}])",
      nested(60), below);
  const Heard refused = patch(operations);
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.message(), HasSubstr("nests deeper than 100 levels"));
}

TEST_F(PatchLimits, OfJsonMayNotCopyMoreThanThreeMebibytes) {
  std::string operations = R"([{"op":"add","path":"/data/x","value":")" + std::string(1000, 'x') + "\"}";
  for (int i = 0; i < 30; ++i) {
    operations += fmt::format(R"(,{{"op":"copy","from":"/data","path":"/data/c{}"}})", i);
  }
  const Heard refused = patch(operations + "]");
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.at("reason"), "RequestEntityTooLarge");
  EXPECT_THAT(refused.message(), HasSubstr("copy operations of this JSON patch add more than 3145728 bytes"));
}

TEST_F(PatchLimits, OfJsonMayCopyAndMoveAsUsual) {
  const Heard done =
      patch(R"([{"op":"copy","from":"/data/k","path":"/data/l"},{"op":"move","from":"/data/k","path":"/data/m"}])");
  EXPECT_EQ(done.status, 200) << done.message();
  EXPECT_EQ(done.at("data.l"), "v");
  EXPECT_EQ(done.at("data.m"), "v");
  EXPECT_EQ(json::find(done.body, "data.k"), nullptr);
}

TEST_F(PatchLimits, OfJsonMayNotShiftLongListsThousandsOfTimes) {
  std::string items = "0";
  for (int i = 0; i < 20000; ++i) items += ",0";
  std::string operations = R"([{"op":"add","path":"/x","value":[)" + items + "]}";
  for (int i = 0; i < 2000; ++i) operations += R"(,{"op":"add","path":"/x/0","value":1})";
  const Heard refused = patch(operations + "]");
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.message(), HasSubstr("move more than one request may"));
}

TEST_F(PatchLimits, OfJsonMayHaveTenThousandOperations) {
  std::string operations = R"([{"op":"test","path":"/data/k","value":"v"})";
  for (int i = 0; i < 10000; ++i) operations += R"(,{"op":"test","path":"/data/k","value":"v"})";
  EXPECT_EQ(patch(operations + "]").status, 413);
  const std::size_t last = operations.rfind(",{");
  EXPECT_EQ(patch(operations.substr(0, last) + "]").status, 200);
}

TEST(StrategicPatch, MayNotCompareListsWithoutEnd) {
  ApiHarness api;
  api.post(kMaps, R"({"metadata":{"name":"a"}})");
  std::string names;
  for (int i = 0; i < 8000; ++i) names += fmt::format(R"({}"f.io/{}")", i == 0 ? "" : ",", i);
  const std::string body = R"({"metadata":{"finalizers":[)" + names + "]}}";
  const std::string_view type = "application/strategic-merge-patch+json";
  // The second time there is a list to merge with.
  (void)api.send(api.request("PATCH", std::string(kMaps) + "/a", body, std::string(type)));
  const Heard refused = api.send(api.request("PATCH", std::string(kMaps) + "/a", body, std::string(type)));
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.message(), HasSubstr("too long to be merged in one request"));
}

class Backlog : public testing::Test {
 protected:
  void write(std::size_t size) {
    const std::string body =
        R"({"metadata":{"name":"a"},"data":{"k":")" + std::string(size, 'x') + std::to_string(++n_) + R"("}})";
    const Heard done = n_ == 1 ? api.post(kMaps, body) : api.put(std::string(kMaps) + "/a", body);
    ASSERT_LT(done.status, 300) << done.message();
  }
  int n_ = 0;
  ApiHarness api{Store::Options{.history_bytes = 100'000, .watch_backlog = 50'000}};
};

TEST_F(Backlog, OfAWatchIsBoundedInBytes) {
  write(10);
  const auto watch = api.watch(std::string(kMaps) + "?watch=1&resourceVersion=0");
  ApiHarness::read(*watch);
  for (int i = 0; i < 4; ++i) write(9000);
  EXPECT_FALSE(watch->feed->ended()) << "36 KB wait";
  for (int i = 0; i < 4; ++i) write(9000);
  EXPECT_TRUE(watch->feed->ended()) << "cut off, and what waited is dropped";
}

TEST_F(Backlog, IsPaidBackByReading) {
  write(10);
  const auto watch = api.watch(std::string(kMaps) + "?watch=1&resourceVersion=0");
  for (int i = 0; i < 50; ++i) {
    write(9000);
    ApiHarness::read(*watch);
  }
  EXPECT_FALSE(watch->feed->ended());
}

TEST_F(Backlog, OfTheHistoryIsBoundedInBytesSoThatAnOldRevisionIsGone) {
  write(10);
  const std::string old(api.get(std::string(kMaps) + "/a").at("metadata.resourceVersion"));
  for (int i = 0; i < 20; ++i) write(9000);
  EXPECT_LE(api.api.store().history_bytes(), 100'000U);
  const auto watch = api.watch(std::string(kMaps) + "?watch=1&resourceVersion=" + old);
  const auto lines = ApiHarness::read(*watch);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(json::find(lines[0], "object.code")->to_number<int>(), 410);
}

}  // namespace
}  // namespace rotor::apiserver
