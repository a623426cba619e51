// Which object a person means. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "inspect/object.hpp"

namespace rotor::inspect {

struct Wanted {
  std::optional<Kind> kind{};  // none: an ExternalSecret, or whatever else has the name
  std::string ns{};            // empty: any
  std::string name{};
};

// `NAMESPACE/NAME`, `KIND/NAMESPACE/NAME`, `KIND/NAME`, `NAME`. `ns`: of -n; empty when not given.
Result<Wanted> parse_wanted(std::string_view text, std::string_view ns);

// All that it may mean; without a kind those of the first kind that has the name.
std::vector<Id> find_all(const Graph& graph, const Wanted& wanted);

// "secret/shop/app": how each object can be asked for; of `kind` alone when there is one.
std::vector<std::string> names_of(const Graph& graph, std::optional<Kind> kind);
std::string name_of(const Id& id);

}  // namespace rotor::inspect
