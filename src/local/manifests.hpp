// The manifests given to `rotor run -f`: read from files and folders, then applied like `kubectl apply --server-side`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "json/document.hpp"
#include "kube/client.hpp"

namespace rotor::local {

struct Manifest {
  json::Object object;
  std::string origin;  // file:line, for messages
};

struct Manifests {
  std::vector<Manifest> good;
  std::vector<Error> broken;  // one for each file or document that cannot be read; each says where
};

// Files as given; of a folder every *.yaml, *.yml and *.json in it, by name. kNotFound when a path does not exist.
Result<Manifests> read_manifests(const std::vector<std::string>& paths);

// The kind a document names, among those the embedded server serves; nullopt when it does not.
std::optional<kube::Resource> resource_of(std::string_view api_version, std::string_view kind);

struct Applied {
  int count = 0;
  std::vector<std::string> created_namespaces;  // named by a manifest, defined by none
  std::vector<Error> refused;                   // each with the object's origin and the server's own words
};

// Namespaces first, missing ones made, then the rest in order. One refused document does not stop the others.
Task<Applied> apply_manifests(kube::Client& client, Manifests manifests);

}  // namespace rotor::local
