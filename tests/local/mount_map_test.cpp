#include "local/node/mount_map.hpp"

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

MountMap mounts() {
  MountMap out;
  out.add("/etc/config", "/here/volumes/config");
  out.add("/data/", "/here/volumes/data");
  out.add("/data/cache", "/here/volumes/cache");
  out.add("/tmp", "/here/volumes/tmp");
  return out;
}

TEST(MountMap, GivesPathsAtAndBelowAMountTheirLocalPlace) {
  EXPECT_EQ(mounts().local("/etc/config"), "/here/volumes/config");
  EXPECT_EQ(mounts().local("/etc//config/./a/b"), "/here/volumes/config/a/b");
  EXPECT_EQ(mounts().local("/data/cache/x"), "/here/volumes/cache/x") << "the deeper mount";
  EXPECT_EQ(mounts().local("/etc/configuration"), std::nullopt);
  EXPECT_EQ(mounts().local("/etc"), std::nullopt);
}

struct Case {
  const char* text;
  const char* expected;
};

TEST(MountMap, RewritesPathsInTextsAsWholeComponents) {
  const Case cases[] = {
      {"/etc/config", "/here/volumes/config"},
      {"/etc/config/app.yaml", "/here/volumes/config/app.yaml"},
      {"--config=/etc/config/app.yaml", "--config=/here/volumes/config/app.yaml"},
      {"/data/bin:/usr/bin:/data/cache/bin", "/here/volumes/data/bin:/usr/bin:/here/volumes/cache/bin"},
      {R"({"dir": "/data", "x": ["/tmp/a","/tmp"]})",
       R"({"dir": "/here/volumes/data", "x": ["/here/volumes/tmp/a","/here/volumes/tmp"]})"},
      {"file:///data/db", "file:///here/volumes/data/db"},
      {"cat /tmp/a >/tmp/b; exec app", "cat /here/volumes/tmp/a >/here/volumes/tmp/b; exec app"},
      {"curl -d @/data/body", "curl -d @/here/volumes/data/body"},
  };
  for (const Case& one : cases) EXPECT_EQ(mounts().rewrite(one.text), one.expected);
}

TEST(MountMap, LeavesOtherWordsAndLongerPathsAlone) {
  for (const char* text :
       {"/etc/configuration", "/etc/config.d/x", "/var/data", "/srv/tmp/x", "etc/config", "https://host/data/x",
        "s3://bucket/tmp", "-I/data", "$(ROOT)/data", "${ROOT}/tmp/x", "/database", "", "/", "no path"}) {
    EXPECT_EQ(mounts().rewrite(text), text);
  }
}

TEST(MountMap, EscapesDollarsWhereTheTextIsExpandedAfterwards) {
  MountMap map;
  map.add("/data", "/home/$x/data");
  EXPECT_EQ(map.rewrite("/data/$(A)", "$$"), "/home/$$x/data/$(A)");
  EXPECT_EQ(map.rewrite("/data/$(A)"), "/home/$x/data/$(A)");
}

TEST(MountMap, AMountOfTheRootIsNotEveryPath) {
  MountMap map;
  map.add("/", "/here");
  EXPECT_EQ(map.rewrite("/usr/bin/env"), "/usr/bin/env");
}

}  // namespace
}  // namespace rotor::local
