#include "providers/common/form.hpp"

#include "base/encoding.hpp"

namespace rotor::providers {

SecretBytes form_body(const FormFields& fields) {
  SecretBytes body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body.append("&");
    body.append(name);
    body.append("=");
    std::string encoded = percent_encode(value);
    body.append(encoded);
    wipe(encoded.data(), encoded.size());
  }
  return body;
}

}  // namespace rotor::providers
