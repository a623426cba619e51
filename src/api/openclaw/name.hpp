// What an instance may be called.
#pragma once

#include <string>
#include <string_view>

namespace rotor::api {

// Why no StatefulSet can be called like the instance, and the way out; empty when it can.
std::string instance_name_problem(std::string_view name);

}  // namespace rotor::api
