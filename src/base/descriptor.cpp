#include "base/descriptor.hpp"

#include <unistd.h>

namespace rotor {

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace rotor
