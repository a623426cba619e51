// From a kind as manifests name it to the resource that the API server serves it under.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "kube/client/client.hpp"

namespace rotor::kube {

// apiVersion and kind of a manifest.
struct KindName {
  std::string api_version{};
  std::string kind{};
  auto operator<=>(const KindName&) const = default;
};

class Discovery {
 public:
  explicit Discovery(Client& client) : client_(client) {}

  // nullopt: it is not served. What was found is remembered; what was not is asked for again each time.
  Task<Result<std::optional<Resource>>> find(KindName name);

 private:
  std::string_view lasting(std::string_view text) { return *names_.emplace(text).first; }

  Client& client_;
  // Resources refer to these, and whoever has one may keep it: nothing is taken out. Only what a server serves comes
  // in.
  std::set<std::string, std::less<>> names_;
  std::map<KindName, Resource> found_;
};

}  // namespace rotor::kube
