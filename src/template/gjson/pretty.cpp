#include <algorithm>
#include <string>
#include <vector>

#include "base/trim.hpp"
#include "template/gjson/eval.hpp"

namespace rotor::gjson {
namespace {

constexpr std::string_view kBlanks = " \t\n\v\f\r";

enum class Rank : std::uint8_t { kNull, kFalse, kNumber, kString, kTrue, kJson };

Rank rank_of(std::string_view text) {
  if (text.empty()) return Rank::kNull;
  switch (text[0]) {
    case '"':
      return Rank::kString;
    case 'f':
      return Rank::kFalse;
    case 't':
      return Rank::kTrue;
    case 'n':
      return Rank::kNull;
    case '[':
    case '{':
      return Rank::kJson;
    default:
      return Rank::kNumber;
  }
}

// By kind, then as strings, numbers or text.
int compare(std::string_view a, std::string_view b, Scratch& scratch) {
  const Rank ra = rank_of(a);
  const Rank rb = rank_of(b);
  if (ra != rb) return ra < rb ? -1 : 1;
  if (ra == Rank::kString) {
    return string_value(scan_string(a, 0), scratch).str.compare(string_value(scan_string(b, 0), scratch).str);
  }
  if (ra == Rank::kNumber) {
    const double x = parse_float(a);
    const double y = parse_float(b);
    if (x < y || x > y) return x < y ? -1 : 1;
    if (x == y) return 0;
  }
  return a.compare(b);
}

class Printer {
 public:
  Printer(std::string_view json, const PrettyOptions& options, Scratch& scratch)
      : json_(json), options_(options), scratch_(scratch) {}

  SecretBytes run() {
    out_ = std::string(options_.prefix.reveal());
    const Mode mode{true, 0, -1};
    any(0, mode);
    if (!out_.empty()) out_ += '\n';
    SecretBytes text(out_);
    wipe(out_.data(), out_.size());
    return text;
  }

 private:
  // `pretty`: line breaks; `limit` -1, or the room an array has to fit one line, where objects give up.
  struct Mode {
    bool pretty;
    std::size_t tabs;
    std::int64_t limit;
  };
  struct Done {
    std::size_t at;
    bool fits;
  };
  struct Pair {
    std::string_view key;
    std::size_t start;
    std::size_t end;
  };

  Done any(std::size_t at, const Mode& mode) {
    for (; at < json_.size(); ++at) {
      const char c = json_[at];
      if (is_space(c)) continue;
      if (c == '"') return copy(at, scan_string(json_, at).end);
      if (starts_number(json_, at)) return copy(at, number_end(at));
      if (c == '{' || c == '[') return group(at, mode);
      if (c == 't') return word("true", at);
      if (c == 'f') return word("false", at);
      if (c == 'n') return word("null", at);
    }
    return {at, true};
  }

  Done copy(std::size_t from, std::size_t to) {
    out_ += json_.substr(from, to - from);
    return {to, true};
  }
  Done word(std::string_view text, std::size_t at) {
    out_ += text;
    return {at + text.size(), true};
  }
  std::size_t number_end(std::size_t at) const {
    for (++at; at < json_.size(); ++at) {
      const char c = json_[at];
      if (is_space(c) || c == ',' || c == ':' || c == ']' || c == '}') break;
    }
    return at;
  }

  void line_break() {
    line_start_ = out_.size();
    if (out_.back() == ' ') {
      out_.back() = '\n';
    } else {
      out_ += '\n';
    }
  }
  void indent(std::size_t tabs) {
    if (!scratch_.spend(options_.prefix.size() + tabs * options_.indent.size())) return;
    out_ += options_.prefix.reveal();
    for (std::size_t i = 0; i < tabs; ++i) out_ += options_.indent.reveal();
  }

  Done group(std::size_t at, const Mode& mode) {
    if (!scratch_.descend(++nesting_)) return --nesting_, Done{json_.size(), false};
    const Done done = json_[at] == '[' && options_.width > 0 && mode.pretty && mode.limit == -1 ? short_array(at, mode)
                                                                                                : group_lines(at, mode);
    --nesting_;
    return done;
  }

