// Durations and regular expressions.
#include <boost/json/serialize.hpp>

#include "base/duration.hpp"
#include "template/go/regex.hpp"
#include "tests/vectors/runner/runner.hpp"

namespace rotor::vectors {

Outcome run_duration(const Entry& e) {
  const auto got = [&]() -> Result<std::string> {
    TRY(const Duration d, parse_duration(text(e, "in")));
    return std::to_string(d.count()) + " " + format_duration(d);
  }();
  return check(e, text(e, "in"), got, text(e, "expected_ns") + " " + text(e, "expected_string"));
}

Outcome run_find(const Entry& e) {
  const auto got = [&]() -> Result<std::string> {
    TRY(const tmpl::Regex re, tmpl::Regex::compile(text(e, "regexp")));
    std::map<std::string, std::string> found;
    for (const auto& name : e.at("names").as_array()) {
      const std::string n(name.as_string());
      found[n] = re.matches(n) ? "true" : "false";
    }
    return show(found);
  }();
  return check(e, boost::json::serialize(e), got, show(text_map(e, "expected")));
}

}  // namespace rotor::vectors
