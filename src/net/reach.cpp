#include "net/reach.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rotor::net {
namespace {

namespace ip = boost::asio::ip;

// Metadata services outside of the link-local ranges: Azure's wire server, Alibaba's, and AWS's over IPv6.
const std::array<ip::address, 3>& metadata_addresses() {
  static const std::array<ip::address, 3> kAll = {
      ip::make_address("168.63.129.16"), ip::make_address("100.100.100.200"), ip::make_address("fd00:ec2::254")};
  return kAll;
}

// IPv4 written as IPv6 is IPv4.
ip::address plain(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

bool link_local(const ip::address& address) {
  if (address.is_v6()) return address.to_v6().is_link_local();
  return (address.to_v4().to_uint() >> 16U) == 0xA9FEU;
}

}  // namespace

bool is_node_address(const ip::address& address) {
  const ip::address real = plain(address);
  return link_local(real) || real.is_unspecified() ||
         std::ranges::find(metadata_addresses(), real) != metadata_addresses().end();
}

bool within(Reach reach, const ip::address& address) {
  if (reach == Reach::kAnywhere) return true;
  if (is_node_address(address)) return false;
  return reach == Reach::kNotOfTheNode || !plain(address).is_loopback();
}

Result<Endpoints> keep_within(Reach reach, Endpoints endpoints) {
  if (endpoints.empty()) return endpoints;
  const ip::address first = endpoints.front().address();
  std::erase_if(endpoints, [reach](const auto& endpoint) { return !within(reach, endpoint.address()); });
  if (!endpoints.empty()) return endpoints;
  return fail(Code::kDenied, fmt::format("it leads to {}, {}", first.to_string(),
                                         is_node_address(first) ? "an address of the node, not of a server"
                                                                : "a loopback address, which is out of bounds here"));
}

}  // namespace rotor::net
