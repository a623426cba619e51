// Which addresses a client may connect to, whatever name led there.
#pragma once

#include <boost/asio/ip/address.hpp>

#include "base/error.hpp"
#include "net/http.hpp"
#include "net/resolve.hpp"

namespace rotor::net {

// Link-local, unspecified, or a cloud's metadata service: what answers there speaks for the machine.
bool is_node_address(const boost::asio::ip::address& address);

bool within(Reach reach, const boost::asio::ip::address& address);

// Those that may be connected to. kDenied when a name leads to none of them.
Result<Endpoints> keep_within(Reach reach, Endpoints endpoints);

}  // namespace rotor::net
