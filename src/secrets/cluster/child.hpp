// The ExternalSecret that a ClusterExternalSecret has in a namespace: what it should look like, and whose it is. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "secrets/cluster/views.hpp"

namespace rotor::secrets::cluster {

inline constexpr std::string_view kFinalizer = "externalsecrets.external-secrets.io/clusterexternalsecret-cleanup";
inline constexpr std::string_view kForceSync = "external-secrets.io/force-sync";

// What a namespace carries as long as something of this ClusterExternalSecret stands in it.
std::string namespace_finalizer(std::string_view cluster_external_secret);
// The ClusterExternalSecret of a finalizer of that form; empty for any other finalizer. A shortened name is nobody's.
std::string_view claimed_by(std::string_view finalizer);

bool is_child_of(const ExternalSecret& es, std::string_view cluster_external_secret);

// The same in every namespace; made once a pass.
class Child {
 public:
  explicit Child(const ClusterExternalSecret& parent);

  const std::string& name() const { return wanted_.metadata.name; }
  // The object to create.
  std::string in(const std::string& ns) const;
  // The merge patch that makes this of it; nullopt when it is so already.
  std::optional<std::string> patch(const ExternalSecret& live) const;

 private:
  ExternalSecret wanted_;
};

}  // namespace rotor::secrets::cluster
