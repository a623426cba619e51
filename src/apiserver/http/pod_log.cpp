#include "apiserver/http/pod_log.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/time.hpp"

namespace rotor::apiserver {

namespace {

// Absent: nullopt.
Answer<std::optional<std::uint64_t>> number(const Query& query, std::string_view name, std::int64_t least,
                                            std::string_view pod) {
  const std::string_view text = query.get(name);
  if (text.empty()) return std::nullopt;
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) {
    return refuse(bad_request(fmt::format("{}: \"{}\" is no number", name, text)));
  }
  if (out >= least) return static_cast<std::uint64_t>(out);
  const std::string why = least == 0 ? "must be greater than or equal to 0" : "must be greater than 0";
  return refuse(invalid("", "PodLogOptions", pod, {field_invalid(std::string(name), out, why)}));
}

std::string timestamp(WallTime time) {
  std::string out = format_micro_time(time);
  out.pop_back();
  return fmt::format("{}{:03}Z ", out, time.time_since_epoch().count() % 1000);
}

}  // namespace

Answer<LogRequest> log_request(const Query& query, std::string_view pod, WallTime now) {
  LogRequest out{.container = std::string(query.get("container")),
                 .follow = query.flag("follow"),
                 .previous = query.flag("previous"),
                 .timestamps = query.flag("timestamps")};
  TRY(out.tail, number(query, "tailLines", 0, pod));
  TRY(out.limit, number(query, "limitBytes", 1, pod));
  TRY(const std::optional<std::uint64_t> seconds, number(query, "sinceSeconds", 1, pod));
  constexpr std::uint64_t kFarBack = 100ULL * 365 * 24 * 3600;
  if (seconds) out.since = now - std::chrono::seconds(std::min(*seconds, kFarBack));
  if (const std::string_view since = query.get("sinceTime"); !since.empty()) {
    const auto time = parse_time(since);
    if (!time) return refuse(bad_request("sinceTime: " + time.error().message));
    out.since = *time;
  }
  return out;
}

std::string LogText::take(const std::vector<LogLine>& lines) {
  std::string out;
  for (const LogLine& line : lines) {
    if (since_ && line.time < *since_ && !mid_line_) continue;
    if (timestamps_ && !mid_line_) out += timestamp(line.time);
    out += line.text;
    if (line.whole) out += '\n';
    mid_line_ = !line.whole;
  }
  if (!left_) return out;
  out.resize(std::min<std::uint64_t>(out.size(), *left_));
  *left_ -= out.size();
  return out;
}

std::vector<LogLine> last_lines(std::vector<LogLine> lines, std::uint64_t count) {
  std::size_t from = lines.size();
  while (from > 0) {
    const bool begins = from == 1 || lines[from - 2].whole;
    if (count == 0) break;
    --from;
    if (begins) --count;
  }
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(from));
  return lines;
}

}  // namespace rotor::apiserver
