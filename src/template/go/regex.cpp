#include "template/go/regex.hpp"

#include <optional>

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>
#include <re2/re2.h>

#include "base/encoding.hpp"
#include "base/utf8.hpp"
#include "template/language/budget.hpp"

namespace rotor::tmpl {
namespace {

constexpr std::size_t kMaxPattern = 64 * 1024;
constexpr std::int64_t kMaxMemory = 128 << 20;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const re2::StringPiece& text) { return {text.data(), text.size()}; }

std::string_view words(RE2::ErrorCode code) {
  switch (code) {
    case RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case RE2::ErrorBadCharClass:
      return "invalid character class";
    case RE2::ErrorBadCharRange:
      return "invalid character class range";
    case RE2::ErrorMissingBracket:
      return "missing closing ]";
    case RE2::ErrorMissingParen:
      return "missing closing )";
    case RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case RE2::ErrorPatternTooLarge:
      return "expression too large";
    default:
      return "unexpected error";
  }
}

bool is_name_char(char32_t c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct Reference {
  std::string_view name;
  std::size_t size;  // with the dollar sign
};

// `$name` or `${name}` at the start of `text`.
std::optional<Reference> reference(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const bool braced = text[1] == '{';
  const std::size_t start = braced ? 2 : 1;
  std::size_t end = start;
  while (end < text.size() && is_name_char(static_cast<unsigned char>(text[end]))) ++end;
  if (end == start) return std::nullopt;
  if (braced && (end == text.size() || text[end] != '}')) return std::nullopt;
  return Reference{text.substr(start, end - start), end + (braced ? 1U : 0U)};
}

// The number a group name says, -1 when it is a name. As in Go, 01 is a name.
int group_number(std::string_view name) {
  if (name.size() > 1 && name[0] == '0') return -1;
  int n = 0;
  for (const char c : name) {
    if (c < '0' || c > '9' || n >= 100'000'000) return -1;
    n = n * 10 + (c - '0');
  }
  return n;
}

// Charges one match that may look at `ahead` bytes, with results of `made` bytes so far.
bool take(RegexBudget& budget, std::size_t ahead, std::size_t made) {
  budget.runs -= static_cast<std::int64_t>(ahead / RegexBudget::kBytesPerRun) + 1;
  budget.too_large = budget.too_large || made > budget.bytes;
  return !budget.spent();
}

}  // namespace

// Bytes that are no UTF-8 match as U+FFFD: RE2 sees a text where they are spelled out, and positions are mapped back.
class Regex::Subject {
 public:
  explicit Subject(std::string_view text) : text_(text) {
    if (is_utf8(text)) return;
    mapped_ = true;
    for (std::size_t at = 0; at < text.size();) {
      const Rune rune = decode_rune(text.substr(at));
      const RuneBytes bytes = encode_rune(rune.value);
      spelled_ += bytes.view();
      places_.insert(places_.end(), bytes.size, at);
      at += rune.size;
    }
    places_.push_back(text.size());
  }

  std::string_view text() const { return mapped_ ? std::string_view(spelled_) : text_; }

  // A slice of text() as a slice of the original.
  std::string_view original(std::string_view slice) const {
    if (!mapped_ || slice.data() == nullptr) return slice;
    const auto from = static_cast<std::size_t>(slice.data() - spelled_.data());
    return text_.substr(places_[from], places_[from + slice.size()] - places_[from]);
  }

  std::size_t rune_size(std::size_t at) const { return decode_rune(text().substr(at)).size; }

