#include <algorithm>
#include <cmath>
#include <string>

#include "template/gjson/eval.hpp"

namespace rotor::gjson {
namespace {

// -1: no index. Wraps as unsigned numbers do.
std::int64_t index_of(std::string_view part) {
  if (part.empty()) return -1;
  std::uint64_t n = 0;
  for (const char c : part) {
    if (c < '0' || c > '9') return -1;
    n = n * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return static_cast<std::int64_t>(n);
}

bool compare(std::string_view op, auto have, auto want) {
  if (op == "=") return have == want;
  if (op == "!=") return have != want;
  if (op == "<") return have < want;
  if (op == "<=") return have <= want;
  if (op == ">") return have > want;
  return op == ">=" && have >= want;
}

// true is greater than false; nothing else compares with either.
bool compare_bool(std::string_view op, bool have, std::string_view want) {
  const std::string_view same = have ? "true" : "false";
  const std::string_view other = have ? "false" : "true";
  if (op == "=") return want == same;
  if (op == "!=") return want != same;
  if (op == (have ? ">" : "<")) return want == other;
  return op == (have ? ">=" : "<=");
}

bool is_false(const Found& v) {
  if (v.kind == Kind::kNull || v.kind == Kind::kFalse) return true;
  if (v.kind == Kind::kNumber) return v.num == 0;
  if (v.kind != Kind::kString) return false;
  std::string word(v.str);
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return word == "0" || word == "f" || word == "false";
}

}  // namespace

bool Evaluator::query_matches(const Query& query, Found value) {
  std::string_view want = query.value;
  if (want.starts_with('~')) {
    const std::string_view what = want.substr(1);
    bool is = false;
    if (what == "*") {
      is = value.exists();
    } else if (what == "null") {
      is = value.kind == Kind::kNull;
    } else if (what == "true") {
      is = truthy(value);
    } else if (what == "false") {
      is = is_false(value);
    } else {
      return false;
    }
    value = Found{is ? Kind::kTrue : Kind::kFalse, {}, {}, 0};
    want = "true";
  }
  if (!value.exists()) return false;
  if (query.op.empty()) return true;
  switch (value.kind) {
    case Kind::kString:
      if (query.op == "%") return glob(value.str, want, scratch_);
      if (query.op == "!%") return !glob(value.str, want, scratch_);
      return compare(query.op, value.str, want);
    case Kind::kNumber:
      return compare(query.op, value.num, parse_float(want));
    case Kind::kTrue:
      return compare_bool(query.op, true, want);
    case Kind::kFalse:
      return compare_bool(query.op, false, want);
    case Kind::kNull:
    case Kind::kJson:
      break;
  }
  return false;
}

// True when the walk is over: a query for the first match has found it.
bool Evaluator::query_element(Walk& w, ArrayStep& step, const Found& element, SecretBytes& collected) {
  if (step.query.all && collected.empty()) collected.append("[");
  if (element.kind != Kind::kJson && !step.query.path.empty()) return false;
  const Found tested = element.kind == Kind::kJson ? get(element.raw, step.query.path) : element;
  if (!query_matches(step.query, tested)) return false;
  Found result = element;
  if (step.step.more) {
    std::string_view left;
    std::string_view right;
    if (split_pipe(step.step.rest, left, right)) {
      step.step.rest = left;
      w.pipe = right;
      w.piped = true;
    }
    result = get(element.raw, step.step.rest);
  }
  if (!step.query.all) {
    w.value = result;
    return true;
  }
  const SecretBytes text = result.raw.empty() ? text_of(result) : SecretBytes(result.raw);
  if (!text.empty()) {
    if (collected.size() > 1) collected.append(",");
    collected.append(text.reveal());
  }
  return false;
}

void Evaluator::each_element(Walk& w, ArrayStep& step, const std::vector<std::size_t>& starts) {
  std::string_view left;
  std::string_view right;
  if (split_pipe(step.key, left, right)) {
    step.key = left;
    w.pipe = right;
    w.piped = true;
  }
  SecretBytes out("[");
  for (std::size_t at : starts) {
    while (at < w.json.size() && std::string_view(" \t\r\n").find(w.json[at]) != std::string_view::npos) ++at;
    Found element;
    if (at >= w.json.size() || w.json[at] == ']' || !parse_next(w.json, at, element, scratch_)) continue;
    const Found result = get(element.raw, step.key);
    if (!result.exists()) continue;
    if (out.size() > 1) out.append(",");
    out.append(result.raw.empty() ? text_of(result).reveal() : result.raw);
  }
  out.append("]");
  w.value = json_value(scratch_.keep(std::move(out)));
}

// True when the array as a whole is the answer.
bool Evaluator::end_of_array(Walk& w, ArrayStep& step, const std::vector<std::size_t>& starts, std::int64_t count,
                             SecretBytes& collected) {
  if (step.hash && step.step.part == "#") {
    if (step.each) {
      each_element(w, step, starts);
    } else {
      w.value = number_value(scratch_.keep(SecretBytes(std::to_string(count))));
    }
    return true;
  }
  if (!w.value.exists() && step.query.all) {
    if (collected.empty()) collected.append("[");
    collected.append("]");
    w.value = json_value(scratch_.keep(std::move(collected)));
  }
  return false;
}

Evaluator::Stop Evaluator::array(Walk& w, std::size_t at, std::string_view path) {
  const Deeper deeper(depth_, scratch_);
  const std::size_t size = w.json.size();
  ArrayStep step = array_step(path);
  const std::int64_t wanted = step.hash ? -1 : index_of(step.step.part);
  if (!step.step.more && step.step.piped) {
    w.pipe = step.step.pipe;
    w.piped = true;
  }
  if (deeper.too_deep() || !scratch_.spend(path.size())) return {size, false};
  SecretBytes collected;
  std::vector<std::size_t> starts;
  for (std::int64_t count = 0;; ++count) {
    if (step.each) starts.push_back(at);
    while (at < size && w.json[at] != ']' && !starts_value(w.json, at)) ++at;
    if (at > size) return {at, false};
    if (at == size || w.json[at] == ']') {
      const bool hit = end_of_array(w, step, starts, count, collected);
      return {at + 1, hit};
    }
    if (step.query.on) {
      Found element;
      if (!parse_next(w.json, at, element, scratch_)) return {size, false};
      if (query_element(w, step, element, collected)) return {at, true};
      continue;
    }
    const bool match = !step.hash && wanted == count;
    const Stop stop = value(w, at, match && step.step.more, match && !step.step.more, step.step.rest);
    if (stop.hit || stop.broken) return {stop.at, stop.hit};
    at = stop.at;
  }
}

}  // namespace rotor::gjson
