// One page of a vault's list of secrets, for dataFrom.find. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/secret_bytes.hpp"
#include "kube/object/object.hpp"
#include "providers/common/name_filter.hpp"

namespace rotor::providers::azure {

// Which secrets are wanted: all tags as given, and the name. Neither wants every enabled one.
struct Wanted {
  NameFilter names;
  std::optional<kube::StringMap> tags;
};

struct ListPage {
  std::vector<std::string> names;  // wanted and enabled
  std::string next;                // address of the next page; empty at the end
};

// kUnavailable when it is no list.
Result<ListPage> read_list_page(const SecretBytes& body, const Wanted& wanted);

}  // namespace rotor::providers::azure
