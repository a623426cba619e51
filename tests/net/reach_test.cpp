#include "net/reach.hpp"

#include <gtest/gtest.h>

#include "tests/net/site.hpp"

namespace rotor::net {
namespace {

namespace ip = boost::asio::ip;

struct ReachCase {
  const char* address;
  bool of_the_node;
  bool loopback = false;
};

TEST(Reach, LeavesOutTheNodesOwnAddressesAndLoopback) {
  for (const ReachCase& c : {ReachCase{"169.254.169.254", true},
                             {"169.254.0.1", true},
                             {"::ffff:169.254.169.254", true},
                             {"fe80::1", true},
                             {"fd00:ec2::254", true},
                             {"168.63.129.16", true},
                             {"100.100.100.200", true},
                             {"0.0.0.0", true},
                             {"::", true},
                             {"::ffff:0.0.0.0", true},
                             {"127.0.0.1", false, true},
                             {"127.9.9.9", false, true},
                             {"::1", false, true},
                             {"::ffff:127.0.0.1", false, true},
                             {"10.0.0.1", false},
                             {"192.0.2.1", false},
                             {"169.253.255.255", false},
                             {"fd00:ec2::253", false},
                             {"2001:db8::1", false}}) {
    const auto address = ip::make_address(c.address);
    EXPECT_TRUE(within(Reach::kAnywhere, address)) << c.address;
    EXPECT_EQ(within(Reach::kNotOfTheNode, address), !c.of_the_node) << c.address;
    EXPECT_EQ(within(Reach::kRemote, address), !c.of_the_node && !c.loopback) << c.address;
  }
}

TEST(Reach, KeepsTheAddressesThatMayBeConnectedTo) {
  const ip::tcp::endpoint mine(ip::make_address("127.0.0.1"), 1), theirs(ip::make_address("192.0.2.1"), 1);
  EXPECT_EQ(keep_within(Reach::kRemote, {mine, theirs}), Endpoints{theirs});
  const auto none = keep_within(Reach::kRemote, {mine});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kDenied);
}

class ReachOfAClient : public Site {
 protected:
  void serve_counted() {
    serve(
        [this](ServerRequest request, ServerResponse& response) { return count(*this, std::move(request), response); },
        {});
  }
  void connect_with(Reach reach) {
    ClientConfig config = client_config();
    config.reach = reach;
    config.beyond_reach = "this is the way out";
    connect(std::move(config));
  }
  static Task<> count(ReachOfAClient& self, ServerRequest, ServerResponse& response) {
    ++self.served;
    co_await response.respond(200, {}, SecretBytes("ok"));
  }
  int served = 0;
};

TEST_F(ReachOfAClient, IsLookedAtByAddressAndNotByName) {
  serve_counted();
  connect_with(Reach::kRemote);
  for (const char* host : {"localhost", "127.0.0.1"}) {
    const auto refused = send({.url = url("/", host)});
    ASSERT_FALSE(refused) << host;
    EXPECT_EQ(refused.error().code, Code::kDenied);
    EXPECT_TRUE(
        refused.error().message.contains("a loopback address, which is out of bounds here; this is the way out"))
        << refused.error().message;
    EXPECT_TRUE(refused.error().message.contains(host)) << refused.error().message;
  }
  EXPECT_EQ(served, 0);
  connect_with(Reach::kNotOfTheNode);
  EXPECT_TRUE(send({.url = url("/", "localhost")}));
  EXPECT_EQ(served, 1);
}

TEST_F(ReachOfAClient, NeverIsTheNodesMetadataService) {
  connect_with(Reach::kNotOfTheNode);
  const auto refused = send({.url = "http://169.254.169.254/"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kDenied);
  EXPECT_TRUE(refused.error().message.contains("an address of the node, not of a server")) << refused.error().message;
}

}  // namespace
}  // namespace rotor::net
