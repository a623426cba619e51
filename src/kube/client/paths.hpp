// The addresses of the Kubernetes API. https://kubernetes.io/docs/reference/using-api/api-concepts/
#pragma once

#include <string>
#include <string_view>

#include "kube/client/client.hpp"

namespace rotor::kube {

// "secrets", "externalsecrets.external-secrets.io": how people name a kind.
std::string group_resource(const Resource& resource);

std::string version_path(std::string_view api_version);                      // /api/v1, /apis/apps/v1
std::string collection_path(const Resource& resource, std::string_view ns);  // ns empty: all namespaces
std::string object_path(const Resource& resource, const Key& key, std::string_view subresource = {});

// kInvalid when a name cannot be one segment of a path: it would address something else, whatever encodes it. The API
// server makes no object of such a name.
Result<void> check_segments(const Resource& resource, const Key& key);

// `name=value` pairs with values percent-encoded; pairs with an empty value are left out.
class Query {
 public:
  Query& add(std::string_view name, std::string_view value);
  // "?a=b&c=d", or nothing.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Query write_query(const WriteOptions& options, std::string_view default_manager);

}  // namespace rotor::kube
