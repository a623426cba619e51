#include "template/gjson/path.hpp"

#include <algorithm>

#include "template/gjson/scan.hpp"

namespace rotor::gjson {
namespace {

// Behind a `.`, these begin something that applies to the whole value: a modifier or a multipath.
bool begins_pipe(std::string_view rest) {
  if (rest.empty()) return false;
  if (rest[0] == '[' || rest[0] == '{') return true;
  return rest[0] == '@' && is_modifier(rest.substr(1, std::min(rest.find_first_of(".|:", 1), rest.size()) - 1));
}

// Ends the component at the separator `path[at]`.
void end_step(Step& step, std::string_view path, std::size_t at, bool dot_may_pipe) {
  const std::string_view rest = path.substr(at + 1);
  if (path[at] == '|' || (dot_may_pipe && begins_pipe(rest))) {
    step.pipe = rest;
    step.piped = true;
  } else {
    step.rest = rest;
    step.more = true;
  }
}

// From the first escape on: escapes are taken off, and with them the difference between `\*` and `*`.
Step escaped_step(std::string_view path, std::size_t at, bool wild) {
  Step step;
  step.wild = wild;
  step.unescaped = SecretBytes(path.substr(0, at));
  for (; at < path.size(); ++at) {
    const char c = path[at];
    if (c == '\\') {
      ++at;
      if (at < path.size()) step.unescaped.append(path.substr(at, 1));
      continue;
    }
    if (c == '.' || c == '|') {
      end_step(step, path, at, true);
      break;
    }
    if (c == '*' || c == '?') step.wild = true;
    step.unescaped.append(path.substr(at, 1));
  }
  step.part = step.unescaped.reveal();
  return step;
}

// Skips a quoted string inside a query or multipath; `at` stands on the opening quote, then on the closing one.
bool skip_quoted(std::string_view path, std::size_t& at) {
  bool escaped = false;
  for (++at; at < path.size() && path[at] != '"'; ++at) {
    if (path[at] == '\\') {
      escaped = true;
      ++at;
    }
  }
  return escaped;
}

void split_operator(std::string_view text, Query& query) {
  std::size_t size = 0;
  if (text.starts_with("!=") || text.starts_with("!%") || text.starts_with("<=") || text.starts_with(">=")) {
    size = 2;
  } else if (text.starts_with("==")) {
    text.remove_prefix(1);
    size = 1;
  } else if (text.size() == 1 || text[0] != '!') {
    size = 1;
  }
  query.op = text.substr(0, size);
  query.value = trim(text.substr(size));
}

// `#(…)` or `#[…]` at the start of `path`; gives the index of the closing bracket, 0 when it is missing.
std::size_t parse_query(std::string_view path, Query& query) {
  std::size_t value_at = 0;
  int depth = 1;
  bool escaped = false;
  std::size_t at = 2;
  for (; at < path.size(); ++at) {
    const char c = path[at];
    if (depth == 1 && value_at == 0 && std::string_view("!=<>%").find(c) != std::string_view::npos) {
      value_at = at;
    } else if (c == '\\') {
      ++at;
    } else if (c == '[' || c == '(') {
      ++depth;
    } else if (c == ']' || c == ')') {
      if (--depth == 0) break;
    } else if (c == '"') {
      escaped = skip_quoted(path, at) || escaped;
    }
  }
  if (depth > 0) return 0;
  if (value_at == 0) {
    query.path = trim(path.substr(2, at - 2));
    return at;
  }
  query.path = trim(path.substr(2, value_at - 2));
  split_operator(trim(path.substr(value_at, at - value_at)), query);
  std::string_view& v = query.value;
  if (v.size() >= 2 && v.front() == '"' && v.back() == '"') {
    v = v.substr(1, v.size() - 2);
    if (escaped) query.unescaped = unescape(v);
    if (escaped) v = query.unescaped.reveal();
  }
  return at;
}

// Behind `.#`: a query is skipped whole. Quotes in it balance, and only its own kind of bracket counts.
void skip_query(std::string_view path, std::size_t& at) {
  const char open = path[at];
  const char close = open == '[' ? ']' : ')';
  int depth = 1;
  for (++at; at < path.size(); ++at) {
    const char c = path[at];
    if (c == '\\') {
      ++at;
    } else if (c == open) {
      ++depth;
    } else if (c == close) {
      if (--depth == 0) break;
    } else if (c == '"') {
      skip_quoted(path, at);
    }
  }
}

}  // namespace

Step object_step(std::string_view path) {
  Step step;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '\\') return escaped_step(path, i, step.wild);
    if (c == '|' || c == '.') {
      step.part = path.substr(0, i);
      end_step(step, path, i, true);
      return step;
    }
    if (c == '*' || c == '?') step.wild = true;
  }
  step.part = path;
  return step;
}

