#include "openclaw/builders/image.hpp"

#include <algorithm>

namespace rotor::openclaw {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool names_a_registry(std::string_view first_part) {
  if (first_part.contains('.')) return true;
  if (first_part.starts_with('[') && first_part.contains(']')) return true;
  const auto colon = first_part.rfind(':');
  return colon != std::string_view::npos && all_digits(first_part.substr(colon + 1));
}

void drop_prefix(std::string_view& text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
}

}  // namespace

std::string with_registry(std::string_view image, std::string_view registry) {
  while (registry.ends_with('/')) registry.remove_suffix(1);
  if (registry.empty()) return std::string(image);
  drop_prefix(image, "docker.io/library/");
  drop_prefix(image, "docker.io/");
  const auto slash = image.find('/');
  if (slash != std::string_view::npos && names_a_registry(image.substr(0, slash))) image.remove_prefix(slash + 1);
  return std::string(registry) + "/" + std::string(image);
}

std::string instance_image(const api::InstanceSpec& spec) {
  const api::ImageSpec image = spec.image.value_or(api::ImageSpec{});
  std::string reference = image.repository.empty() ? "ghcr.io/openclaw/openclaw" : image.repository;
  if (!image.digest.empty()) {
    reference += "@" + image.digest;
  } else {
    const std::string tag = image.tag.value_or("");
    reference += ":" + (tag.empty() ? "latest" : tag);
  }
  return with_registry(reference, spec.registry);
}

std::string instance_pull_policy(const api::InstanceSpec& spec) {
  return spec.image && !spec.image->pull_policy.empty() ? spec.image->pull_policy : "IfNotPresent";
}

std::string usual_pull_policy(std::string_view image) {
  const auto digest = image.find('@');
  const std::string_view named = image.substr(0, digest);
  const auto slash = named.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? named : named.substr(slash + 1);
  const auto colon = last.find(':');
  const bool tagged = colon != std::string_view::npos;
  const bool latest = tagged ? last.substr(colon + 1) == "latest" : digest == std::string_view::npos;
  return latest ? "Always" : "IfNotPresent";
}

}  // namespace rotor::openclaw
