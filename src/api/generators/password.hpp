// Password: random text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/describe.hpp"

namespace rotor::api::gen {

struct PasswordSpec {
  std::int64_t length = 0;                       // 24 when it is not positive
  std::optional<std::int64_t> digits;            // a quarter of the length when absent
  std::optional<std::int64_t> symbols;           // likewise
  std::optional<std::string> symbol_characters;  // also the usual ones when empty
  bool no_upper = false;
  bool allow_repeat = false;
  std::string encoding;                  // raw (also when empty), base64, base64url, base32, hex
  std::vector<std::string> secret_keys;  // "password" when absent
};

}  // namespace rotor::api::gen

namespace rotor::json {
ROTOR_DESCRIBED(api::gen::PasswordSpec);
}  // namespace rotor::json
