#include "apiserver/registry/events.hpp"

#include <array>

#include "apiserver/registry/meta.hpp"

namespace rotor::apiserver {

namespace {

struct Rename {
  std::string_view core;
  std::string_view events;
};
constexpr std::array kRenames{
    Rename{"involvedObject", "regarding"},
    Rename{"message", "note"},
    Rename{"source", "deprecatedSource"},
    Rename{"firstTimestamp", "deprecatedFirstTimestamp"},
    Rename{"lastTimestamp", "deprecatedLastTimestamp"},
    Rename{"count", "deprecatedCount"},
    Rename{"reportingComponent", "reportingController"},
};

json::Object renamed(json::Object event, std::string_view Rename::* from, std::string_view Rename::* to) {
  json::Object out;
  for (auto& member : event) {
    std::string_view key = member.key();
    for (const Rename& one : kRenames) {
      if (one.*from == key) {
        key = one.*to;
        break;
      }
    }
    out.insert_or_assign(key, std::move(member.value()));
  }
  return out;
}

}  // namespace

json::Object event_to_core(json::Object event) {
  json::Object out = renamed(std::move(event), &Rename::events, &Rename::core);
  set_type(out, "v1", "Event");
  return out;
}

json::Object event_from_core(json::Object event) {
  json::Object out = renamed(std::move(event), &Rename::core, &Rename::events);
  set_type(out, "events.k8s.io/v1", "Event");
  return out;
}

}  // namespace rotor::apiserver
