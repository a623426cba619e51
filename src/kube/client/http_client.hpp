// The Kubernetes API over HTTP: kube::Client on a net::HttpClient.
#pragma once

#include <memory>
#include <string>

#include "kube/client/client.hpp"
#include "kube/client/config.hpp"
#include "net/http.hpp"

namespace rotor::kube {

// make_client() (config.hpp) with a transport of the caller's.
std::unique_ptr<Client> make_client_on(std::unique_ptr<net::HttpClient> http, Clock& clock, ConnectionConfig config,
                                       std::string user_agent);

}  // namespace rotor::kube
