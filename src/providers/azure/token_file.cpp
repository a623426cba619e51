#include "providers/azure/token_file.hpp"

#include <fmt/format.h>

#include "base/trim.hpp"
#include "providers/common/small_file.hpp"

namespace rotor::providers::azure {

Result<SecretBytes> read_token_file(const std::string& path) {
  const auto wrong = [&](std::string_view why) {
    return fail(Code::kInvalid,
                fmt::format("unable to read token file {}: open {}: {} (AZURE_FEDERATED_TOKEN_FILE)", path, path, why));
  };
  const auto content = read_small_file(path);
  if (!content) return wrong(content.error().message);
  if (!*content) return wrong("no such file or directory");
  SecretBytes token(trimmed((*content)->reveal()));
  if (token.empty()) return wrong("empty");
  return token;
}

}  // namespace rotor::providers::azure
