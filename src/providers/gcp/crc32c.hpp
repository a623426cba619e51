// The checksum of a payload, as Secret Manager gives it. https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4
#pragma once

#include <cstdint>
#include <string_view>

namespace rotor::providers::gcp {

std::uint32_t crc32c(std::string_view bytes);

}  // namespace rotor::providers::gcp
