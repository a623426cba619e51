// `format` of strings in CRD schemas, as the API server understands them. Formats it does not know are not checked.
#pragma once

#include <string_view>

namespace rotor::apiserver::schema {

bool has_format(std::string_view format, std::string_view text);

}  // namespace rotor::apiserver::schema
