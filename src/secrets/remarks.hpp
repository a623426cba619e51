// What there is to say of an object that is Ready, beside the condition, whose words are fixed: events of a look at it.
// They hold until a later look says something else.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "kube/events/event.hpp"

namespace rotor::secrets {

inline constexpr std::string_view kRemark = "Remark";
inline constexpr std::string_view kUnknownField = "UnknownField";  // a remark as well, and a Warning
inline constexpr std::string_view kValueAltered = "ValueAltered";  // likewise
inline constexpr std::string_view kRemarkOver = "RemarkOver";      // what was remarked on is no longer so

struct Remark {
  std::string_view reason;
  std::string text;
  bool operator==(const Remark&) const = default;
};

// Whether the event of such a remark is a Warning.
bool warns(std::string_view reason);

// What was told of which object, so that it is told again only when there is news, or when its events would soon be
// gone: a server keeps them for an hour.
class RemarkLedger {
 public:
  static constexpr auto kToldAgainAfter = std::chrono::minutes(10);

  // Of the remarks of a look those that are to be told now: all of them or none, so that they stand together.
  std::vector<Remark> due(const kube::Key& about, std::vector<Remark> remarks, SteadyTime now);
  void forget(const kube::Key& about) { told_.erase(about); }

 private:
  struct Told {
    std::vector<Remark> remarks;
    SteadyTime at;
  };
  std::map<kube::Key, Told> told_;
};

// What holds of an object by the events about it, on one line; empty: there is nothing to say.
std::string standing_remarks(std::vector<const kube::Event*> about_it);

}  // namespace rotor::secrets
