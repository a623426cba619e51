// What the KV engine's answers mean. Pure.
// https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
#pragma once

#include <string>
#include <vector>

#include "net/http.hpp"
#include "providers/client.hpp"

namespace rotor::providers::vault {

// The document of a secret, as the server wrote it: an object. Of version 1, and of any path outside of KV, it is the
// answer's `data`; of version 2 the `data` inside. Absent is the server's own word: there is none, or the version was
// deleted or destroyed.
struct Document {
  SecretBytes text;
  std::string version{};  // its number; version 1 has none
};
Lookup<Document> read_document(bool v1, const net::Response& response);

// Of the mount that a secret would be in (sys/internal/ui/mounts): kInvalid when it is not what the store takes it for.
// At a path of version 2 in any other mount there can be nothing, so absence there means nothing; as version 1 every
// engine may be read but KV version 2. An answer without a mount proves nothing.
Result<void> check_mount(bool v1, const net::Response& response);

// The names that a list answers. Absent: there is nothing at that path.
Lookup<std::vector<std::string>> read_names(const net::Response& response);

// What metadataPolicy Fetch shows: three fields of the system's and the custom metadata, which win. Absent: no secret.
Lookup<SecretMap> read_metadata(const net::Response& response);
SecretBytes metadata_document(const SecretMap& metadata);

// The members of a document, for extract: texts unquoted, null empty, whole numbers with their digits, other numbers
// as Go prints a float64, objects and lists as JSON.
Result<SecretMap> members_of(const SecretBytes& document);

}  // namespace rotor::providers::vault
