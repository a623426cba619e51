// Times as built-in kinds take them: metav1.Time in whole RFC 3339, metav1.MicroTime with exactly six digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rotor::apiserver::schema {

// Why the text is no such time, in the words of the API server.
std::optional<std::string> time_error(std::string_view text, bool micro);

}  // namespace rotor::apiserver::schema
