#include "generators/json_path.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "json/reader.hpp"

namespace rotor::generators {
namespace {

class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  Result<JsonPath> run() {
    if (!take('$')) return wrong("it must begin with $");
    JsonPath path;
    while (at_ < text_.size()) {
      TRY(JsonStep step, next());
      path.push_back(std::move(step));
    }
    return path;
  }

 private:
  Result<JsonStep> next() {
    if (take('[')) return bracket();
    if (!take('.')) return wrong("expected . or [");
    if (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == '*')) return many();
    const std::size_t end = std::min(text_.find_first_of(".[", at_), text_.size());
    if (end == at_) return wrong("a name is missing");
    std::string name(text_.substr(at_, end - at_));
    at_ = end;
    return name;
  }

  Result<JsonStep> bracket() {
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) return quoted(text_[at_++]);
    if (at_ < text_.size() && (text_[at_] == '*' || text_[at_] == '?')) return many();
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) return wrong("] is missing");
    const std::string_view digits = text_.substr(at_, end - at_);
    if (digits.find_first_of(":,") != std::string_view::npos) return many();
    std::int64_t index = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error != std::errc() || stop != digits.data() + digits.size()) {
      return wrong("between [ and ] stands a whole number, or a name in quotes");
    }
    at_ = end + 1;
    return index;
  }

  Result<JsonStep> quoted(char quote) {
    std::string name;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      name += text_[at_];
    }
    if (!take(quote) || !take(']')) return wrong("the quote or ] is missing");
    return name;
  }

  bool take(char c) {
    const bool there = at_ < text_.size() && text_[at_] == c;
    if (there) ++at_;
    return there;
  }

  std::unexpected<Error> many() const {
    return wrong("it selects several places, and the result is one object; write a path of names and numbers");
  }
  std::unexpected<Error> wrong(std::string_view why) const {
    return fail(Code::kInvalid, fmt::format("at character {}: {}", at_ + 1, why));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::string_view> member(std::string_view object, std::string_view name) {
  json::Reader reader(object);
  if (reader.peek() != json::Kind::kObject) return std::nullopt;
  std::optional<std::string_view> found;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    const std::string_view raw = reader.read_raw();
    if (key == name) found = raw;
  }
  return found;
}

std::optional<std::string_view> element(std::string_view array, std::int64_t index) {
  json::Reader reader(array);
  if (reader.peek() != json::Kind::kArray) return std::nullopt;
  std::vector<std::string_view> all;
  reader.begin_array();
  while (reader.next_element()) all.push_back(reader.read_raw());
  const auto size = static_cast<std::int64_t>(all.size());
  if (index < -size || index >= size) return std::nullopt;
  return all[static_cast<std::size_t>(index < 0 ? index + size : index)];
}

std::optional<std::string_view> step_into(std::string_view value, const JsonStep& step) {
  if (const auto* name = std::get_if<std::string>(&step)) return member(value, *name);
  return element(value, std::get<std::int64_t>(step));
}

}  // namespace

Result<JsonPath> parse_json_path(std::string_view text) { return PathParser(text).run(); }

Result<std::string_view> find_json(std::string_view document, const JsonPath& path) {
  std::string_view value = document;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto inner = step_into(value, path[i]);
    if (!inner) {
      const bool named = std::holds_alternative<std::string>(path[i]);
      return fail(Code::kInvalid,
                  fmt::format("there is no {} at step {}", named ? "such member" : "such element", i + 1));
    }
    value = *inner;
  }
  return value;
}

}  // namespace rotor::generators
