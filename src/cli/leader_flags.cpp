#include "cli/leader_flags.hpp"

#include <array>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "base/hash.hpp"
#include "cli/flags.hpp"
#include "kube/shards/shard_table.hpp"

namespace rotor::cli {

void add_leader_flags(CLI::App& command, LeaderFlags& flags) {
  constexpr const char* kGroup = "Replicas";
  command
      .add_flag("--leader-elect,--enable-leader-election", flags.elect,
                "Of several replicas one works and the others stand by, with their caches filled")
      ->group(kGroup);
  number(command.add_option("--shards", flags.shards,
                            "All replicas work, each on its part: objects are spread over so many shards, and shards "
                            "evenly over replicas; 60 for up to a dozen. 0: one works on everything"),
         "COUNT", 0, kube::kMostShards)
      ->capture_default_str()
      ->group(kGroup);
  command.add_option("--leader-election-id", flags.id, "The Lease that they agree by")
      ->capture_default_str()
      ->type_name("NAME")
      ->group(kGroup);
  command.add_option("--leader-election-namespace", flags.ns, "Where it is")
      ->default_str("--operator-namespace")
      ->type_name("NAMESPACE")
      ->group(kGroup);
  const auto add = [&command](const char* name, std::string& text, const char* what) {
    duration(command.add_option(name, text, what))->capture_default_str()->group(kGroup);
  };
  add("--leader-election-lease-duration", flags.lease,
      "A replica takes over when the Lease was not renewed for so long");
  add("--leader-election-renew-deadline", flags.renew,
      "The leader writes nothing more and ends when it could not renew it for so long");
  add("--leader-election-retry-period", flags.retry, "Between two attempts to take or to renew it");
}

Result<void> finish(LeaderFlags& flags) {
  TRY(flags.timings.lease, parse_duration(flags.lease));
  TRY(flags.timings.renew, parse_duration(flags.renew));
  TRY(flags.timings.retry, parse_duration(flags.retry));
  if (flags.elect && flags.shards > 0) {
    return fail(
        Code::kInvalid,
        "--leader-elect and --shards: one of them; with --shards every replica works, and they agree by the same "
        "Lease, so that a leader that is still there is waited for");
  }
  return kube::check(flags.timings);
}

std::string replica_identity() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) return random_uuid();
  return std::string(host.data()) + "_" + random_uuid();
}

}  // namespace rotor::cli
