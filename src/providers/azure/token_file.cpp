#include "providers/azure/token_file.hpp"

#include <fmt/format.h>

#include "providers/common/small_file.hpp"

namespace rotor::providers::azure {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

Result<SecretBytes> read_token_file(const std::string& path) {
  const auto wrong = [&](std::string_view why) {
    return fail(Code::kInvalid,
                fmt::format("unable to read token file {}: open {}: {} (AZURE_FEDERATED_TOKEN_FILE)", path, path, why));
  };
  const auto content = read_small_file(path);
  if (!content) return wrong(content.error().message);
  if (!*content) return wrong("no such file or directory");
  SecretBytes token(trim((*content)->reveal()));
  if (token.empty()) return wrong("empty");
  return token;
}

}  // namespace rotor::providers::azure