  Done short_array(std::size_t at, const Mode& mode) {
    const std::int64_t room =
        options_.width - static_cast<std::int64_t>(out_.size() - std::min(line_start_, out_.size()));
    if (room > 3) {
      const std::size_t before = out_.size();
      const std::size_t line = line_start_;
      line_start_ = 0;
      const Done done = group_lines(at, {false, 0, room});
      line_start_ = line;
      if (done.fits && static_cast<std::int64_t>(out_.size() - before) <= room) return done;
      out_.resize(before);
    }
    return group_lines(at, mode);
  }

  Done group_lines(std::size_t at, const Mode& mode) {
    const char open = json_[at];
    const bool array = open == '[';
    if (!array && options_.width > 0 && mode.limit != -1) return {at, false};
    const char close = array ? ']' : '}';
    const bool sort = !array && options_.sort_keys && mode.pretty;
    std::vector<Pair> pairs;
    out_ += open;
    std::size_t count = 0;
    for (++at; at < json_.size(); ++at) {
      if (is_space(json_[at])) continue;
      if (json_[at] == close) {
        if (mode.pretty) end_lines(open, count, mode, pairs);
        out_ += close;
        return {at + 1, array};
      }
      if (!array && json_[at] != '"') continue;
      separate(array, count);
      if (mode.pretty) line_break();
      const std::size_t start = out_.size();
      if (mode.pretty) indent(mode.tabs + 1);
      const std::size_t key = at;
      if (!array) at = member_name(at, mode);
      const std::size_t key_end = at;
      const Done done = any(at, {mode.pretty, mode.tabs + 1, mode.limit});
      if (mode.limit != -1 && !done.fits) return {done.at, false};
      if (sort) pairs.push_back({json_.substr(key, key_end - key), start, out_.size()});
      at = done.at - 1;
      ++count;
    }
    return {at, array};
  }

  void separate(bool array, std::size_t count) {
    if (count == 0) return;
    out_ += ',';
    if (array && options_.width != -1) out_ += ' ';
  }

  std::size_t member_name(std::size_t at, const Mode& mode) {
    const std::size_t end = copy(at, scan_string(json_, at).end).at;
    out_ += mode.pretty ? ": " : ":";
    return end;
  }

  void end_lines(char open, std::size_t count, const Mode& mode, const std::vector<Pair>& pairs) {
    if (!pairs.empty()) sort_pairs(pairs);
    if (count > 0) line_break();
    if (out_.back() != open) indent(mode.tabs);
  }

  // Members of the same name go by their values.
  void sort_pairs(const std::vector<Pair>& pairs) {
    struct Entry {
      std::string_view key;
      std::string_view value;
      std::size_t place;
    };
    const std::string text = out_.substr(pairs.front().start);
    std::vector<Entry> entries;
    for (const Pair& p : pairs) {
      std::string_view value =
          trimmed(std::string_view(text).substr(p.start - pairs.front().start, p.end - p.start), kBlanks);
      if (value.size() > p.key.size()) value = trimmed(value.substr(p.key.size() + 1), kBlanks);
      entries.push_back({p.key, value, entries.size()});
    }
    std::ranges::sort(entries, [&](const Entry& a, const Entry& b) {
      int order = compare(a.key, b.key, scratch_);
      if (order == 0) order = compare(a.value, b.value, scratch_);
      return order != 0 ? order < 0 : a.place < b.place;
    });
    out_.resize(pairs.front().start);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Pair& p = pairs[entries[i].place];
      out_ += std::string_view(text).substr(p.start - pairs.front().start, p.end - p.start);
      if (i + 1 < entries.size()) out_ += ",\n";
    }
  }

  std::string_view json_;
  const PrettyOptions& options_;
  Scratch& scratch_;
  std::string out_;
  std::size_t line_start_ = 0;
  int nesting_ = 0;
};

}  // namespace

SecretBytes pretty(std::string_view json, const PrettyOptions& options, Scratch& scratch) {
  return Printer(json, options, scratch).run();
}

SecretBytes ugly(std::string_view json) {
  SecretBytes out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t end = json[at] == '"' ? scan_string(json, at).end : at + 1;
    if (!is_space(json[at])) out.append(json.substr(at, end - at));
    at = end;
  }
  return out;
}

}  // namespace rotor::gjson
