// Fake: the values that are written in it, for trying things.
#pragma once

#include <map>
#include <string>

#include "json/describe.hpp"

namespace rotor::api::gen {

struct FakeSpec {
  std::string controller;
  std::map<std::string, json::SecretText, std::less<>> data;
};

}  // namespace rotor::api::gen

namespace rotor::json {
ROTOR_DESCRIBED(api::gen::FakeSpec);
}  // namespace rotor::json
