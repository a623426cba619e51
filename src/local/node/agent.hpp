// The pod of an OpenClawInstance as a process of this machine: what its image, its init containers and its sidecars do
// for it in a cluster.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/core/pod.hpp"
#include "kube/client/client.hpp"
#include "local/node/local_container.hpp"
#include "local/node/process.hpp"

namespace rotor::local {

// Its main container is the assistant's, with its data volume.
bool is_agent(const api::Pod& pod);

// Whether the words start OpenClaw's gateway, which answers the probes of its container.
bool runs_gateway(const std::vector<std::string>& words);

// The variable by which a gateway is told where to listen.
inline constexpr std::string_view kPortVariable = "OPENCLAW_GATEWAY_PORT";

// Where the gateway listens, as its words or else its environment say; 0: neither does.
std::uint16_t gateway_port(const std::vector<std::string>& words, const Environment& environment);

// How a process ended, and what that means when it was a gateway.
std::string describe_end(const Exit& exit, bool gateway);

// A port of the pod, which on this machine is the gateway's own: nobody stands before it.
int port_here(int declared, std::uint16_t gateway);

// The Secrets and ConfigMaps of what the node does in place of an init container.
References agent_references(const api::PodSpec& pod);

// What of the pod does not run here, in words for the person at the terminal.
std::vector<std::string> left_out(const api::Pod& pod);

struct LaidOut {
  LocalContainer local;
  std::vector<std::string> notes{};
  std::string reload_values{}, reload_tools{};  // folders of a pod that takes values while it runs; else empty
};
// Writes configuration and workspace to the data volume, and adds the variables that lead the program there. Errors as
// of PodStorage::prepare().
Task<Result<LaidOut>> lay_out_agent(kube::Client& client, std::shared_ptr<const api::Pod> pod, LocalContainer local,
                                    std::uint16_t port);

}  // namespace rotor::local
