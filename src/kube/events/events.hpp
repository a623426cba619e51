// Events on objects (v1 Event), aggregated as client-go does: the same (object, type, reason, message) within ten
// minutes raises `count` of one Event instead of making another.
#pragma once

#include <string>

#include "kube/client/client.hpp"

namespace rotor::kube {

struct ObjectReference {
  std::string api_version{};
  std::string kind{};
  std::string ns{};
  std::string name{};
  std::string uid{};
  std::string resource_version{};
};

ObjectReference reference_to(const Resource& kind, const ObjectMeta& metadata);
template <class T>
ObjectReference reference_to(const T& object) {
  return reference_to(kResource<T>, object.metadata);
}

class EventRecorder {
 public:
  virtual ~EventRecorder() = default;
  enum class Type : std::uint8_t { kNormal, kWarning };
  // Returns at once; written by run(), and dropped with a log line when the API server refuses it.
  virtual void record(ObjectReference about, Type type, std::string reason, std::string message) = 0;
  virtual Task<> run() = 0;  // until cancelled; ends before the client that it was given
};

// `component`: the event's source.
std::unique_ptr<EventRecorder> make_event_recorder(Executor executor, Client& client, Clock& clock,
                                                   std::string component);

}  // namespace rotor::kube
