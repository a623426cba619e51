#include "providers/vault/paths.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/quote.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::string_view kData = "/data/";
constexpr std::string_view kMetadata = "/metadata/";

std::string join(std::string_view mount, std::string_view part, std::string_view rest) {
  std::string out(mount);
  out += part;
  out += rest;
  while (out.ends_with('/')) out.pop_back();
  return out;
}

// The key without the mount in front of it, and without what version 2 puts between the two.
std::string below_mount(const Config& config, std::string_view mount, std::string_view key) {
  const std::string prefix = std::string(mount) + "/";
  if (!key.starts_with(prefix)) return std::string(key);
  std::string_view rest = key.substr(prefix.size());
  if (!config.v1() && rest.starts_with("data/")) rest.remove_prefix(5);
  return std::string(rest);
}

Result<std::string> mount_of(const Config& config) {
  return logical_path("spec.provider.vault.path", config.path, Empty::kAllowed);
}

Error no_kv_path(std::string_view field, std::string_view path) {
  return {Code::kInvalid, fmt::format("{} {}: provided Path isn't a valid kv v2 path: without spec.provider.vault.path "
                                      "it is MOUNT/data/NAME",
                                      field, go_quote(path))};
}

// Of a path that begins with its mount: `…/data/…` becomes `…/metadata/…`.
Result<std::string> with_metadata(std::string_view field, std::string path) {
  const bool ends = path.ends_with("/data");
  if (ends) path += '/';
  const std::size_t at = path.find(kData);
  if (at == std::string::npos) return std::unexpected(no_kv_path(field, path));
  path.replace(at, kData.size(), kMetadata);
  while (path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

Result<std::string> logical_path(std::string_view field, std::string_view text, Empty empty) {
  const auto wrong = [field, whole = text](std::string_view why) {
    return fail(Code::kInvalid, fmt::format("{} {}: {}", field, go_quote(whole), why));
  };
  if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
    return wrong("a path in Vault holds no control character");
  }
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('/');
    const std::string_view segment = text.substr(0, end);
    if (segment == "." || segment == "..") return wrong("a path in Vault holds no segment \".\" or \"..\"");
    if (!segment.empty()) {
      if (!out.empty()) out += '/';
      out += segment;
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (out.empty() && empty == Empty::kRefused) return fail(Code::kInvalid, fmt::format("{} is empty", field));
  return out;
}

Result<std::string> data_path(const Config& config, std::string_view key) {
  TRY(const std::string path, logical_path("remoteRef.key", key));
  TRY(const std::string mount, mount_of(config));
  if (!mount.empty()) return join(mount, config.v1() ? "/" : kData, below_mount(config, mount, path));
  if (config.v1() || path.contains(kData)) return path;
  const std::size_t first = path.find('/');
  if (first == std::string::npos) return join(path, kData, "");
  return join(path.substr(0, first), kData, path.substr(first + 1));
}

Result<std::string> metadata_path(const Config& config, std::string_view key) {
  TRY(const std::string path, logical_path("remoteRef.key", key));
  TRY(const std::string mount, mount_of(config));
  if (!mount.empty()) return join(mount, config.v1() ? "/" : kMetadata, below_mount(config, mount, path));
  if (config.v1()) return path;
  TRY(const std::string data, data_path(config, path));
  return with_metadata("remoteRef.key", data);
}

Result<SearchRoot> search_root(const Config& config, std::string_view find_path) {
  TRY(const std::string path, logical_path("find.path", find_path, Empty::kAllowed));
  TRY(const std::string mount, mount_of(config));
  SearchRoot root;
  if (!mount.empty()) {
    const std::string below = below_mount(config, mount, path);
    root.list = join(mount, config.v1() ? "/" : kMetadata, below);
    root.prefix = below.empty() ? "" : below + "/";
    return root;
  }
  if (path.empty()) {
    return fail(Code::kInvalid, "find: neither spec.provider.vault.path nor find.path says where to search");
  }
  root.prefix = path + "/";
  root.list = path;
  if (!config.v1()) {
    TRY(root.list, with_metadata("find.path", path));
  }
  return root;
}

Result<std::string> found_data_path(const Config& config, std::string_view name) {
  TRY(const std::string path, logical_path("a name that Vault lists", name));
  TRY(const std::string mount, mount_of(config));
  return mount.empty() ? path : join(mount, config.v1() ? "/" : kData, path);
}

Result<std::string> found_metadata_path(const Config& config, std::string_view name) {
  TRY(const std::string path, logical_path("a name that Vault lists", name));
  TRY(const std::string mount, mount_of(config));
  if (!mount.empty()) return join(mount, config.v1() ? "/" : kMetadata, path);
  if (config.v1()) return path;
  return with_metadata("a name that Vault lists", path);
}

std::string request_path(std::string_view logical) {
  std::string out = "/v1";
  while (!logical.empty()) {
    const std::size_t end = logical.find('/');
    out += '/';
    out += percent_encode(logical.substr(0, end));
    logical.remove_prefix(end == std::string_view::npos ? logical.size() : end + 1);
  }
  return out;
}

Result<std::string> version_query(const Config& config, std::string_view version) {
  // Version 1 keeps one version of a secret; the server would not look at the number.
  if (config.v1() || version.empty() || version == "0") return std::string();
  const bool digits = version.find_first_not_of("0123456789") == std::string_view::npos && version[0] != '0';
  if (digits && version.size() <= 18) return fmt::format("version={}", version);
  return fail(Code::kInvalid, fmt::format("remoteRef.version {}: a version of a KV secret is a whole number from 1; "
                                          "leave it out for the latest",
                                          go_quote(version)));
}

}  // namespace rotor::providers::vault
