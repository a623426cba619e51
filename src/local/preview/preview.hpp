// `rotor template`: what the Secrets of ExternalSecrets would be, without a cluster. Rendering is the controller's own.
#pragma once

#include <expected>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/external_secret.hpp"
#include "base/error.hpp"
#include "secrets/render.hpp"

namespace rotor::local {

struct PreviewOptions {
  std::vector<std::string> manifests{};    // files, folders and "-"
  std::istream* standard_input = nullptr;  // null: the process's own
  std::optional<std::string> data{};       // a file: secretKey → value, as if fetched; wins over what values give
  std::optional<std::string> values{};     // a file as for `rotor run`: spec.data and spec.dataFrom are read from it
  tmpl::Delimiters delimiters{};
};

struct Preview {
  std::string origin;  // file:line
  api::es::ExternalSecret es;
  std::vector<std::string> notes;   // what the author should know although it renders
  std::vector<std::string> fields;  // the names templates can use
  std::expected<tmpl::SecretParts, secrets::RenderFailure> outcome;
};

// Where an object goes that names no namespace: `default`.
std::string namespace_of(const kube::ObjectMeta& metadata);

struct Previews {
  std::vector<Preview> shown;      // in the manifests' order
  std::vector<Error> broken;       // documents that cannot be read or are no ExternalSecret of ours; each says where
  std::vector<std::string> notes;  // what is not for Rotor, and hints
};

// kNotFound, kInvalid: nothing could be tried at all.
Result<Previews> preview(const PreviewOptions& options);

}  // namespace rotor::local
