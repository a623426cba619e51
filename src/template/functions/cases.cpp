// Upper and lower case, and the naming conventions (snake, kebab, camel).
#include <vector>

#include "template/functions/helpers.hpp"
#include "template/go/unicode.hpp"

namespace rotor::tmpl {

namespace {

using Runes = std::vector<char32_t>;

Runes runes_of(std::string_view s) {
  Runes out;
  while (!s.empty()) {
    const Rune r = decode_rune(s);
    out.push_back(r.value);
    s.remove_prefix(static_cast<std::size_t>(r.width));
  }
  return out;
}

// Bytes that are no UTF-8 stay themselves: they stand above all runes.
constexpr char32_t kRawByte = 0x110000;

Runes runes_and_bytes_of(std::string_view s) {
  Runes out;
  while (!s.empty()) {
    const Rune r = decode_rune(s);
    out.push_back(r.valid() ? r.value : kRawByte + static_cast<unsigned char>(s[0]));
    s.remove_prefix(static_cast<std::size_t>(r.width));
  }
  return out;
}

// Runes are dealt with one by one, which is dearer than copying: a step for so many bytes.
Result<void> charge(Context& c, Args a, std::size_t bytes_per_step) {
  return c.spend_steps(static_cast<std::int64_t>(str(a, 0).size() / bytes_per_step));
}

bool is_separator(char32_t r) {
  if (r < 0x80) return !((r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || r == '_');
  if (is_letter(r) || is_digit(r)) return false;
  return is_space(r);
}

Returned title(Context& c, Args a) {
  TRY_VOID(charge(c, a, 4));
  std::string out;
  char32_t before = ' ';
  for (const char32_t r : runes_of(str(a, 0))) {
    append_rune(out, is_separator(before) ? to_title(r) : r);
    before = r;
  }
  return text(std::move(out));
}

Returned untitle(Context& c, Args a) {
  TRY_VOID(charge(c, a, 4));
  std::string out;
  bool first = true;
  for (const char32_t r : runes_of(str(a, 0))) {
    append_rune(out, first ? to_lower(r) : r);
    first = is_space(r);
  }
  return text(std::move(out));
}

Returned swapcase(Context& c, Args a) {
  TRY_VOID(charge(c, a, 4));
  std::string out;
  bool space = true;
  for (const char32_t r : runes_of(str(a, 0))) {
    if (is_upper(r) || is_title(r)) {
      append_rune(out, to_lower(r));
      space = false;
    } else if (is_lower(r)) {
      append_rune(out, space ? to_title(r) : to_upper(r));
      space = false;
    } else {
      append_rune(out, r);
      space = is_space(r);
    }
  }
  return text(std::move(out));
}

bool is_connector(char32_t r) { return r == '-' || r == '_' || is_space(r); }

bool is_alphabet(char32_t r) {
  const bool ideograph = (r >= 0x3400 && r <= 0x4D85) || (r >= 0x4E00 && r <= 0x9FCC) || (r >= 0x20000 && r <= 0x2B81D);
  return is_letter(r) && !ideograph;
}

enum class WordKind : std::uint8_t { kNone, kConnector, kPunctuation, kNumber, kUpper, kAlphabet, kOther };

struct Word {
  WordKind kind = WordKind::kNone;
  Runes runes;
};

WordKind class_of(char32_t r) {
  if (r >= kRawByte) return WordKind::kOther;
  if (is_connector(r)) return WordKind::kConnector;
  if (is_punct(r)) return WordKind::kPunctuation;
  if (is_upper(r)) return WordKind::kUpper;
  if (is_number(r)) return WordKind::kNumber;
  if (is_alphabet(r)) return WordKind::kAlphabet;
  return WordKind::kOther;
}

// `HTTPServer` is `HTTP` and `Server`, `Name` is one word.
std::size_t upper_word_end(const Runes& r, std::size_t start) {
  std::size_t end = start + 1;
  const auto lower_at = [&](std::size_t i) { return i < r.size() && class_of(r[i]) == WordKind::kAlphabet; };
  if (lower_at(end)) {
    while (lower_at(end)) ++end;
    return end;
  }
  while (end < r.size() && class_of(r[end]) == WordKind::kUpper) ++end;
  if (end > start + 1 && lower_at(end)) --end;
  return end;
}

std::vector<Word> split_words(const Runes& r) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < r.size();) {
    const WordKind kind = class_of(r[i]);
    std::size_t end = i + 1;
    if (kind == WordKind::kUpper) {
      end = upper_word_end(r, i);
    } else {
      while (end < r.size() && class_of(r[end]) == kind) ++end;
    }
    words.push_back(
        {kind, Runes(r.begin() + static_cast<std::ptrdiff_t>(i), r.begin() + static_cast<std::ptrdiff_t>(end))});
    i = end;
  }
  return words;
}

class Joiner {
 public:
  Joiner(std::vector<Word> words, char connector) : words_(std::move(words)), connector_(connector) {}

