#include <array>

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include "admission/instance_rules.hpp"

namespace rotor::admission {
namespace {

bool is_cidr(const std::string& text) {
  boost::system::error_code not_v4, not_v6;
  boost::asio::ip::make_network_v4(text, not_v4);
  boost::asio::ip::make_network_v6(text, not_v6);
  return !not_v4 || !not_v6;
}

}  // namespace

void judge_user(const SpecReader& spec, InstanceFindings& out) {
  if (spec.number("security.podSecurityContext.runAsUser") == 0) {
    out.stop(
        "spec.security.podSecurityContext.runAsUser: running as root (UID 0) is not allowed; leave it out for 1000, or "
        "name another user");
  }
  if (spec.flag("security.podSecurityContext.runAsNonRoot") == false) {
    out.warn("spec.security.podSecurityContext.runAsNonRoot is false: a container of the pod may run as root");
  }
}

void judge_network(const SpecReader& spec, InstanceFindings& out) {
  if (spec.flag("security.networkPolicy.enabled") == false) {
    out.warn("spec.security.networkPolicy.enabled is false: the pod has unrestricted network access");
  }
  if (!spec.on("networking.ingress.enabled")) return;
  if (spec.list("networking.ingress.tls").empty()) {
    out.warn("spec.networking.ingress has no tls: traffic from outside is not encrypted");
  }
  if (spec.flag("networking.ingress.security.forceHTTPS") == false) {
    out.warn("spec.networking.ingress.security.forceHTTPS is false: plain HTTP is answered");
  }
}

void judge_privileges(const SpecReader& spec, InstanceFindings& out) {
  if (spec.on("security.containerSecurityContext.allowPrivilegeEscalation")) {
    out.warn("spec.security.containerSecurityContext.allowPrivilegeEscalation is true: a process may gain privileges");
  }
  if (spec.flag("security.containerSecurityContext.readOnlyRootFilesystem") == false) {
    out.warn("spec.security.containerSecurityContext.readOnlyRootFilesystem is false: the image can be written to");
  }
  if (spec.number("security.containerSecurityContext.runAsUser") == 0) {
    out.warn("spec.security.containerSecurityContext.runAsUser is 0: the program runs as root");
  }
}

void judge_ca_bundle(const SpecReader& spec, InstanceFindings& out) {
  if (!spec.has("security.caBundle")) return;
  const bool config_map = !spec.text("security.caBundle.configMapName").empty();
  const bool secret = !spec.text("security.caBundle.secretName").empty();
  if (config_map == secret) {
    out.stop(fmt::format("spec.security.caBundle: {}; name one of configMapName and secretName",
                         config_map ? "configMapName and secretName are both set" : "no source is set"));
  }
}

void judge_addresses(const SpecReader& spec, InstanceFindings& out) {
  for (const std::string_view list : {"allowedIngressCIDRs", "allowedEgressCIDRs"}) {
    int i = 0;
    for (const json::Value& entry : spec.list(fmt::format("security.networkPolicy.{}", list))) {
      if (entry.is_string() && !is_cidr(std::string(entry.get_string()))) {
        out.warn(
            fmt::format("spec.security.networkPolicy.{}[{}] is no CIDR: write an address and a prefix length, for "
                        "example 10.0.0.0/8",
                        list, i));
      }
      ++i;
    }
  }
}

}  // namespace rotor::admission
