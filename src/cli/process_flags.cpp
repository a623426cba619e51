#include "cli/process_flags.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/quote.hpp"
#include "cli/flags.hpp"
#include "local/node/environment.hpp"

namespace rotor::cli {
namespace {

constexpr const char* kGroup = "Processes";

Result<void> check_name(const std::string& name) {
  const std::size_t star = name.find('*');
  if (!name.empty() && !name.contains('=') && (star == std::string::npos || star == name.size() - 1)) return {};
  return fail(Code::kInvalid,
              go_quote(name) + " is not a name: write AWS_PROFILE,MY_*; a value belongs into a manifest");
}

}  // namespace

// Bare it means every name; what its value is can only follow `=`, so that it never takes the next word.
void add_inherit_flag(CLI::App& command, std::vector<std::string>& names) {
  const std::string text = fmt::format(
      "Of this shell's environment, pass these variables too, or without a value all of them; a * ends a name that "
      "stands for several; may be given more than once. Always passed: {}",
      fmt::join(local::kInherited, ", "));
  checked(command.add_flag("--inherit-env{*}", names, text), check_name)
      ->delimiter(',')
      ->type_name("NAME,...")
      ->default_str("no others")
      ->group("Processes");
}

void add_credentials_flag(CLI::App& command, bool& use) {
  command.add_flag("--use-my-credentials", use,
                   "Ask stores as yourself where you are logged in, whatever their manifests say: environment and "
                   "profile of AWS, gcloud's application default credentials, VAULT_TOKEN or ~/.vault-token for the "
                   "server of VAULT_ADDR, OP_CONNECT_TOKEN for OP_CONNECT_HOST, DOPPLER_TOKEN");
}

void add_wait_flag(CLI::App& command, Duration& wait, const std::string& text) {
  const auto take = [&wait](const std::string& written) {
    if (const auto parsed = parse_duration(written)) wait = *parsed;
  };
  duration(command.add_option_function<std::string>("--wait", take, text))->default_str("1m")->group(kGroup);
}

}  // namespace rotor::cli
