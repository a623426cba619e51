// The kinds that the embedded server of `rotor run` serves, and which documents of a manifest file are meant for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/document.hpp"
#include "kube/object/object.hpp"

namespace rotor::local {

// The kind a document names, among those the embedded server serves; nullopt when it does not.
std::optional<kube::Resource> resource_of(std::string_view api_version, std::string_view kind);

struct Belonging {
  enum class To : std::uint8_t {
    kUs,
    kOthers,   // a Kustomization, the values of a chart, a kind that is not served
    kMistake,  // meant for us, and cannot be taken as it stands
  } to = To::kUs;
  std::string what{};  // kOthers: its kind, may be empty; kMistake: what is wrong and the way out
};

Belonging belonging_of(const json::Value& document);

// Does a text that cannot be read as YAML look as if it held one of our kinds?
bool mentions_our_kinds(std::string_view text);

}  // namespace rotor::local
