// What an installation works on, and how its Lease says so: by that others see it, and its own replicas know each
// other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kube/leader/lease.hpp"
#include "kube/object/namespaces.hpp"

namespace rotor::kube {

struct Work {
  std::string controller_class{};  // of External Secrets
  Namespaces namespaces{};
  bool instances = false;      // OpenClawInstances, which have no class
  std::string installation{};  // whose replicas do it, as the chart names it; "": it is not said
};
bool overlap(const Work& a, const Work& b);
bool same_work(const Work& a, const Work& b);
// Known to be two: both say it, and not the same.
bool of_two_installations(const Work& a, const Work& b);

// A label to find the Lease by, an annotation with the work.
inline constexpr std::string_view kLeaseLabel = "rotor/lease";
inline constexpr std::string_view kLeaseLabelValue = "installation";
inline constexpr std::string_view kWorkAnnotation = "rotor/works-on";
std::string write_work(const Work& work);
std::optional<Work> read_work(const Lease& lease);

// The same in the holder's name that replicas of one installation share: those of another write another.
std::string group_text(const Work& work);

}  // namespace rotor::kube
