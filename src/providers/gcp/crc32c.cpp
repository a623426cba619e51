#include "providers/gcp/crc32c.hpp"

#include <boost/crc.hpp>

namespace rotor::providers::gcp {

std::uint32_t crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> sum;  // Castagnoli's polynomial
  sum.process_bytes(bytes.data(), bytes.size());
  return static_cast<std::uint32_t>(sum.checksum());
}

}  // namespace rotor::providers::gcp
