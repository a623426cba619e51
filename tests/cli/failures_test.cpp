// A command line that is right and cannot be done: code 1, and what to do about it.
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/cli/command.hpp"
#include "tests/cli/rotor_process.hpp"

namespace rotor::cli {
namespace {

using testing::HasSubstr;

// A port of 127.0.0.1 that somebody has.
class TakenPort {
 public:
  TakenPort() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    listen(socket_, 1);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    number_ = std::to_string(ntohs(address.sin_port));
  }
  ~TakenPort() { close(socket_); }
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;
  const std::string& number() const { return number_; }

 private:
  int socket_;
  std::string number_;
};

constexpr const char* kKubeconfig =
    "{current-context: c, contexts: [{name: c, context: {cluster: k}}], clusters: [{name: k, cluster: {server: "
    "'https://127.0.0.1:1'}}]}";

TEST(OperatorCommand, NamesTheFlagWhosePortIsTaken) {
  const Folder folder;
  const TakenPort port;
  const std::string address = "127.0.0.1:" + port.number(), kubeconfig = folder.write("kubeconfig", kKubeconfig);
  for (const auto& [flag, other] : {std::pair("--metrics-addr", "--live-addr"), {"--live-addr", "--metrics-addr"}}) {
    RotorProcess rotor({"operator", "--kubeconfig", kubeconfig, flag, address, other, "0"});
    EXPECT_EQ(rotor.exit_code(), kFailed);
    EXPECT_THAT(rotor.output(), HasSubstr(std::string("rotor operator: ") + flag + ": "));
    EXPECT_THAT(rotor.output(), HasSubstr("the port is taken"));
  }
}

TEST(OperatorCommand, TakesFlagsOfTodaysOperatorsThatChangeNothingHere) {
  for (const char* flag : {"--experimental-enable-doppler-oidc-cache", "--experimental-doppler-oidc-cache-size=10",
                           "--vault-token-cache-size=5"}) {
    RotorProcess rotor({"operator", flag, "--kubeconfig", "/no/such/file"});
    EXPECT_EQ(rotor.exit_code(), kFailed) << flag;
    EXPECT_THAT(rotor.output(), HasSubstr("rotor operator: --kubeconfig: \"/no/such/file\" cannot be read")) << flag;
  }
}

TEST(OperatorCommand, SaysWhoNamedTheKubeconfigAndWhyItCannotBeRead) {
  RotorProcess flag({"operator", "--kubeconfig", "/no/such/file"});
  EXPECT_EQ(flag.exit_code(), kFailed);
  EXPECT_THAT(flag.output(), HasSubstr("rotor operator: --kubeconfig: \"/no/such/file\" cannot be read: No such file"));
  RotorProcess variable({"operator"}, [] { setenv("KUBECONFIG", "/no/such/file", 1); });
  EXPECT_EQ(variable.exit_code(), kFailed);
  EXPECT_THAT(variable.output(), HasSubstr("$KUBECONFIG: \"/no/such/file\" cannot be read: No such file"));
}

TEST(ApiserverCommand, SaysWhyItCannotWriteTheKubeconfigAndWhichPortIsTaken) {
  RotorProcess folder({"apiserver", "--kubeconfig-out", "/no/such/folder/kubeconfig"});
  EXPECT_EQ(folder.exit_code(), kFailed);
  EXPECT_THAT(folder.output(),
              HasSubstr("--kubeconfig-out: writing /no/such/folder/kubeconfig: No such file or directory"));
  const Folder there;
  const TakenPort port;
  RotorProcess taken({"apiserver", "--port", port.number(), "--kubeconfig-out", there.path("kubeconfig")});
  EXPECT_EQ(taken.exit_code(), kFailed);
  EXPECT_THAT(taken.output(), HasSubstr("the port is taken"));
  EXPECT_THAT(taken.output(), HasSubstr("--port"));
}

TEST(EveryCommand, FailsWhenItsOutputCannotBeWritten) {
  for (const char* word : {"crds", "man"}) {
    RotorProcess rotor({word}, [] {
      if (std::freopen("/dev/full", "w", stdout) == nullptr) _exit(99);
    });
    EXPECT_EQ(rotor.exit_code(), kFailed) << word;
    EXPECT_THAT(rotor.output(), HasSubstr("standard output cannot be written: No space left")) << word;
  }
}

}  // namespace
}  // namespace rotor::cli
