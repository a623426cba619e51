// Profiles of AWS's shared files, ~/.aws/credentials and ~/.aws/config: their static keys.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <optional>
#include <string_view>

#include "providers/aws/signed_call.hpp"
#include "providers/services.hpp"

namespace rotor::providers::aws {

// What one file says of a profile.
struct Profile {
  std::optional<Credentials> keys{};
  std::string_view other_login{};  // the setting of a login that is none of keys, "sso_session": not done here
};
Profile read_profile(std::string_view text, std::string_view profile);

// Of the profile that AWS_PROFILE names, or "default". Files that are not there say nothing; nor does any when a
// person's logins are refused. kInvalid when the person asked for it and the profile logs in another way.
Result<std::optional<Credentials>> shared_file_keys(const EnvironmentVariables& environment, PersonalLogins personal);

}  // namespace rotor::providers::aws
