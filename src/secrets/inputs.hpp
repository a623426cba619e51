// What a Secret is made of, digested. A template may give another text at every run: a salt, a new key, the time of
// day. Such a Secret is made again only when something it is made of changed, also across restarts: the digest is kept
// in status.inputsDigest. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/secret_bytes.hpp"
#include "kube/runtime/digest_key.hpp"
#include "secrets/fetch.hpp"
#include "secrets/target.hpp"
#include "secrets/template_sources.hpp"
#include "secrets/views.hpp"
#include "template/language/parser.hpp"

namespace rotor::secrets {

// Does it run a template anywhere? Nothing else gives different results for the same input.
bool may_vary(const ExternalSecret& es);

// Everything that decides about the data and the templated metadata, and nothing else of the object: neither its
// interval nor its annotations, so that force-sync does not count.
SecretBytes inputs_of(const ExternalSecret& es, const Fetched& fetched, const TemplateSources& sources,
                      const tmpl::Delimiters& delimiters);

// `key id-32 hexadecimal digits` over the inputs and the hash of the data that was made of them. With both in it a
// status that could not be written after the Secret, or one that a restored backup brought back, never vouches for data
// that is not of these inputs.
std::string inputs_digest(const kube::DigestKey& key, const SecretBytes& inputs, std::string_view data_hash);

enum class Inputs : std::uint8_t {
  kUnchanged,  // the Secret was made of exactly these
  kChanged,    // of others, or it is not as it was left
  kUnknown,    // no digest was kept (by an operator that has none), but all is as the last sync left it
};

// `now` is inputs_digest() with the hash of the data that `live` holds; `remembered` what this process knows, empty
// when nothing. A null `live`: there is no Secret.
Inputs compare_inputs(const ExternalSecret& es, const Target* live, std::string_view remembered, std::string_view now);

}  // namespace rotor::secrets
