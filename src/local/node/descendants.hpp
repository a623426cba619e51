// The processes below a process, from /proc. Nothing escapes by leaving a group or a session, and not by a double fork
// either as long as the root is a subreaper.
#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace rotor::local {

struct ProcessLine {
  pid_t pid = 0;
  pid_t parent = 0;
  char state = '?';
};

// One /proc/PID/stat. The name in parentheses may hold anything, parentheses and line ends included.
std::optional<ProcessLine> parse_stat(std::string_view text);

// Everything below `root`, parents first; `but` and what is below them are left out.
std::vector<ProcessLine> below(pid_t root, const std::vector<ProcessLine>& all, const std::set<pid_t>& but = {});

std::vector<ProcessLine> all_processes();

// To everything below `root` now.
void signal_below(pid_t root, int sig, const std::set<pid_t>& but = {});

}  // namespace rotor::local
