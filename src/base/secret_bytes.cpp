#include "base/secret_bytes.hpp"

#include <openssl/crypto.h>

namespace rotor {

void wipe(void* data, std::size_t size) noexcept { OPENSSL_cleanse(data, size); }

}  // namespace rotor
