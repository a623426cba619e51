// `rotor doctor`: what of a cluster stands in the way of Rotor, before it is installed or beside it. Pure: an object of
// the cluster goes in, what is wrong with it comes out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/document.hpp"

namespace rotor::inspect {

struct Diagnosis {
  std::string check{};    // "CRD", "operator", "objects", "webhook", "rights", "not looked at"
  std::string object{};   // what it is about, as kubectl would be asked for it
  std::string says{};     // what is wrong
  std::string way_out{};  // what to do about it
  friend bool operator==(const Diagnosis&, const Diagnosis&) = default;
};
using Diagnoses = std::vector<Diagnosis>;

// A CustomResourceDefinition of the cluster, beside Rotor's own of that name.
Diagnoses examine_crd(const json::Value& theirs, const json::Value& ours);
Diagnosis absent_crd(std::string_view name);
// Of a group of ours, and Rotor has no such kind: `count` objects of it are there.
Diagnoses examine_unknown_kind(const json::Value& crd, std::size_t count);

Diagnoses examine_deployment(const json::Value& deployment);
// Is it Rotor's, and does it have a pod that is ready?
bool runs_rotor(const json::Value& deployment);
// The Lease that Rotor's own Deployment names on its command line; empty: it is not Rotor's, or has the usual one.
std::string lease_of_rotor(const json::Value& deployment);
Diagnoses examine_webhook_configuration(const json::Value& configuration);

// `providers`: those that are built.
Diagnoses examine_store(const json::Value& store, const std::vector<std::string>& providers);
Diagnoses examine_external_secret(const json::Value& external_secret);
Diagnoses examine_instance(const json::Value& instance);

// A table for a terminal: what is said of many objects stands there once, with some of their names.
std::string doctor_text(const Diagnoses& diagnoses);
// All of them, one by one.
json::Object doctor_document(const Diagnoses& diagnoses);

}  // namespace rotor::inspect
