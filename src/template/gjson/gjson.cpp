#include "template/gjson/gjson.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "template/gjson/eval.hpp"

namespace rotor::gjson {
namespace {

bool is_joint(std::string_view rest) { return rest.starts_with('|') || rest.starts_with('.'); }

// `!literal`: JSON in the path itself.
bool literal(std::string_view path, std::string_view& result, std::string_view& rest) {
  std::string_view name = path.substr(1);
  if (std::string_view("{[\"+-0123456789").find(name[0]) != std::string_view::npos) {
    result = name.substr(0, scan_enclosed(name, 0));
    rest = name.substr(result.size());
    return true;
  }
  const std::size_t joint = std::min(name.find_first_of("|."), name.size());
  rest = name.substr(joint);
  result = name.substr(0, joint);
  const std::string word = ascii_lower(result);
  return word == "true" || word == "false" || word == "null" || word == "nan" || word == "inf";
}

void append_name(SecretBytes& out, const SubPath& sub) {
  if (!sub.name.empty()) {
    const bool quoted = sub.name[0] == '"' && json::validate(sub.name);
    out.append(quoted ? std::string(sub.name) : json::quote(sub.name, json::Escape::kHtml));
  } else {
    const std::string_view last = last_name(sub.path);
    out.append(json::quote(is_simple_name(last) ? last : "_", json::Escape::kHtml));
  }
  out.append(":");
}

}  // namespace

// Modifiers, literals and multipaths at the start of a path. kRest: go on with `rest` behind its joint.
Evaluator::Outcome Evaluator::get_special(std::string_view json, std::string_view path, Found& value,
                                          std::string_view& rest) {
  if (path.size() < 2) return Outcome::kNothing;
  if (path[0] == '@' || path[0] == '!') {
    std::string_view result;
    const bool ok = path[0] == '@' ? run_modifier(json, path, result, rest) : literal(path, result, rest);
    if (!ok) return Outcome::kNothing;
    if (is_joint(rest)) {
      value.raw = result;
      return Outcome::kRest;
    }
    value = parse(result, scratch_);
    return Outcome::kDone;
  }
  if (path[0] != '[' && path[0] != '{') return Outcome::kNothing;
  if (!multipath(json, path, value, rest)) return Outcome::kUnclear;
  return rest.empty() ? Outcome::kDone : Outcome::kRest;
}

bool Evaluator::run_modifier(std::string_view json, std::string_view path, std::string_view& result,
                             std::string_view& rest) {
  const std::size_t end = std::min(path.find_first_of(":|.", 1), path.size());
  const std::string_view name = path.substr(1, end - 1);
  if (!is_modifier(name)) return false;
  rest = path.substr(end);
  std::string_view argument;
  if (rest.size() > 1 && rest[0] == ':') {
    rest.remove_prefix(1);
    std::size_t size = 0;
    if (rest[0] == '{' || rest[0] == '[' || rest[0] == '"') {
      size = scan_balanced(rest, 0);
    } else {
      for (; size < rest.size() && rest[size] != '|'; ++size) {
        if (std::string_view("{[\"(").find(rest[size]) != std::string_view::npos) size = scan_balanced(rest, size) - 1;
      }
    }
    argument = rest.substr(0, size);
    rest.remove_prefix(argument.size());
  } else if (rest == ":") {
    rest = {};
  }
  result = run(name, json, argument, *this);
  return true;
}

bool Evaluator::multipath(std::string_view json, std::string_view path, Found& value, std::string_view& rest) {
  std::vector<SubPath> subs;
  rest = {};
  if (!sub_paths(path, subs, rest) || !(rest.empty() || is_joint(rest))) return false;
  const bool object = path[0] == '{';
  SecretBytes out(path.substr(0, 1));
  for (const SubPath& sub : subs) {
    const Found found = get(json, sub.path);
    if (!found.exists()) continue;
    if (out.size() > 1) out.append(",");
    if (object) append_name(out, sub);
    if (!found.raw.empty()) {
      out.append(found.raw);
    } else {
      const SecretBytes text = text_of(found);
      out.append(text.empty() ? "null" : text.reveal());
    }
  }
  out.append(object ? "}" : "]");
  value = json_value(scratch_.keep(std::move(out)));
  return true;
}

Evaluator::Walk Evaluator::walk(std::string_view json, std::string_view path) {
  Walk w{json, {}, {}, false};
  if (path.starts_with("..")) {
    array(w, 0, path.substr(2));
    return w;
  }
  const std::size_t start = json.find_first_of("{[");
  if (start == std::string_view::npos) return w;
  if (json[start] == '{') {
    object(w, start + 1, path);
  } else {
    array(w, start + 1, path);
  }
  return w;
}

Found Evaluator::get(std::string_view json, std::string_view path) {
  const Deeper deeper(depth_, scratch_);
  while (!deeper.too_deep() && scratch_.spend(json.size() + path.size())) {
    Found value;
    std::string_view rest;
    const Outcome outcome = get_special(json, path, value, rest);
    if (outcome == Outcome::kDone) return value;
    if (outcome == Outcome::kRest) {
      json = value.raw;
      path = rest.substr(1);
      continue;
    }
    if (outcome == Outcome::kUnclear) path = rest;  // as the library does: what stood in brackets is forgotten
    const Walk w = walk(json, path);
    if (!w.piped) return w.value;
    json = w.value.raw;
    path = w.pipe;
  }
  return {};
}

// Reads the value at `at`: follows `rest` into it when `descend`, takes it when `hit`, else skips it.
Evaluator::Stop Evaluator::value(Walk& w, std::size_t at, bool descend, bool hit, std::string_view rest) {
  const char c = w.json[at];
  if (c == '{' || c == '[') {
    if (descend) return c == '{' ? object(w, at + 1, rest) : array(w, at + 1, rest);
    const std::size_t end = scan_enclosed(w.json, at);
    if (hit) w.value = json_value(w.json.substr(at, end - at));
    return {end, hit};
  }
  if (c == '"') {
    const StringScan s = scan_string(w.json, at);
    if (!s.closed) return {w.json.size(), false, true};
    if (hit) w.value = string_value(s, scratch_);
    return {s.end, hit};
  }
  const bool number = starts_number(w.json, at);
  const std::size_t end = number ? scan_number(w.json, at) : scan_literal(w.json, at);
  const std::string_view raw = w.json.substr(at, end - at);
  if (hit) w.value = number ? number_value(raw) : literal_value(raw);
  return {end, hit};
}

namespace {

bool name_matches(const Step& step, std::string_view name, Scratch& scratch) {
  return step.wild ? glob(name, step.part, scratch) : step.part == name;
}

}  // namespace

Evaluator::Stop Evaluator::object(Walk& w, std::size_t at, std::string_view path) {
  const Deeper deeper(depth_, scratch_);
  const Step step = object_step(path);
  if (!step.more && step.piped) {
    w.pipe = step.pipe;
    w.piped = true;
  }
  if (deeper.too_deep() || !scratch_.spend(path.size())) return {w.json.size(), false};
  while (at < w.json.size()) {
    at = w.json.find_first_of("\"}", at);
    if (at == std::string_view::npos) return {w.json.size(), false};
    if (w.json[at] == '}') return {at + 1, false};
    const StringScan key = scan_string(w.json, at);
    if (!key.closed) return {w.json.size(), false};
    std::string_view name = key.raw.substr(1, key.raw.size() - 2);
    SecretBytes unescaped;
    if (key.escaped) unescaped = unescape(name);
    if (key.escaped) name = unescaped.reveal();
    const bool match = name_matches(step, name, scratch_);
    at = key.end;
    while (at < w.json.size() && !starts_value(w.json, at)) ++at;
    if (at == w.json.size()) break;
    const Stop stop = value(w, at, match && step.more, match && !step.more, step.rest);
    if (stop.hit || stop.broken) return {stop.at, stop.hit};
    at = stop.at;
  }
  return {at, false};
}

Result<std::optional<Match>> lookup(std::string_view json, std::string_view path) {
  Evaluator evaluator;
  const Found found = evaluator.get(json, path);
  TRY_VOID(evaluator.scratch().outcome());
  if (!found.exists()) return std::nullopt;
  return Match{found.kind, SecretBytes(found.raw), text_of(found)};
}

}  // namespace rotor::gjson
