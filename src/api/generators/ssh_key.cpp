#include "api/generators/ssh_key.hpp"

namespace rotor::json {

using api::gen::SshKeySpec;

ROTOR_DESCRIBE(SshKeySpec, "A key pair for SSH.",
               field<&SshKeySpec::key_type>("keyType", {.default_json = R"("rsa")",
                                                        .one_of = {"rsa", "ecdsa", "ed25519"},
                                                        .doc = "Which algorithm the key is for."}),
               field<&SshKeySpec::key_size>(
                   "keySize", {.minimum = 256,
                               .maximum = 8192,
                               .doc = "Bits: 2048 for rsa when absent; 256, 384 or 521 for ecdsa, 256 when absent."}),
               field<&SshKeySpec::comment>("comment", {.doc = "What stands behind the public key."}));

}  // namespace rotor::json
