// What is kept of a pod of an instance: of which template it is, and how its program ended last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "kube/object/object.hpp"
#include "openclaw/in_place/mark.hpp"

namespace rotor::openclaw {

// With this the program says that its configuration, keys included, can never work: waiting will not help.
inline constexpr std::int64_t kCannotStart = 78;

struct PodGlimpse {
  struct Metadata {
    std::string ns, name, resource_version;
    kube::Key key() const { return {ns, name}; }
  } metadata;
  std::string instance;
  std::string revision;                   // of the template it was made from
  std::optional<std::int64_t> exit_code;  // of the main container, the last time it ended
  std::string ended{};                    // when that was

  // Of one whose secrets can be delivered in place:
  bool reloads = false;
  bool deleting = false;
  std::string mark{};      // what it was last told to deliver
  InPlaceReport report{};  // what it last answered

  bool cannot_start() const { return exit_code == kCannotStart; }
};
Result<PodGlimpse> read_pod_glimpse(std::string_view pod_json);

}  // namespace rotor::openclaw
