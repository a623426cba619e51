#include "providers/azure/object.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/quote.hpp"

namespace rotor::providers::azure {
namespace {

constexpr std::array<TypeRow, 3> kRows = {{
    {Type::kSecret, "secret", "secrets", "value", "GetSecret"},
    {Type::kCertificate, "cert", "certificates", "cer", "GetCertificate"},
    {Type::kKey, "key", "keys", "key", "GetKey"},
}};

constexpr std::size_t kMostName = 127;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMostName && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

const TypeRow& row_of(Type type) { return *std::ranges::find(kRows, type, &TypeRow::type); }

Result<ObjectName> parse_key(std::string_view key) {
  const std::size_t slash = key.find('/');
  const std::string_view prefix = slash == std::string_view::npos ? "secret" : key.substr(0, slash);
  const std::string_view rest = slash == std::string_view::npos ? key : key.substr(slash + 1);
  const std::string name(rest.substr(0, rest.find('/')));
  const auto* row = std::ranges::find(kRows, prefix, &TypeRow::prefix);
  if (row == kRows.end()) {
    return fail(
        Code::kInvalid,
        fmt::format("unknown Azure Keyvault object Type for {}: remoteRef.key is NAME, secret/NAME, cert/NAME or "
                    "key/NAME",
                    name));
  }
  if (!is_name(name)) {
    return fail(
        Code::kInvalid,
        fmt::format("remoteRef.key: no object of a key vault can be named {}; names are 1 to {} letters, digits "
                    "and dashes",
                    go_quote(name), kMostName));
  }
  return ObjectName{row->type, name, rest.contains('/')};
}

Result<void> check_version(std::string_view version) {
  if (version.empty() || is_name(version)) return {};
  return fail(
      Code::kInvalid,
      fmt::format("remoteRef.version: {} is no version of an object in a key vault; they are letters and digits",
                  go_quote(version)));
}

}  // namespace rotor::providers::azure