  std::string run() {
    while (at_ < words_.size()) step();
    return out_;
  }

 private:
  WordKind kind(std::size_t ahead = 0) const {
    return at_ + ahead < words_.size() ? words_[at_ + ahead].kind : WordKind::kNone;
  }

  void emit() {
    const Word& w = words_[at_++];
    for (const char32_t r : w.runes) {
      if (w.kind == WordKind::kConnector)
        out_ += connector_;
      else if (r >= kRawByte)
        out_ += static_cast<char>(r - kRawByte);
      else
        append_rune(out_, w.kind == WordKind::kUpper ? to_lower(r) : r);
    }
  }

  void separate() {
    if (kind() != WordKind::kNone && kind() != WordKind::kConnector && kind() != WordKind::kPunctuation)
      out_ += connector_;
  }

  // What sticks to a number before it: lower-case words and further numbers.
  void emit_tail() {
    while (kind() == WordKind::kAlphabet || kind() == WordKind::kNumber) emit();
    separate();
  }

  void step() {
    const WordKind current = kind();
    emit();
    switch (current) {
      case WordKind::kConnector:
      case WordKind::kPunctuation:
        return;
      case WordKind::kNumber:
        return emit_tail();
      default:
        break;
    }
    if (kind() != WordKind::kNumber) return separate();
    if (kind(1) == WordKind::kNone) return emit();
    if (kind(1) == WordKind::kAlphabet) {
      out_ += connector_;
      emit();
      return emit_tail();
    }
    emit();
    separate();
  }

  std::vector<Word> words_;
  char connector_;
  std::size_t at_ = 0;
  std::string out_;
};

std::string convention(std::string_view s, char connector) {
  return Joiner(split_words(runes_and_bytes_of(s)), connector).run();
}

// PascalCase: a connector between words goes, the rune after it becomes upper case, and a word that began in upper
// case is lowered until its first rune that is not.
std::string camel(std::string_view s) {
  const Runes r = runes_of(s);
  std::string out;
  std::size_t i = 0;
  while (i < r.size() && is_connector(r[i])) append_rune(out, r[i++]);
  if (i == r.size()) return r.size() == 1 ? out + out : out;
  bool lowering = is_upper(r[i]);
  append_rune(out, to_upper(r[i++]));
  while (i < r.size()) {
    if (is_connector(r[i])) {
      std::size_t end = i;
      while (end < r.size() && is_connector(r[end])) ++end;
      const std::size_t kept = end == r.size() ? end : end - 1;
      while (i < kept) append_rune(out, r[i++]);
      if (end == r.size()) break;
      i = end;
      lowering = is_upper(r[i]);
      append_rune(out, to_upper(r[i++]));
      continue;
    }
    if (!is_upper(r[i])) lowering = false;
    append_rune(out, lowering ? to_lower(r[i]) : r[i]);
    ++i;
  }
  return out;
}

Returned mapped(Context& c, Args a, char32_t (*map)(char32_t)) {
  TRY_VOID(charge(c, a, 4));
  return text(map_runes(str(a, 0), map));
}

Returned named(Context& c, Args a, char connector) {
  TRY_VOID(charge(c, a, 1));
  return text(convention(str(a, 0), connector));
}

Returned camelcase(Context& c, Args a) {
  TRY_VOID(charge(c, a, 1));
  return text(camel(str(a, 0)));
}

constexpr Function kCasesTable[] = {
    {"upper", "s", [](Context& c, Args a) -> Returned { return mapped(c, a, to_upper); }},
    {"lower", "s", [](Context& c, Args a) -> Returned { return mapped(c, a, to_lower); }},
    {"title", "s", title},
    {"untitle", "s", untitle},
    {"swapcase", "s", swapcase},
    {"snakecase", "s", [](Context& c, Args a) -> Returned { return named(c, a, '_'); }},
    {"kebabcase", "s", [](Context& c, Args a) -> Returned { return named(c, a, '-'); }},
    {"camelcase", "s", camelcase},
};

}  // namespace

Table case_functions() { return kCasesTable; }

}  // namespace rotor::tmpl
