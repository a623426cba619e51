#include <map>
#include <utility>

#include <fmt/format.h>

#include "inspect/doctor.hpp"
#include "inspect/terminal.hpp"

namespace rotor::inspect {
namespace {

constexpr std::size_t kNamed = 3;

// What is said of many objects alike.
struct Group {
  Diagnosis first{};
  std::vector<std::string> others{};
};

// In the order in which each was first said. What differs in the way out alone (a name in a command) is alike.
std::vector<Group> grouped(const Diagnoses& diagnoses) {
  std::vector<Group> out;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> places;
  for (const Diagnosis& one : diagnoses) {
    const auto [place, fresh] = places.try_emplace({one.check, one.says}, out.size());
    if (fresh) {
      out.push_back({one, {}});
    } else {
      out[place->second].others.push_back(one.object);
    }
  }
  return out;
}

}  // namespace

std::string doctor_text(const Diagnoses& diagnoses) {
  if (diagnoses.empty()) return "nothing is in the way of Rotor\n";
  std::string out;
  for (const Group& group : grouped(diagnoses)) {
    out += columns({{group.first.check, fmt::format("{}: {}", group.first.object, group.first.says)},
                    {"", "→ " + group.first.way_out}});
    for (std::size_t i = 0; i < group.others.size() && i + 1 < kNamed; ++i) {
      out += columns({{std::string(group.first.check.size(), ' '), "and " + group.others[i]}});
    }
    if (group.others.size() >= kNamed) {
      out += columns({{std::string(group.first.check.size(), ' '),
                       fmt::format("and {} more, see -o json", group.others.size() + 1 - kNamed)}});
    }
    out += "\n";
  }
  return out + fmt::format("{} {} in the way of Rotor\n", diagnoses.size(),
                           diagnoses.size() == 1 ? "thing is" : "things are");
}

json::Object doctor_document(const Diagnoses& diagnoses) {
  json::Array findings;
  for (const Diagnosis& one : diagnoses) {
    findings.push_back(
        json::Object{{"check", one.check}, {"object", one.object}, {"says", one.says}, {"wayOut", one.way_out}});
  }
  return {{"ready", diagnoses.empty()}, {"findings", std::move(findings)}};
}

}  // namespace rotor::inspect
