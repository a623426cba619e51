#include "json/json5.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "json/reader.hpp"

namespace rotor::json {
namespace {

using std::string_view_literals::operator""sv;

// What separates beyond ASCII, as UTF-8: no-break spaces, the byte order mark, Unicode's spaces and line ends.
constexpr std::array kWideSpaces = {"\u00a0"sv, "\u1680"sv, "\u2000"sv, "\u2001"sv, "\u2002"sv, "\u2003"sv, "\u2004"sv,
                                    "\u2005"sv, "\u2006"sv, "\u2007"sv, "\u2008"sv, "\u2009"sv, "\u200a"sv, "\u2028"sv,
                                    "\u2029"sv, "\u202f"sv, "\u205f"sv, "\u3000"sv, "\ufeff"sv};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '$' || c == '_'; }
bool is_wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_name_part(char c) { return is_letter(c) || is_digit(c) || is_wide(c); }

// Each step goes over what it is named after, or notes the first fault and says false.
class Json5 {
 public:
  explicit Json5(std::string_view text) : text_(text) {}

  std::optional<Json5Fault> fault() {
    const bool good = gap() && value(0) && gap() && (at_ == text_.size() || stop("there is more behind the value"));
    if (good) return std::nullopt;
    const std::string_view before = text_.substr(0, at_);
    const auto lines = std::ranges::count(before, '\n');
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    return Json5Fault{static_cast<int>(lines) + 1, static_cast<int>(at_ - start) + 1, std::string(why_)};
  }

 private:
  bool stop(std::string_view why) {
    why_ = why;
    return false;
  }
  bool ended() const { return at_ == text_.size(); }
  char here() const { return ended() ? '\0' : text_[at_]; }
  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  template <class Is>
  std::size_t take_while(Is is) {
    const std::size_t from = at_;
    while (!ended() && is(text_[at_])) ++at_;
    return at_ - from;
  }

  bool take_space() {
    if (take_while([](char c) { return " \t\n\r\v\f"sv.contains(c); }) > 0) return true;
    return is_wide(here()) && std::ranges::any_of(kWideSpaces, [this](std::string_view space) { return take(space); });
  }

  // Spaces and comments.
  bool gap() {
    for (;;) {
      if (take_space()) continue;
      if (take("//")) {
        take_while([](char c) { return c != '\n' && c != '\r'; });
      } else if (text_.substr(at_).starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return stop("a comment is not closed");
        at_ = end + 2;
      } else {
        return true;
      }
    }
  }

  bool value(int depth) {
    if (depth > kMaxDepth) return stop("it is nested too deep");
    switch (here()) {
      case '{':
        return list('}', [this, depth] { return member(depth); });
      case '[':
        return list(']', [this, depth] { return value(depth + 1); });
      case '"':
      case '\'':
        return string();
      default:
        return word() || number();
    }
  }

  // Items with commas between them, and after the last one if somebody likes.
  template <class Item>
  bool list(char closed_by, Item item) {
    ++at_;
    for (;;) {
      if (!gap()) return false;
      if (take({&closed_by, 1})) return true;
      if (ended()) return stop(closed_by == '}' ? "a { is not closed" : "a [ is not closed");
      if (!item() || !gap()) return false;
      if (!take(",") && here() != closed_by && !ended()) return stop("a comma is missing");
    }
  }

  bool member(int depth) {
    if (!name() || !gap()) return false;
    if (!take(":")) return stop("a colon is missing behind a name");
    return gap() && value(depth + 1);
  }

  // A wide space ends a word as another does.
  bool word_goes_on() const {
    const std::string_view rest = text_.substr(at_);
    const auto begins = [rest](std::string_view space) { return rest.starts_with(space); };
    return is_name_part(here()) && std::ranges::none_of(kWideSpaces, begins);
  }

  bool name() {
    if (here() == '"' || here() == '\'') return string();
    if (is_digit(here())) return stop("a name begins with a digit: put it in quotes");
    const std::size_t from = at_;
    while (!ended()) {
      if (take("\\")) {
        if (!take("u") || !digits(4)) return stop("a name holds an escape that there is not");
      } else if (!word_goes_on()) {
        break;
      } else {
        ++at_;
      }
    }
    return at_ > from || stop("a name is missing");
  }

  bool digits(int count) {
    for (int i = 0; i < count; ++i, ++at_) {
      if (!is_hex(here())) return false;
    }
    return true;
  }

  bool string() {
    const char quote = text_[at_++];
    while (!ended()) {
      const char c = text_[at_];
      if (c == '\n' || c == '\r') break;
      ++at_;
      if (c == quote) return true;
      if (c == '\\' && !escape()) return stop("a text holds an escape that there is not");
    }
    return stop("a text is not closed on its line");
  }

  // Behind the backslash, which may also stand at the end of a line that goes on.
  bool escape() {
    if (ended()) return false;
    const char c = text_[at_++];
    if (c == 'x') return digits(2);
    if (c == 'u') return digits(4);
    if (c == '\r') take("\n");
    return c == '0' ? !is_digit(here()) : !is_digit(c);
  }

  bool word() {
    constexpr std::array kWords = {"true"sv, "false"sv, "null"sv, "Infinity"sv, "NaN"sv};
    const std::size_t from = at_;
    const bool taken = std::ranges::any_of(kWords, [this](std::string_view word) { return take(word); });
    if (taken && !word_goes_on()) return true;
    at_ = from;
    return false;
  }

  bool number() {
    if (!take("-")) take("+");
    if (word_of_number()) return true;
    if (take("0x") || take("0X")) return take_while(is_hex) > 0 && number_ends();
    const std::size_t from = at_;
    const std::size_t whole = take_while(is_digit);
    if (whole > 1 && text_[from] == '0') return stop("a number begins with 0");
    const std::size_t part = take(".") ? take_while(is_digit) : 0;
    if (whole + part == 0) return stop("a value is missing, or a text without quotes");
    if (take("e") || take("E")) {
      if (!take("-")) take("+");
      if (take_while(is_digit) == 0) return stop("a number ends in its exponent");
    }
    return number_ends();
  }
  bool word_of_number() {
    const std::size_t from = at_;
    if ((take("Infinity") || take("NaN")) && !word_goes_on()) return true;
    at_ = from;
    return false;
  }
  bool number_ends() { return !word_goes_on() || stop("a number ends in something else"); }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view why_ = "a value is missing";
};

}  // namespace

std::string Json5Fault::text() const { return fmt::format("line {}, column {}: {}", line, column, why); }

std::optional<Json5Fault> json5_fault(std::string_view text) { return Json5(text).fault(); }

}  // namespace rotor::json
