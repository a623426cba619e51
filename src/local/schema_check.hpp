// ExternalSecrets of files as the API server would take them: defaults filled in, unknown fields named, the rest
// checked against the CRD of their version.
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
    std::vector<std::string> warnings;  // unknown field "spec.x"
  };
  Result<Checked> check(json::Object object) const;

 private:
  std::vector<apiserver::schema::KindSchemaPtr> versions_;
};

}  // namespace rotor::local
