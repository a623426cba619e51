// Keys and certificates come from manifests, Secrets and files. One that a password protects must not make this process
// ask for it.
#pragma once

namespace rotor {

// From now on OpenSSL asks nobody: it would read from the terminal, or from standard input, and everything else would
// wait for that. What needs a password cannot be read.
void never_ask_for_passwords();

}  // namespace rotor
