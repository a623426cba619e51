// The manifests given with `-f`: files, folders and standard input, and what in them is for Rotor.
#pragma once

#include <iosfwd>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "json/document.hpp"
#include "local/manifests/kinds.hpp"

namespace rotor::local {

inline constexpr std::string_view kStandardInput = "-";

struct Manifest {
  json::Object object;
  std::string origin;  // file:line, for messages
  std::string file;
};

struct BrokenManifest {
  std::string file;
  Error error;  // says where
};

struct Manifests {
  std::vector<Manifest> good;
  std::vector<BrokenManifest> broken;  // files and documents that are ours and cannot be taken
  std::vector<std::string> notes;      // what is not for Rotor, and where `kustomize` or `helm` come first
};

// Where manifests are read from, and for which command: its name is in the hints.
struct ManifestSource {
  std::vector<std::string> paths{};
  std::string command = "run";
  std::set<std::string> ours{};            // files that held something for us before: what is wrong in them is said
  std::istream* standard_input = nullptr;  // null: the process's own
};

// Files as given; of a folder every *.yaml, *.yml and *.json in it, by name. kNotFound, kDenied or kInvalid when a path
// cannot be opened at all.
Result<Manifests> read_manifests(const ManifestSource& source);

// Is it the name of a file that is read when its folder is given?
bool is_manifest_name(std::string_view name);

// Which fields of a kustomization.yaml make more than the files beside it, as they stand: "namespace, patches". Empty
// when it only lists them.
std::string beyond_listing(const json::Value& kustomization);

}  // namespace rotor::local