 private:
  std::string_view text_;
  std::string spelled_;
  std::vector<std::size_t> places_;
  bool mapped_ = false;
};

Regex::Regex(std::unique_ptr<re2::RE2> re) : re_(std::move(re)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern) {
  if (pattern.size() > kMaxPattern) {
    return over_budget(kMaxPattern, "bytes of a regular expression");
  }
  TRY(const std::string translated, to_re2_syntax(pattern));
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  auto re = std::make_unique<re2::RE2>(translated, options);
  if (!re->ok()) {
    return fail(Code::kInvalid,
                fmt::format("error parsing regexp: {}: `{}`", words(re->error_code()), re->error_arg()));
  }
  return Regex(std::move(re));
}

int Regex::size() const { return re_->ProgramSize(); }

bool Regex::matches(std::string_view text) const {
  const Subject subject(text);
  return RE2::PartialMatch(piece(subject.text()), *re_);
}

std::vector<std::pair<std::size_t, std::size_t>> Regex::find_spans(std::string_view text, int limit,
                                                                   RegexBudget& budget) const {
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  std::size_t previous_end = std::string_view::npos;
  for (std::size_t at = 0; at <= text.size() && (limit < 0 || spans.size() < static_cast<std::size_t>(limit));) {
    re2::StringPiece match;
    if (!take(budget, text.size() - at, sizeof(spans[0]) * (spans.size() + 1))) break;
    if (!re_->Match(piece(text), at, text.size(), RE2::UNANCHORED, &match, 1)) break;
    const auto from = static_cast<std::size_t>(match.data() - text.data());
    const std::size_t to = from + match.size();
    const bool adjacent = to == at && from == previous_end;
    at = to > at ? to : at == text.size() ? at + 1 : at + decode_rune(text.substr(at)).size;
    previous_end = to;
    if (!adjacent) spans.emplace_back(from, to);
  }
  return spans;
}

std::vector<std::string_view> Regex::find_all(std::string_view text, int limit, RegexBudget& budget) const {
  const Subject subject(text);
  std::vector<std::string_view> out;
  for (const auto& [from, to] : find_spans(subject.text(), limit, budget)) {
    out.push_back(subject.original(subject.text().substr(from, to - from)));
  }
  return out;
}

// The groups of a match, as slices of the original.
class Regex::Groups {
 public:
  Groups(const Subject& subject, int count) : subject_(subject), pieces_(static_cast<std::size_t>(count) + 1) {}
  re2::StringPiece* data() { return pieces_.data(); }
  std::size_t size() const { return pieces_.size(); }
  std::string_view operator[](std::size_t i) const { return subject_.original(view(pieces_[i])); }

 private:
  static constexpr std::size_t kUsual = 8;
  const Subject& subject_;
  boost::container::small_vector<re2::StringPiece, kUsual> pieces_;
};

void Regex::expand(std::string& out, std::string_view replacement, const Groups& groups, RegexBudget& budget) const {
  while (!replacement.empty()) {
    budget.too_large = budget.too_large || out.size() > budget.bytes;
    if (budget.spent()) return;
    const std::size_t dollar = std::min(replacement.find('$'), replacement.size());
    out += replacement.substr(0, dollar);
    replacement.remove_prefix(dollar);
    if (replacement.empty()) return;
    if (replacement.starts_with("$$")) {
      out += '$';
      replacement.remove_prefix(2);
      continue;
    }
    const auto ref = reference(replacement);
    if (!ref) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    replacement.remove_prefix(ref->size);
    int number = group_number(ref->name);
    if (number < 0) {
      const auto named = re_->NamedCapturingGroups().find(std::string(ref->name));
      if (named != re_->NamedCapturingGroups().end()) number = named->second;
    }
    if (number >= 0 && static_cast<std::size_t>(number) < groups.size())
      out += groups[static_cast<std::size_t>(number)];
  }
}

template <class Replace>
std::string Regex::replace(std::string_view text, RegexBudget& budget, Replace put) const {
  const Subject subject(text);
  const std::string_view all = subject.text();
  Groups groups(subject, re_->NumberOfCapturingGroups());
  const re2::StringPiece& whole = *groups.data();
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  std::size_t last = 0;
  for (std::size_t at = 0; at <= all.size();) {
    if (!take(budget, all.size() - at, out.size())) break;
    if (!re_->Match(piece(all), at, all.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) break;
    const auto from = static_cast<std::size_t>(whole.data() - all.data());
    const std::size_t to = from + whole.size();
    out += subject.original(all.substr(last, from - last));
    if (to > last || from == 0) put(out, groups);
    last = to;
    const std::size_t width = subject.rune_size(at);
    at = at + width > to ? at + width : at + 1 > to ? at + 1 : to;
  }
  out += subject.original(all.substr(last));
  return out;
}

std::string Regex::replace_all(std::string_view text, std::string_view replacement, RegexBudget& budget) const {
  return replace(text, budget,
                 [&](std::string& out, const Groups& groups) { expand(out, replacement, groups, budget); });
}

std::string Regex::replace_all_literal(std::string_view text, std::string_view replacement, RegexBudget& budget) const {
  return replace(text, budget, [&](std::string& out, const Groups&) { out += replacement; });
}

std::vector<std::string_view> Regex::split(std::string_view text, int limit, RegexBudget& budget) const {
  if (limit == 0) return {};
  if (text.empty() && !re_->pattern().empty()) return {text};
  const Subject subject(text);
  const std::string_view all = subject.text();
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  std::size_t end = 0;
  for (const auto& [from, to] : find_spans(all, limit, budget)) {
    if (limit > 0 && out.size() == static_cast<std::size_t>(limit) - 1) break;
    end = from;
    if (to != 0) out.push_back(subject.original(all.substr(begin, end - begin)));
    begin = to;
  }
  if (end != all.size()) out.push_back(subject.original(all.substr(begin)));
  return out;
}

}  // namespace rotor::tmpl
