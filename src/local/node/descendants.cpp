#include "local/node/descendants.hpp"

#include <charconv>
#include <csignal>
#include <filesystem>
#include <map>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace rotor::local {
namespace {

std::optional<pid_t> number(std::string_view text) {
  pid_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string read_short_file(const std::string& path) {
  char buffer[512];
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t n = read(file, buffer, sizeof buffer);
  close(file);
  return n <= 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(n));
}

}  // namespace

std::optional<ProcessLine> parse_stat(std::string_view text) {
  const std::size_t open = text.find(" (");
  const std::size_t close = text.rfind(") ");
  if (open == std::string_view::npos || close == std::string_view::npos || text.size() < close + 5) return std::nullopt;
  const std::string_view rest = text.substr(close + 4);
  const auto pid = number(text.substr(0, open));
  const auto parent = number(rest.substr(0, rest.find(' ')));
  if (!pid || !parent) return std::nullopt;
  return ProcessLine{*pid, *parent, text[close + 2]};
}

std::vector<ProcessLine> below(pid_t root, const std::vector<ProcessLine>& all, const std::set<pid_t>& but) {
  std::multimap<pid_t, ProcessLine> children;
  for (const ProcessLine& line : all) {
    if (!but.contains(line.pid)) children.emplace(line.parent, line);
  }
  std::vector<ProcessLine> found;
  std::vector<pid_t> parents{root};
  std::set<pid_t> seen{root};
  for (std::size_t i = 0; i < parents.size(); ++i) {
    const auto [first, last] = children.equal_range(parents[i]);
    for (auto it = first; it != last; ++it) {
      if (!seen.insert(it->second.pid).second) continue;
      found.push_back(it->second);
      parents.push_back(it->second.pid);
    }
  }
  return found;
}

std::vector<ProcessLine> all_processes() {
  std::vector<ProcessLine> out;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    if (!number(it->path().filename().native())) continue;
    if (const auto line = parse_stat(read_short_file(it->path().native() + "/stat"))) out.push_back(*line);
  }
  return out;
}

void signal_below(pid_t root, int sig, const std::set<pid_t>& but) {
  for (const ProcessLine& line : below(root, all_processes(), but)) {
    if (line.state != 'Z') kill(line.pid, sig);
  }
}

}  // namespace rotor::local
