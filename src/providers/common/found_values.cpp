#include "providers/common/found_values.hpp"

#include <utility>

#include <fmt/format.h>

namespace rotor::providers {

Result<void> FoundValues::put(std::string name, SecretBytes value) {
  bytes_ += name.size() + value.size();
  if (bytes_ > kMostBytes) {
    return fail(Code::kInvalid,
                fmt::format("find: the first {} matches are more than {} MiB together, and a Secret holds one: narrow "
                            "find.path, find.name.regexp or find.tags, or divide them among several ExternalSecrets",
                            values_.size() + 1, kMostBytes >> 20U));
  }
  if (const auto there = values_.find(name); there != values_.end()) bytes_ -= name.size() + there->second.size();
  values_.insert_or_assign(std::move(name), std::move(value));
  return {};
}

void FoundValues::clear() {
  values_.clear();
  bytes_ = 0;
}

}  // namespace rotor::providers
