// Where the data of an instance lies, and what is said about it. Pure, but for the event.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/openclaw/instance.hpp"
#include "json/document.hpp"
#include "kube/events/events.hpp"

namespace rotor::openclaw {

inline constexpr std::string_view kDataVolume = "data";

// Is the data to outlive the pod?
bool persists(const api::InstanceSpec& spec);

// The claim that the spec names, to be used as it is; empty: it names none.
std::string existing_claim(const api::InstanceSpec& spec);

// The claim that the data volume is; empty: an emptyDir. `present`: the one that pods have which are there already. A
// spec that never named it does not speak against it: their data does not move because of us.
std::string data_claim(const api::OpenClawInstance& instance, const std::string& present);

// Of the data volume of a pod, or of the pods of a StatefulSet that was read; empty: it is none.
std::string claim_of(const api::PodSpec& pod);
std::string claim_of(const json::Value& stateful_set);

// The condition StorageReady after a pass that went through; nullopt: there is nothing to say.
struct StorageWord {
  std::string_view reason;
  std::string message;
};
std::optional<StorageWord> storage_word(const api::OpenClawInstance& instance, const std::string& claim_in_use);

// Says that pods which were there start anew with another claim, or with one instead of an emptyDir.
void tell_moved_data(kube::EventRecorder& events, const api::OpenClawInstance& instance, const std::string& before,
                     const std::string& now);

}  // namespace rotor::openclaw
