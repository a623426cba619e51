// The login that a person has at hand, in place of the manifest's.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/providers/vault/fake_vault.hpp"

namespace rotor::providers::vault {
namespace {

constexpr const char* kInTheCluster = R"("auth":{"kubernetes":{"role":"demo","serviceAccountRef":{"name":"sa"}}})";

class VaultPerson : public VaultFlow {
 protected:
  VaultPerson() {
    folder_ =
        testing::TempDir() + "rotor-vault-person-" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    variables_["HOME"] = folder_;
    variables_["VAULT_ADDR"] = url() + "/";
    vault_.tokens.insert("hvs.mine");
    vault_.logins["kubernetes/login"] = R"({"role":"demo","jwt":"jwt-1"})";
    logins(PersonalLogins::kPreferred);
  }
  ~VaultPerson() override { std::filesystem::remove_all(folder_); }

  void logins(PersonalLogins personal) {
    personal_ = personal;
    provider_ = make_provider(services());
  }
  void keep(const std::string& text) { std::ofstream(folder_ + "/.vault-token") << text; }

  // The token that a read was sent with.
  std::string used(const std::string& auth = kInTheCluster) {
    auto made = client(auth);
    if (!made) return made.error().message;
    static_cast<void>(get(**made, remote("app", "user")));
    return vault_.seen.empty() ? "no call" : vault_.seen.back().header("X-Vault-Token");
  }

  std::string folder_;
};

TEST_F(VaultPerson, UsesTheTokenOfTheEnvironmentBeforeTheFileOfTheVaultCommand) {
  keep("hvs.kept\n");
  EXPECT_EQ(used(), "hvs.kept");
  variables_["VAULT_TOKEN"] = "hvs.mine";
  EXPECT_EQ(used(), "hvs.mine");
  EXPECT_EQ(used(kAppRole), "hvs.mine");
  EXPECT_EQ(vault_.count("/login"), 0);
}

// A manifest of somebody else's must not collect tokens.
TEST_F(VaultPerson, SendsATokenToTheServerOfVaultAddrAlone) {
  variables_["VAULT_TOKEN"] = "hvs.mine";
  for (const char* elsewhere : {"", "https://vault.example.com", "http://127.0.0.1:1"}) {
    variables_["VAULT_ADDR"] = elsewhere;
    vault_.seen.clear();
    EXPECT_NE(used(), "hvs.mine") << elsewhere;
  }
}

TEST_F(VaultPerson, IsNotUsedUnlessThePersonSaysSo) {
  variables_["VAULT_TOKEN"] = "hvs.mine";
  for (const PersonalLogins personal : {PersonalLogins::kOwn, PersonalLogins::kRefused}) {
    logins(personal);
    EXPECT_NE(used(), "hvs.mine");
  }
}

TEST_F(VaultPerson, ATokenThatNoHeaderCanCarryNamesItsPlace) {
  keep("two\nlines\n");
  EXPECT_TRUE(used().contains(folder_ + "/.vault-token")) << used();
  EXPECT_FALSE(used().contains("lines\n"));
}

}  // namespace
}  // namespace rotor::providers::vault
