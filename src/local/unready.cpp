#include "local/unready.hpp"

#include <fmt/format.h>

#include "api/externalsecrets/external_secret.hpp"
#include "local/health.hpp"

namespace rotor::local {
namespace {

using api::es::ExternalSecret;

void add_reason(std::string_view text, std::vector<std::string>& out) {
  const auto es = json::read<ExternalSecret>(text);
  if (!es) return;
  const Health health = health_of(kube::kResource<ExternalSecret>.kind, es->status.conditions);
  if (health.state != Health::State::kFailing && !health.remark) return;
  out.push_back(fmt::format("ExternalSecret {}/{}: {}", es->metadata.ns, es->metadata.name, health.message));
}

}  // namespace

Task<std::vector<std::string>> unready(kube::Client& client) {
  std::vector<std::string> out;
  std::vector<std::string>* reasons = &out;
  (void)co_await kube::list_all(client, kube::kResource<ExternalSecret>, "", {},
                                [reasons](std::string_view text) { add_reason(text, *reasons); });
  co_return out;
}

}  // namespace rotor::local
