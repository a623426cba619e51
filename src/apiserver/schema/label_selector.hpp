// A metav1.LabelSelector in an object, as opposed to the one in a query string (apiserver/registry/selector.hpp).
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/
#pragma once

#include "json/document.hpp"

namespace rotor::apiserver::schema {

// `labels`: an object, null for none. The empty selector selects everything.
bool selects(const json::Object& selector, const json::Value* labels);

}  // namespace rotor::apiserver::schema
