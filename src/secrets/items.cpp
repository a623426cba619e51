#include "secrets/items.hpp"

#include <fmt/format.h>

namespace rotor::secrets {

std::string map_item(const api::es::DataFrom& from, std::size_t i) {
  return fmt::format("spec.dataFrom[{}].{}", i, from.find ? "find" : "extract");
}

std::string data_item(std::size_t i, const api::es::Data& d) {
  return fmt::format("spec.data[{}] (key: {})", i, d.remote_ref.key);
}

std::string about_item(std::string_view message, std::string_view item) {
  return fmt::format("error processing {}, err: {}", item, message);
}

Error in_item(Error error, std::string_view item) {
  error.message = about_item(error.message, item);
  return error;
}

}  // namespace rotor::secrets
