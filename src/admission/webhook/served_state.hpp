// Is what the webhook serves good, and what becomes of a certificate that somebody else keeps in --cert-dir. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/certificate_facts.hpp"

namespace rotor::admission {

struct FolderDecision {
  bool serve = false;
  std::string problem{};  // names the file; "" when there is none
};
// What is not valid by our clock takes the place of nothing that is; where nothing is, it is served all the same: it is
// the API server's clock that counts.
FolderDecision decide_folder(const net::Validity& found, const std::optional<net::Validity>& in_use,
                             std::string_view file, WallTime now);

// Why the API server cannot count on what is served for another hour; "" when it can. `problem`: of the last look.
std::string why_not_ready(const std::optional<net::Validity>& served, const std::string& problem, WallTime now);

}  // namespace rotor::admission
