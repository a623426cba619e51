// Kubernetes' protobuf encoding of built-in kinds, for reading: kubectl and Go programs send it when they create
// objects of kinds they have compiled in.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "json/document.hpp"

namespace rotor::apiserver::schema {

inline constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";

// The document a JSON body would have been. kInvalid for bytes that are none, or of a kind that the table does not
// have.
Result<json::Object> from_protobuf(std::string_view bytes);

}  // namespace rotor::apiserver::schema
