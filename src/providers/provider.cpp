#include "providers/provider.hpp"

namespace rotor::providers {

std::string_view to_string(Capability capability) {
  switch (capability) {
    case Capability::kReadOnly:
      return "ReadOnly";
    case Capability::kWriteOnly:
      return "WriteOnly";
    case Capability::kReadWrite:
      return "ReadWrite";
  }
  return "ReadOnly";
}

int Provider::calls_per_second(const Store&) const { return 200; }

Task<> SecretsClient::close() { co_return; }

}  // namespace rotor::providers
