#include "providers/aws/profile.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "base/trim.hpp"
#include "providers/aws/settings.hpp"

namespace rotor::providers::aws {
namespace {

constexpr std::string_view kLineBlanks = " \t\r";
constexpr std::array<std::string_view, 5> kOtherLogins = {"sso_session", "sso_start_url", "credential_process",
                                                          "role_arn", "web_identity_token_file"};

std::string_view name_of_section(std::string_view line) {
  const std::string_view name = trimmed(line.substr(1, line.size() - 2), kLineBlanks);
  return name.starts_with("profile ") ? trimmed(name.substr(8), kLineBlanks) : name;
}

struct Setting {
  std::string_view key, value;
};
std::optional<Setting> setting_of(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || line.starts_with('#') || line.starts_with(';')) return std::nullopt;
  return Setting{trimmed(line.substr(0, equals), kLineBlanks), trimmed(line.substr(equals + 1), kLineBlanks)};
}

}  // namespace

Profile read_profile(std::string_view text, std::string_view profile) {
  Profile found;
  Credentials keys;
  bool inside = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end), kLineBlanks);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with('[') && line.ends_with(']')) {
      inside = name_of_section(line) == profile;
      continue;
    }
    const std::optional<Setting> setting = inside ? setting_of(line) : std::nullopt;
    if (!setting) continue;
    if (setting->key == "aws_access_key_id") keys.access_key_id = setting->value;
    if (setting->key == "aws_secret_access_key") keys.secret_access_key = SecretBytes(setting->value);
    if (setting->key == "aws_session_token") keys.session_token = SecretBytes(setting->value);
    const auto* const other = std::ranges::find(kOtherLogins, setting->key);
    if (other != kOtherLogins.end()) found.other_login = *other;
  }
  if (!keys.access_key_id.empty() && !keys.secret_access_key.empty()) found.keys = std::move(keys);
  return found;
}

Result<std::optional<Credentials>> shared_file_keys(const EnvironmentVariables& environment, PersonalLogins personal) {
  if (personal == PersonalLogins::kRefused) return std::nullopt;
  std::string name = first_set(environment, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
  if (name.empty()) name = "default";
  const std::string home = first_set(environment, {"HOME"});
  std::string_view other_login;
  for (const auto& [variable, fallback] :
       {std::pair{"AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"}, std::pair{"AWS_CONFIG_FILE", "/.aws/config"}}) {
    std::string path = first_set(environment, {variable});
    if (path.empty() && !home.empty()) path = home + fallback;
    if (path.empty()) continue;
    const Result<SecretBytes> text = read_file(path, variable);
    if (!text) continue;  // usually not there
    Profile found = read_profile(text->reveal(), name);
    if (found.keys) return std::move(found.keys);
    if (!found.other_login.empty()) other_login = found.other_login;
  }
  if (other_login.empty() || personal != PersonalLogins::kPreferred) return std::nullopt;
  return fail(Code::kInvalid,
              fmt::format("the AWS profile \"{0}\" logs in by {1}, which is the AWS command line's to do: "
                          "`aws configure export-credentials --profile {0} --format env` prints variables to start "
                          "Rotor with",
                          name, other_login));
}

}  // namespace rotor::providers::aws
