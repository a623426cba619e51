// What a cluster asks its validating webhooks, asked here of whoever started the server.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.hpp"

namespace rotor::apiserver {

struct AdmissionRequest {
  std::string_view group;
  std::string_view kind;
  const json::Object& object;         // complete and valid, as it would be stored
  const json::Object* old = nullptr;  // what it replaces; null: nothing
};

struct AdmissionAnswer {
  std::string webhook{};                // by whose name it is refused
  std::optional<std::string> denial{};  // why
  std::vector<std::string> warnings{};  // one line each
};

// Asked on the server's thread, of every create and update (dry runs too) that is about no subresource; never of a
// delete.
using Admission = std::function<AdmissionAnswer(const AdmissionRequest&)>;

}  // namespace rotor::apiserver
