#include "kube/client/discovery.hpp"

#include <algorithm>

namespace rotor::kube {

Task<Result<std::optional<Resource>>> Discovery::find(KindName name) {
  if (const auto known = found_.find(name); known != found_.end()) co_return known->second;
  CO_TRY(const auto kinds, co_await client_.kinds_of(name.api_version));
  const auto kind = std::ranges::find(kinds, name.kind, &ServedKind::kind);
  if (kind == kinds.end()) co_return std::nullopt;
  const std::string_view api_version = lasting(name.api_version);
  const auto slash = api_version.find('/');
  const bool core = slash == std::string_view::npos;
  const Resource resource{.group = core ? std::string_view() : api_version.substr(0, slash),
                          .version = core ? api_version : api_version.substr(slash + 1),
                          .plural = lasting(kind->plural),
                          .kind = lasting(kind->kind),
                          .namespaced = kind->namespaced};
  found_.insert_or_assign(std::move(name), resource);
  co_return resource;
}

}  // namespace rotor::kube
