// Manifests as the API server would take them: unknown fields named, with the field that was probably meant; of an
// ExternalSecret the defaults filled in and the rest checked against the CRD of its version.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/externalsecrets/external_secret.hpp"
#include "apiserver/schema/schema.hpp"
#include "base/error.hpp"
#include "json/document.hpp"

namespace rotor::local {

class SchemaCheck {
 public:
  static Result<SchemaCheck> make();

  bool knows(std::string_view api_version) const;  // external-secrets.io/v1, external-secrets.io/v1beta1

  struct Checked {
    api::es::ExternalSecret es;
    std::vector<std::string> warnings;  // unknown field "spec.x"; did you mean "y"?
  };
  Result<Checked> check(json::Object object) const;

  // The way out of what the API server refuses in an object of our CRDs: a text that lacks its quotes, an unknown field
  // that is near a known one (`did you mean "dataFrom" for spec.dataForm?`).
  std::vector<std::string> meant(json::Object object) const;

 private:
  apiserver::schema::KindSchemaPtr find(std::string_view api_version, std::string_view kind) const;

  std::vector<apiserver::schema::KindSchemaPtr> kinds_;  // each in each of its versions
};

}  // namespace rotor::local
