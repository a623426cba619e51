// URLs as far as this project needs them. https://www.rfc-editor.org/rfc/rfc3986
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace rotor::net {

struct Url {
  std::string scheme;  // lower case
  std::string host;    // without brackets
  std::uint16_t port = 0;
  std::string target;  // path and query, at least "/"

  std::string origin() const;       // https://host:port
  std::string host_header() const;  // port left out when it is the scheme's own
};

Result<Url> parse_url(std::string_view text);  // http and https only

}  // namespace rotor::net
