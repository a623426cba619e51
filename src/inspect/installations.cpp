#include "inspect/installations.hpp"

#include <fmt/format.h>

#include "kube/client/paths.hpp"
#include "kube/leader/work.hpp"

namespace rotor::inspect {

Task<Result<std::vector<kube::Lease>>> read_installations(kube::Client& client) {
  std::vector<kube::Lease> out;
  const kube::ListOptions labelled{.label_selector = fmt::format("{}={}", kube::kLeaseLabel, kube::kLeaseLabelValue)};
  const auto listed =
      co_await kube::list_all(client, kube::kResource<kube::Lease>, "", labelled, [&out](std::string_view json) {
        if (auto lease = json::read<kube::Lease>(json)) out.push_back(*std::move(lease));
      });
  const bool unknown = !listed && (listed.error().code == Code::kDenied || listed.error().code == Code::kNotFound);
  if (!listed && !unknown) co_return std::unexpected(listed.error());
  co_return std::move(out);
}

}  // namespace rotor::inspect
