#include "secrets/items.hpp"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quote.hpp"

namespace rotor::secrets {

bool generates(const api::es::DataFrom& from) {
  return !from.find && !from.extract && from.source_ref && from.source_ref->generator_ref;
}

std::string map_item(const api::es::DataFrom& from, std::size_t i) {
  const std::string_view what = from.find ? "find" : generates(from) ? "sourceRef.generatorRef" : "extract";
  return fmt::format("spec.dataFrom[{}].{}", i, what);
}

std::string data_item(std::size_t i, const api::es::Data& d) {
  return fmt::format("spec.data[{}] (key: {})", i, d.remote_ref.key);
}

std::string wanted_text(const api::es::Find& find) {
  std::vector<std::string> parts;
  if (find.path) parts.push_back(fmt::format("path {}", go_quote(*find.path)));
  if (find.name) parts.push_back(fmt::format("name.regexp {}", go_quote(find.name->regexp)));
  if (find.tags && !find.tags->empty()) {
    std::vector<std::string> tags;
    for (const auto& [name, value] : *find.tags) tags.push_back(name + "=" + value);
    parts.push_back(fmt::format("tags {}", fmt::join(tags, " ")));
  }
  return parts.empty() ? "every secret that the store shows" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string about_item(std::string_view message, std::string_view item) {
  return fmt::format("error processing {}, err: {}", item, message);
}

Error in_item(Error error, std::string_view item) {
  error.message = about_item(error.message, item);
  return error;
}

}  // namespace rotor::secrets
