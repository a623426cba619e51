#include "kube/object/resource_version.hpp"

namespace rotor::kube {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool later_version(std::string_view a, std::string_view b) {
  if (!is_number(a) || !is_number(b)) return false;
  return a.size() != b.size() ? a.size() > b.size() : a > b;
}

}  // namespace rotor::kube
