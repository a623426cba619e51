#include "apiserver/schema/formats.hpp"

#include <string>

#include <arpa/inet.h>
#include <re2/re2.h>

#include "apiserver/schema/time_text.hpp"
#include "base/duration.hpp"
#include "base/encoding.hpp"
#include "base/time.hpp"

namespace rotor::apiserver::schema {

namespace {

bool is_ip(std::string_view text, int family) {
  unsigned char buffer[16];
  return inet_pton(family, std::string(text).c_str(), buffer) == 1;
}
bool is_ip(std::string_view text) { return is_ip(text, AF_INET) || is_ip(text, AF_INET6); }

bool is_cidr(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view host = text.substr(0, slash);
  int bits = 0;
  if (!re2::RE2::FullMatch(text.substr(slash + 1), R"((\d{1,3}))", &bits)) return false;
  return is_ip(host) && bits <= (is_ip(host, AF_INET) ? 32 : 128);
}

// Go's durations, and whole numbers with a unit in words ("1 day").
bool is_duration(std::string_view text) {
  static const re2::RE2 kWords(
      R"(\s*\d+(\.\d+)?\s*(ns|nanos?|nanoseconds?|us|µs|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)\s*)");
  return parse_duration(text).has_value() || re2::RE2::FullMatch(text, kWords);
}

}  // namespace

bool has_format(std::string_view format, std::string_view text) {
  static const re2::RE2 kUuid("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
  static const re2::RE2 kDate(R"(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))");
  static const re2::RE2 kMac("(?i)([0-9a-f]{2}[:-]){5}[0-9a-f]{2}");
  static const re2::RE2 kEmail(R"([^@\s]+@[^@\s]+)");
  static const re2::RE2 kHost(
      R"([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\.?)");
  static const re2::RE2 kUri(R"(([a-zA-Z][a-zA-Z0-9+.-]*:.+|/.*))");
  // Every year of four digits, also those that no clock of ours counts.
  if (format == "date-time") return parse_time(text).has_value() || !time_error(text, false).has_value();
  if (format == "date") return re2::RE2::FullMatch(text, kDate);
  if (format == "byte") return base64_decode_secret(text).has_value();
  if (format == "duration") return is_duration(text);
  if (format == "uuid") return re2::RE2::FullMatch(text, kUuid);
  if (format == "ipv4") return is_ip(text, AF_INET);
  if (format == "ipv6") return is_ip(text, AF_INET6);
  if (format == "cidr") return is_cidr(text);
  if (format == "mac") return re2::RE2::FullMatch(text, kMac);
  if (format == "email") return re2::RE2::FullMatch(text, kEmail);
  if (format == "hostname") return text.size() <= 255 && re2::RE2::FullMatch(text, kHost);
  if (format == "uri") return re2::RE2::FullMatch(text, kUri);
  return true;
}

}  // namespace rotor::apiserver::schema
