// OpenAPI v3 documents, as far as clients read them: kubectl takes from them which fields exist, how lists merge, and
// that the server validates fields itself. There is no prose in them but what a CRD brings along.
// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
#pragma once

#include <optional>

#include "apiserver/registry/kinds.hpp"

namespace rotor::apiserver {

json::Object openapi_index(const Kinds& kinds);  // /openapi/v3
// /openapi/v3/api/v1, /openapi/v3/apis/GROUP/VERSION
std::optional<json::Object> openapi_document(const Kinds& kinds, std::string_view group, std::string_view version);

}  // namespace rotor::apiserver
