#include "apiserver/registry/jsonpath.hpp"

#include <charconv>

#include <fmt/format.h>

namespace rotor::apiserver {

namespace {

std::string_view trim(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

bool is_quoted(std::string_view s) {
  return s.size() >= 2 && (s.front() == '\'' || s.front() == '"') && s.back() == s.front();
}

std::string_view unquote(std::string_view s) { return is_quoted(s) ? s.substr(1, s.size() - 2) : s; }

// The index of the bracket that closes the one before `text`, quotes respected.
std::size_t closing(std::string_view text) {
  char quote = 0;
  int depth = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

Result<JsonPath::Step> JsonPath::parse_bracket(std::string_view inside) {
  inside = trim(inside);
  if (inside == "*") return Step{.kind = Step::Kind::kAll};
  if (is_quoted(inside)) return Step{.kind = Step::Kind::kField, .name = std::string(unquote(inside))};
  if (inside.starts_with("?(") && inside.ends_with(")")) {
    const std::string_view condition = inside.substr(2, inside.size() - 3);
    auto at = condition.find("==");
    const bool equal = at != std::string_view::npos;
    if (!equal) at = condition.find("!=");
    if (at == std::string_view::npos)
      return fail(Code::kInvalid, fmt::format("filter '{}' has no == or !=", condition));
    std::string_view left = trim(condition.substr(0, at));
    if (!left.starts_with("@.")) return fail(Code::kInvalid, fmt::format("filter '{}' must start with @.", condition));
    left.remove_prefix(2);
    return Step{.kind = Step::Kind::kFilter,
                .name = std::string(left),
                .value = std::string(unquote(trim(condition.substr(at + 2)))),
                .equal = equal};
  }
  Step out{.kind = Step::Kind::kIndex};
  const auto [end, error] = std::from_chars(inside.data(), inside.data() + inside.size(), out.index);
  if (error != std::errc() || end != inside.data() + inside.size()) {
    return fail(Code::kInvalid, fmt::format("invalid array index {}", inside));
  }
  return out;
}

Result<JsonPath> JsonPath::parse(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '{' && text.back() == '}') text = trim(text.substr(1, text.size() - 2));
  if (text.starts_with('$')) text.remove_prefix(1);
  JsonPath out;
  while (!text.empty()) {
    if (text.front() == '[') {
      const std::size_t end = closing(text.substr(1));
      if (end == std::string_view::npos) return fail(Code::kInvalid, "unterminated array");
      TRY(Step step, parse_bracket(text.substr(1, end)));
      out.steps_.push_back(std::move(step));
      text.remove_prefix(end + 2);
      continue;
    }
    if (text.front() == '.') text.remove_prefix(1);
    std::string name;
    std::size_t i = 0;
    for (; i < text.size() && text[i] != '.' && text[i] != '['; ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      name += text[i];
    }
    text.remove_prefix(i);
    if (name.empty()) {
      if (text.empty()) break;
      if (text.front() == '.') return fail(Code::kInvalid, "an empty name between two dots");
      continue;
    }
    Step step{.kind = name == "*" ? Step::Kind::kAll : Step::Kind::kField};
    step.name = std::move(name);
    out.steps_.push_back(std::move(step));
  }
  return out;
}

void JsonPath::take(const Step& step, const json::Value& from, std::vector<const json::Value*>& out) {
  if (const auto* object = from.if_object()) {
    if (step.kind == Step::Kind::kField) {
      if (const json::Value* value = object->if_contains(step.name)) out.push_back(value);
    } else if (step.kind == Step::Kind::kAll) {
      for (const auto& member : *object) out.push_back(&member.value());
    }
    return;
  }
  const auto* array = from.if_array();
  if (array == nullptr) return;
  const auto size = static_cast<std::ptrdiff_t>(array->size());
  if (step.kind == Step::Kind::kIndex) {
    const std::ptrdiff_t at = step.index < 0 ? size + step.index : step.index;
    if (at >= 0 && at < size) out.push_back(&(*array)[static_cast<std::size_t>(at)]);
    return;
  }
  for (const json::Value& item : *array) {
    if (step.kind == Step::Kind::kFilter) {
      const json::Value* left = json::find(item, step.name);
      if (left == nullptr) continue;
      const std::string text = left->is_string() ? std::string(left->get_string()) : json::serialize(*left);
      if ((text == step.value) == step.equal) out.push_back(&item);
    } else if (step.kind == Step::Kind::kAll) {
      out.push_back(&item);
    }
  }
}

namespace {
using Values = std::vector<const json::Value*>;
}

std::vector<const json::Value*> JsonPath::find(const json::Value& root) const {
  Values at{&root};
  for (const Step& step : steps_) {
    Values next;
    for (const json::Value* value : at) take(step, *value, next);
    at = std::move(next);
  }
  return at;
}

std::vector<const json::Value*> JsonPath::find(const json::Object& root) const {
  if (steps_.empty() || steps_.front().kind != Step::Kind::kField) return {};
  const json::Value* first = root.if_contains(steps_.front().name);
  if (first == nullptr) return {};
  Values at{first};
  for (std::size_t i = 1; i < steps_.size(); ++i) {
    Values next;
    for (const json::Value* value : at) take(steps_[i], *value, next);
    at = std::move(next);
  }
  return at;
}

}  // namespace rotor::apiserver
