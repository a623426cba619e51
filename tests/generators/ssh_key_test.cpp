// SSHKey, read back by OpenSSH itself.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "generators/local.hpp"

namespace rotor::generators {
namespace {

namespace fs = std::filesystem;

std::string text_of(const SecretMap& values, std::string_view key) {
  return std::string(values.at(std::string(key)).reveal());
}

// What a command prints; "exit N: …" when it fails.
std::string run(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string out;
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) out += buffer;
  const int status = pclose(pipe);
  return status == 0 ? out : "exit " + std::to_string(status) + ": " + out;
}

struct KeyCase {
  std::string_view spec, algorithm, bits;
};
class SshKeyGenerator : public testing::TestWithParam<KeyCase> {
 protected:
  SshKeyGenerator() {
    std::string name = (fs::temp_directory_path() / "rotor-ssh-XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  ~SshKeyGenerator() override { fs::remove_all(folder); }
  std::string file(const char* name, const std::string& text) const {
    const fs::path path = folder / name;
    std::ofstream(path) << text;
    chmod(path.c_str(), S_IRUSR | S_IWUSR);
    return path.string();
  }
  fs::path folder;
};

// ssh-keygen -y reads the private key and prints the public one: they belong together, and OpenSSH takes the format.
TEST_P(SshKeyGenerator, MakesAPairThatOpenSshTakes) {
  const auto made = make_ssh_key({std::string(GetParam().spec)}, private_random);
  ASSERT_TRUE(made) << made.error().message;
  const std::string open = text_of(*made, "publicKey");
  EXPECT_TRUE(open.starts_with(std::string(GetParam().algorithm) + " ")) << open;
  EXPECT_TRUE(open.ends_with(" team@example.com\n")) << open;
  const std::string key = file("key", text_of(*made, "privateKey"));
  EXPECT_EQ(run("ssh-keygen -y -P '' -f " + key), open);
  const std::string seen = run("ssh-keygen -l -f " + file("key.pub", open));
  EXPECT_TRUE(seen.starts_with(std::string(GetParam().bits) + " ")) << seen;
  // Signs and is verified: the private half is whole, not only well-formed.
  const std::string message = file("message", "hello");
  const std::string allowed = file("allowed", "me " + open);
  run("ssh-keygen -Y sign -q -n file -f " + key + " " + message);
  const std::string verified =
      run("ssh-keygen -Y verify -n file -I me -f " + allowed + " -s " + message + ".sig < " + message);
  EXPECT_TRUE(verified.starts_with("Good \"file\" signature for me")) << verified;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, SshKeyGenerator,
    testing::Values(
        KeyCase{R"({"comment":"team@example.com"})", "ssh-rsa", "2048"},
        KeyCase{R"({"keyType":"rsa","keySize":1024,"comment":"team@example.com"})", "ssh-rsa", "1024"},
        KeyCase{R"({"keyType":"ecdsa","comment":"team@example.com"})", "ecdsa-sha2-nistp256", "256"},
        KeyCase{R"({"keyType":"ecdsa","keySize":384,"comment":"team@example.com"})", "ecdsa-sha2-nistp384", "384"},
        KeyCase{R"({"keyType":"ecdsa","keySize":521,"comment":"team@example.com"})", "ecdsa-sha2-nistp521", "521"},
        KeyCase{R"({"keyType":"ecdsa","keySize":300,"comment":"team@example.com"})", "ecdsa-sha2-nistp256", "256"},
        KeyCase{R"({"keyType":"ed25519","keySize":300,"comment":"team@example.com"})", "ssh-ed25519", "256"}));

TEST(SshKeyText, HasNoCommentWhenNoneIsAskedFor) {
  const auto made = make_ssh_key({R"({"keyType":"ed25519"})"}, private_random);
  ASSERT_TRUE(made);
  EXPECT_TRUE(std::regex_match(text_of(*made, "publicKey"), std::regex("ssh-ed25519 [A-Za-z0-9+/=]+\n")));
  EXPECT_TRUE(text_of(*made, "privateKey").starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
}

TEST(SshKeyText, IsNeverTheSameTwice) {
  const auto one = make_ssh_key({R"({"keyType":"ed25519"})"}, private_random);
  const auto two = make_ssh_key({R"({"keyType":"ed25519"})"}, private_random);
  ASSERT_TRUE(one && two);
  EXPECT_NE(text_of(*one, "publicKey"), text_of(*two, "publicKey"));
}

// A key of 8192 bits takes many seconds, and nobody waits for it any more.
TEST(SshKey, OfManyBitsIsGivenUpWhenItIsToldToStop) {
  std::stop_source stop;
  stop.request_stop();
  const auto made = make_ssh_key({R"({"keySize":8192})"}, private_random, stop.get_token());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kCancelled);
}

TEST(SshKey, SaysWhichSizeItTakesForOneThatItDoesNotHave) {
  const auto said = [](std::string_view spec) { return remark_on_ssh_key({std::string(spec)}); };
  EXPECT_EQ(said(R"({"keyType":"ecdsa","keySize":1000})"),
            "spec.keySize 1000 is taken for 256: an ecdsa key has 256, 384 or 521 bits");
  EXPECT_EQ(said(R"({"keyType":"ed25519","keySize":512})"),
            "spec.keySize 512 means nothing for ed25519, whose keys have one size: leave it out");
  for (const char* fine : {"{}", R"({"keySize":3000})", R"({"keyType":"ecdsa","keySize":384})",
                           R"({"keyType":"ecdsa"})", R"({"keyType":"ed25519"})"}) {
    EXPECT_EQ(said(fine), "") << fine;
  }
}

struct RefusedKey {
  std::string_view spec, message;
};
class RefusedSshKey : public testing::TestWithParam<RefusedKey> {};

TEST_P(RefusedSshKey, SaysWhyAndWhatToWrite) {
  const auto made = make_ssh_key({std::string(GetParam().spec)}, private_random);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kInvalid);
  EXPECT_EQ(made.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RefusedSshKey,
    testing::Values(
        RefusedKey{R"({"keyType":"dsa"})",
                   "unable to generate SSH key: unsupported key type: dsa; set spec.keyType to rsa, ecdsa or ed25519"},
        RefusedKey{R"({"keySize":512})",
                   "unable to generate SSH key: spec.keySize 512: an RSA key has 1024 to 8192 bits"},
        RefusedKey{R"({"keySize":100000})",
                   "unable to generate SSH key: spec.keySize 100000: an RSA key has 1024 to 8192 bits"},
        // It would be a second line of authorized_keys.
        RefusedKey{R"({"keyType":"ed25519","comment":"me\nssh-rsa AAAA other"})",
                   "unable to generate SSH key: spec.comment holds a control character; write one line"}));

}  // namespace
}  // namespace rotor::generators