ArrayStep array_step(std::string_view path) {
  ArrayStep out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '|' || c == '.') {
      out.step.part = path.substr(0, i);
      end_step(out.step, path, i, !out.hash);
      return out;
    }
    if (c != '#') continue;
    out.hash = true;
    if (i != 0 || path.size() == 1) continue;
    if (path[1] == '.') {
      out.each = true;
      out.key = path.substr(2);
    } else if (path[1] == '[' || path[1] == '(') {
      out.query.on = true;
      const std::size_t close = parse_query(path, out.query);
      if (close == 0) break;
      i = close;
      out.query.all = i + 1 < path.size() && path[i + 1] == '#';
    }
  }
  out.step.part = path;
  return out;
}

bool split_pipe(std::string_view path, std::string_view& left, std::string_view& right) {
  if (path.find('|') == std::string_view::npos) return false;
  const auto cut = [&](std::size_t at) {
    left = path.substr(0, at);
    right = path.substr(at + 1);
    return true;
  };
  if (path[0] == '{') {
    const std::size_t end = path.size() > 1 ? scan_balanced(path, 1) : path.size();
    return end < path.size() && path[end] == '|' && cut(end);
  }
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\') {
      ++i;
    } else if (path[i] == '|') {
      return cut(i);
    } else if (path[i] == '.') {
      if (i + 1 == path.size()) return false;
      if (path[i + 1] != '#') continue;
      i += 2;
      if (i == path.size()) return false;
      if (path[i] == '[' || path[i] == '(') skip_query(path, i);
    }
  }
  return false;
}

bool sub_paths(std::string_view path, std::vector<SubPath>& out, std::string_view& rest) {
  bool in_modifier = false;
  int depth = 1;
  std::size_t colon = 0;
  std::size_t start = 1;
  const auto push = [&](std::size_t end) {
    if (colon == 0) {
      out.push_back({{}, path.substr(start, end - start)});
    } else {
      out.push_back({path.substr(start, colon - start), path.substr(colon + 1, end - colon - 1)});
    }
    colon = 0;
    in_modifier = false;
    start = end + 1;
  };
  for (std::size_t i = 1; i < path.size(); ++i) {
    switch (path[i]) {
      case '\\':
        ++i;
        break;
      case '@':
        in_modifier = in_modifier || path[i - 1] == '.' || path[i - 1] == '|';
        break;
      case ':':
        if (!in_modifier && colon == 0 && depth == 1) colon = i;
        break;
      case ',':
        if (depth == 1) push(i);
        break;
      case '"':
        skip_quoted(path, i);
        break;
      case '[':
      case '(':
      case '{':
        ++depth;
        break;
      case ']':
      case ')':
      case '}':
        if (--depth == 0) {
          push(i);
          rest = path.substr(i + 1);
          return true;
        }
        break;
      default:
        break;
    }
  }
  return false;
}

std::string_view last_name(std::string_view path) {
  for (std::size_t i = path.size(); i-- > 0;) {
    if ((path[i] == '|' || path[i] == '.') && (i == 0 || path[i - 1] != '\\')) return path.substr(i + 1);
  }
  return path;
}

bool is_simple_name(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && std::string_view("[]{}()#|!").find(c) == std::string_view::npos;
  });
}

}  // namespace rotor::gjson
