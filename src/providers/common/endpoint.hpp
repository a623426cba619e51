// Which addresses a manifest may name for a store. Whoever writes a store must not reach the node's metadata service
// with the controller's network identity, nor send a credential in the clear.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/url.hpp"
#include "providers/services.hpp"

namespace rotor::providers {

// The URL when a credential may be sent there: https; or http to a loopback address or an in-cluster name
// (NAME, NAME.NAMESPACE.svc, NAME.NAMESPACE.svc.cluster.local), or where `plain` permits it. No user or fragment in it.
// Link-local and metadata addresses, and numbers a resolver would make an address of, are refused. `field` names the
// manifest field in the error (kInvalid).
Result<net::Url> check_endpoint(std::string_view field, std::string_view url, PlainHttp plain);

// A base address that paths can be put behind.
std::string without_trailing_slashes(std::string url);

// Do both name the same server? Answers may point at a next page, but credentials go to the first server alone.
bool same_origin(std::string_view one, std::string_view other);

// `host` without brackets: a loopback name or address.
bool is_loopback_host(std::string_view host);

// `host` without brackets: link-local, or a cloud's metadata service by its address or name.
bool is_metadata_host(std::string_view host);

}  // namespace rotor::providers
