// What the API server sends its questions to.
#pragma once

#include "net/server.hpp"
#include "providers/registry.hpp"

namespace rotor::admission {

// Two objects of the greatest size that the API server takes, and the frame around them.
inline constexpr std::size_t kMostOfAQuestion = 8U << 20;

// For net::start_server. The registry outlives it.
net::Handler make_endpoint(const providers::ProviderRegistry& registry);
// Whose body is worth reading: a POST to one of our paths.
bool wants_question(const net::ServerRequest& head);

}  // namespace rotor::admission
