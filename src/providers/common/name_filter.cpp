#include "providers/common/name_filter.hpp"

#include <fmt/format.h>

namespace rotor::providers {

Result<NameFilter> NameFilter::make(const std::optional<std::string>& regexp) {
  NameFilter filter;
  if (!regexp) return filter;
  auto regex = tmpl::Regex::compile(*regexp);
  if (!regex) {
    return std::unexpected(
        std::move(regex).error().prefixed(fmt::format("could not compile find.name.regexp [{}]", *regexp)));
  }
  filter.regex_.emplace(*std::move(regex));
  return filter;
}

}  // namespace rotor::providers
