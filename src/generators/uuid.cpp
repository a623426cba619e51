#include <array>

#include "base/encoding.hpp"
#include "generators/local.hpp"

namespace rotor::generators {

// Version 4 of RFC 9562 section 5.4.
Result<SecretMap> make_uuid(const json::Raw&, const Random& random) {
  std::array<unsigned char, 16> raw{};
  random(raw);
  raw[6] = (raw[6] & 0x0FU) | 0x40U;
  raw[8] = (raw[8] & 0x3FU) | 0x80U;
  std::string text = hex_encode({reinterpret_cast<const char*>(raw.data()), raw.size()});
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, "-");
  SecretMap values;
  values.emplace("uuid", SecretBytes(text));
  wipe(text.data(), text.size());
  wipe(raw.data(), raw.size());
  return values;
}

}  // namespace rotor::generators
