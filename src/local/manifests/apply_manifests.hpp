// From manifests to objects in the API server, like `kubectl apply --server-side`; and what an edit of them changes.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "kube/client/client.hpp"
#include "local/manifests/manifests.hpp"

namespace rotor::local {

// One object, whatever version of its kind a manifest is written in.
struct ObjectId {
  std::string group{};
  std::string kind{};
  kube::Key key{};
  auto operator<=>(const ObjectId&) const = default;
  std::string text() const { return kind + " " + key.text(); }
};

// A namespaced object without a namespace goes to `default`, as kubectl would send it.
ObjectId id_of(const Manifest& manifest);

// What stands in the API server because a manifest says so.
using Standing = std::map<ObjectId, Manifest>;

struct ManifestChanges {
  std::vector<Manifest> added;
  std::vector<Manifest> changed;
  std::vector<Manifest> removed;  // in no manifest any more
};

// What a fresh reading asks for. A file that cannot be read whole keeps what it held; namespaces and CRDs are never
// removed, for others live in them.
ManifestChanges changes_between(const Standing& standing, const Manifests& fresh);

// Namespaces first and readers last, otherwise as they came: what is edited with its reader is there when that one
// reads.
std::vector<Manifest> in_order(std::vector<Manifest> manifests);

struct Refusal {
  Manifest manifest;
  Error error;  // with the object's origin and the server's own words
};

struct Applied {
  std::vector<Manifest> done;
  std::vector<std::string> created_namespaces;  // named by a manifest, defined by none
  std::vector<Refusal> refused;
};

// Namespaces first, missing ones made, then the rest in order. One refused document does not stop the others.
// `standing`: what manifests say that are not applied now; a namespace among it is defined.
Task<Applied> apply_manifests(kube::Client& client, std::vector<Manifest> manifests, Standing standing = {});

// Of what stands that the server no longer has, because somebody deleted it there. What is being deleted, or is in a
// namespace that is, is left until it is gone; what cannot be listed counts as there.
Task<std::vector<Manifest>> find_missing(kube::Client& client, Standing standing);

// The objects themselves; what is gone already is no failure.
Task<Applied> remove_manifests(kube::Client& client, std::vector<Manifest> manifests);

}  // namespace rotor::local
