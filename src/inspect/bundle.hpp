// What a support bundle says of Rotor itself and of events. Pure: an object of the cluster goes in, what may be shown
// of it comes out. Objects of Rotor's kinds: inspect/redact.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inspect/object.hpp"
#include "json/document.hpp"
#include "kube/events/event.hpp"

namespace rotor::inspect {

struct BundleFile {
  std::string name{};   // "rotor/pods.json"
  std::string about{};  // for the table in the archive's README
  std::string content{};
};

// Only texts that the writers named here are known to build of names: Rotor, and parts of Kubernetes. Whoever may write
// Events can call himself so; who may do that is asked to look before the archive is passed on.
bool is_told_on(const kube::Event& event);
// Does a kubelet's text consist of names? Some quote a command, or what a process answered.
bool is_of_names(std::string_view kubelet_text);
// The text of an event, or its size.
std::string event_text(const kube::Event& event);
json::Object event_in_bundle(const kube::Event& event);

json::Value crd_in_bundle(const json::Value& crd);  // its versions, stored and served
json::Value lease_in_bundle(const json::Value& lease);
json::Value deployment_in_bundle(const json::Value& deployment);
json::Value pod_in_bundle(const json::Value& pod);

// The container that is Rotor: the one of that name, or else the first.
std::string rotor_container(const json::Value& pod);
bool has_restarted(const json::Value& pod);
// "http:NAME:PORT", as the API server's proxy names what serves the pod's metrics; "": nothing there does.
std::string metrics_of_pod(const json::Value& pod);

// The first file of an archive: what is in it, what was left out of it, what could not be had.
std::string bundle_readme(const std::vector<BundleFile>& files, const std::vector<std::string>& missing);

}  // namespace rotor::inspect
