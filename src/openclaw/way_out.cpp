#include "openclaw/way_out.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::string_view kDoctor = "rotor doctor";

// As the API server's authorizers say it: User "u" cannot patch resource "roles" in API group "…".
bool lacks_a_right(std::string_view message) {
  const std::size_t verb = message.find("\" cannot ");
  return verb != std::string_view::npos && message.find(" resource \"", verb) != std::string_view::npos;
}

bool gives_too_much(std::string_view message) {
  return message.contains("attempting to grant RBAC permissions not currently held");
}

}  // namespace

Error with_way_out(Error error, std::string_view of_giving_less) {
  if (error.code != Code::kDenied) return error;
  if (gives_too_much(error.message) && !of_giving_less.empty()) return std::move(error).prefixed(of_giving_less);
  if (lacks_a_right(error.message) && !error.message.contains(kDoctor)) {
    error.message +=
        "; give Rotor this right (`rotor doctor --service-account NAMESPACE/NAME` names all that are missing)";
  }
  return error;
}

}  // namespace rotor::openclaw
