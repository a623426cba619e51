#include "secrets/manifest_target/manifest.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/quote.hpp"
#include "template/object_path.hpp"

namespace rotor::secrets {
namespace {

bool is_name_part(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  return !text.empty() && text.front() != '.' && std::ranges::all_of(text, fits);
}

bool is_api_version(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return is_name_part(text);
  return is_name_part(text.substr(0, slash)) && is_name_part(text.substr(slash + 1));
}

// Its metadata but for these two belongs to the API server, the owner and other writers.
bool is_users_metadata(const tmpl::ObjectPath& path) {
  const auto* part = path.size() < 2 ? nullptr : std::get_if<std::string>(&path[1]);
  return part != nullptr && (*part == "labels" || *part == "annotations");
}

}  // namespace

std::optional<std::string> manifest_fault(const ExternalSecret& es, bool allowed) {
  const auto& manifest = es.spec.target.manifest;
  if (!manifest) return std::nullopt;
  if (!allowed) return "generic targets are disabled. Enable with --unsafe-allow-generic-targets flag";
  if (manifest->api_version.empty()) return "target.manifest.apiVersion is required";
  if (manifest->kind.empty()) return "target.manifest.kind is required";
  if (is_api_version(manifest->api_version)) return std::nullopt;
  return fmt::format(
      "spec.target.manifest.apiVersion {} is none: write a version, such as v1, or GROUP/VERSION, such as "
      "apps/v1",
      go_quote(manifest->api_version));
}

kube::KindName kind_name(const ExternalSecret& es) {
  return {es.spec.target.manifest->api_version, es.spec.target.manifest->kind};
}

bool is_core_secret(const kube::KindName& kind) { return kind.api_version == "v1" && kind.kind == "Secret"; }

Result<void> check_target_paths(const api::es::Template& tmpl) {
  constexpr std::array<std::string_view, 5> kWords = {"", "data", "spec", "labels", "annotations"};
  for (const auto& from : tmpl.template_from) {
    if (std::ranges::find(kWords, ascii_lower(from.target)) != kWords.end()) continue;
    TRY(const tmpl::ObjectPath path, tmpl::parse_object_path(from.target));
    const std::string& first = std::get<std::string>(path.front());
    const bool identity = first == "apiVersion" || first == "kind" || (first == "metadata" && !is_users_metadata(path));
    if (!identity) continue;
    return fail(
        Code::kInvalid,
        fmt::format("templateFrom target={} is not allowed: the object is the one that spec.target names; of its "
                    "metadata, labels and annotations can be written",
                    go_quote(from.target)));
  }
  return {};
}

}  // namespace rotor::secrets
