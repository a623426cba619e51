#include "admission/webhook/served_state.hpp"

#include <fmt/format.h>

#include "base/time.hpp"

namespace rotor::admission {
namespace {

constexpr std::chrono::hours kReadyFor{1};
constexpr std::string_view kWayOut = "put one there that is valid now, or look at this machine's clock";

}  // namespace

FolderDecision decide_folder(const net::Validity& found, const std::optional<net::Validity>& in_use,
                             std::string_view file, WallTime now) {
  const std::string fault = net::fault_of(found, now);
  if (fault.empty()) return {.serve = true};
  const bool has_good = in_use && net::fault_of(*in_use, now).empty();
  return {.serve = !has_good, .problem = fmt::format("--cert-dir: {} {}: {}", file, fault, kWayOut)};
}

std::string why_not_ready(const std::optional<net::Validity>& served, const std::string& problem, WallTime now) {
  if (served && served->begins <= now && served->ends - now >= kReadyFor) return "";
  if (!problem.empty()) return "the webhook's certificate: " + problem;
  if (!served) return "the webhook has no certificate yet";
  const std::string fault = net::fault_of(*served, now);
  return fmt::format("the webhook's certificate {}",
                     fault.empty() ? "ends within the hour, at " + format_time(served->ends) : fault);
}

}  // namespace rotor::admission
