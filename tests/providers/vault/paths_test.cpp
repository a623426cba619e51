// Where in Vault a key lies, with and without a mount in the store.
#include "providers/vault/paths.hpp"

#include <gtest/gtest.h>

namespace rotor::providers::vault {
namespace {

Config mounted(std::string path, std::string version) {
  Config config;
  config.path = std::move(path);
  config.version = std::move(version);
  return config;
}

struct PathCase {
  std::string_view mount, version, key, data, metadata;
};
class VaultPath : public testing::TestWithParam<PathCase> {};

TEST_P(VaultPath, PutsTheKeyUnderItsMount) {
  const PathCase& c = GetParam();
  const Config config = mounted(std::string(c.mount), std::string(c.version));
  EXPECT_EQ(data_path(config, c.key), std::string(c.data));
  EXPECT_EQ(metadata_path(config, c.key), std::string(c.metadata));
}

// V25 to V32.
INSTANTIATE_TEST_SUITE_P(
    Cases, VaultPath,
    testing::Values(
        PathCase{"secret/path", "v2", "secret/path/data/test", "secret/path/data/test", "secret/path/metadata/test"},
        PathCase{"secret/path", "v2", "secret/path/test", "secret/path/data/test", "secret/path/metadata/test"},
        PathCase{"secret/path", "v2", "test", "secret/path/data/test", "secret/path/metadata/test"},
        PathCase{"secret/path", "v2", "/test/", "secret/path/data/test", "secret/path/metadata/test"},
        PathCase{"/secret/path/", "v2", "a//b", "secret/path/data/a/b", "secret/path/metadata/a/b"},
        PathCase{"secret", "v2", "data/foo", "secret/data/data/foo", "secret/metadata/data/foo"},
        PathCase{"secret", "v2", "secret/secret/x", "secret/data/secret/x", "secret/metadata/secret/x"},
        PathCase{"", "v2", "secret/test/big/path", "secret/data/test/big/path", "secret/metadata/test/big/path"},
        PathCase{"", "v2", "secret/test/data/not/the/first/and/data/twice",
                 "secret/test/data/not/the/first/and/data/twice", "secret/test/metadata/not/the/first/and/data/twice"},
        PathCase{"", "v2", "my_data/data/path", "my_data/data/path", "my_data/metadata/path"},
        PathCase{"secret/path", "v1", "secret/path/test", "secret/path/test", "secret/path/test"},
        PathCase{"secret/path", "v1", "test", "secret/path/test", "secret/path/test"},
        PathCase{"secret/path", "v1", "data/test", "secret/path/data/test", "secret/path/data/test"},
        PathCase{"", "v1", "secret/test", "secret/test", "secret/test"}));

struct RefusedKey {
  std::string_view key, why;
};
class VaultKey : public testing::TestWithParam<RefusedKey> {};

TEST_P(VaultKey, NeverLeavesItsMount) {
  for (const char* version : {"v1", "v2"}) {
    const auto path = data_path(mounted("secret", version), GetParam().key);
    ASSERT_FALSE(path) << *path;
    EXPECT_EQ(path.error().code, Code::kInvalid);
    EXPECT_TRUE(path.error().message.contains(GetParam().why)) << path.error().message;
    EXPECT_FALSE(metadata_path(mounted("secret", version), GetParam().key));
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, VaultKey,
                         testing::Values(RefusedKey{"../../sys/mounts", "holds no segment"},
                                         RefusedKey{"a/../b", "holds no segment"},
                                         RefusedKey{"a/.", "holds no segment"}, RefusedKey{"..", "holds no segment"},
                                         RefusedKey{"a\nb", "control character"},
                                         RefusedKey{std::string_view("a\0b", 3), "control character"},
                                         RefusedKey{"", "remoteRef.key is empty"},
                                         RefusedKey{"///", "remoteRef.key is empty"}));

TEST(VaultRequestPath, EncodesWhateverCouldMeanSomethingInAUrl) {
  EXPECT_EQ(request_path("secret/data/a b?c#d%2e%2e;é"), "/v1/secret/data/a%20b%3Fc%23d%252e%252e%3B%C3%A9");
  EXPECT_EQ(request_path("secret/data/ x "), "/v1/secret/data/%20x%20");
}

struct RootCase {
  std::string_view mount, version, find_path, prefix, list;
};
class VaultSearch : public testing::TestWithParam<RootCase> {};

TEST_P(VaultSearch, BeginsWhereThePathSays) {
  const RootCase& c = GetParam();
  const auto root = search_root(mounted(std::string(c.mount), std::string(c.version)), c.find_path);
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ(root->prefix, c.prefix);
  EXPECT_EQ(root->list, c.list);
}

INSTANTIATE_TEST_SUITE_P(Cases, VaultSearch,
                         testing::Values(RootCase{"secret", "v2", "", "", "secret/metadata"},
                                         RootCase{"secret", "v2", "path", "path/", "secret/metadata/path"},
                                         RootCase{"secret", "v2", "secret/path/", "path/", "secret/metadata/path"},
                                         RootCase{"secret", "v1", "", "", "secret"},
                                         RootCase{"secret", "v1", "path", "path/", "secret/path"},
                                         RootCase{"", "v2", "secret/data", "secret/data/", "secret/metadata"},
                                         RootCase{"", "v2", "secret/data/dir", "secret/data/dir/",
                                                  "secret/metadata/dir"},
                                         RootCase{"", "v1", "kv/dir", "kv/dir/", "kv/dir"}));

TEST(VaultSearchWithoutAMount, NeedsAPathThatNamesOne) {
  EXPECT_TRUE(search_root(mounted("", "v2"), "").error().message.contains("neither spec.provider.vault.path"));
  EXPECT_TRUE(search_root(mounted("", "v2"), "dir").error().message.contains("isn't a valid kv v2 path"));
  EXPECT_FALSE(search_root(mounted("secret", "v2"), "../sys"));
}

TEST(VaultFoundName, IsReadWhereItWasFoundEvenIfItBeginsLikeTheMount) {
  EXPECT_EQ(found_data_path(mounted("secret", "v2"), "secret/x"), "secret/data/secret/x");
  EXPECT_EQ(found_metadata_path(mounted("secret", "v2"), "data/x"), "secret/metadata/data/x");
  EXPECT_EQ(found_data_path(mounted("", "v2"), "secret/data/dir/x"), "secret/data/dir/x");
  EXPECT_EQ(found_metadata_path(mounted("", "v2"), "secret/data/dir/x"), "secret/metadata/dir/x");
  EXPECT_EQ(found_data_path(mounted("secret", "v1"), "secret/x"), "secret/secret/x");
}

TEST(VaultVersion, IsAWholeNumberOrNothing) {
  const Config v2 = mounted("secret", "v2");
  EXPECT_EQ(version_query(v2, ""), "");
  EXPECT_EQ(version_query(v2, "0"), "") << "the latest, as the server reads it";
  EXPECT_EQ(version_query(v2, "12"), "version=12");
  EXPECT_EQ(version_query(mounted("secret", "v1"), "3"), "") << "version 1 has none";
  for (const char* text : {"-1", "0x2", "abc", "1.0", "01", " 1", "1&x=y", "1234567890123456789"}) {
    const auto query = version_query(v2, text);
    ASSERT_FALSE(query) << text;
    EXPECT_TRUE(query.error().message.starts_with("remoteRef.version")) << query.error().message;
  }
}

}  // namespace
}  // namespace rotor::providers::vault
