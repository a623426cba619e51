// What of an object that is there can become nothing else, where that stands in our way: which field, and the way out.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "json/document.hpp"
#include "kube/object/fields.hpp"
#include "openclaw/findings.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

// The API server did not take `desired` in place of `live` (null: there was nothing): its error, with the field before
// it when one of these is why, which is then the obstacle.
Error explain_refusal(const kube::Resource& resource, const LivePtr& live, std::string_view desired, Error error,
                      std::optional<Finding>& obstacle);

// What stays as it is without anybody's refusal, because nobody writes it: a condition that is True, and says so.
std::optional<Finding> kept_fields(const kube::Resource& resource, const json::Value& live, const json::Value& desired);

// All such fields of the kind.
kube::FieldSet fixed_fields(const kube::Resource& resource);

}  // namespace rotor::openclaw
