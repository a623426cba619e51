// What of a `find` Secrets Manager can be asked, and what is left for us to check. Pure.
#pragma once

#include <string>

#include "providers/aws/secrets_manager_wire.hpp"
#include "providers/client.hpp"

namespace rotor::providers::aws {

// The service's filters are beginnings, and those of tags know nothing of each other: `env` also finds `environment`,
// and {env: x, tier: prod} is found by env=prod. So they narrow the list, and tags are compared here.
struct Search {
  Filters filters{};
  // The filters say it all, so the values can be read at once: nothing is asked for but a path.
  bool reads_at_once = false;
  TagMap tags{};            // a secret must have all of these
  std::string beginning{};  // of its name, where no filter can say it
};

// kInvalid when nothing is wanted.
Result<Search> plan_search(const FindRequest& wanted);

bool matches(const Search& search, const ListedSecret& secret);

}  // namespace rotor::providers::aws
