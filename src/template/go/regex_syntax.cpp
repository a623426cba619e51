#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "template/go/regex.hpp"

namespace rotor::tmpl {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 38> kCategories = {{{"other", "C"},
                                                                                        {"control", "Cc"},
                                                                                        {"cntrl", "Cc"},
                                                                                        {"format", "Cf"},
                                                                                        {"privateuse", "Co"},
                                                                                        {"surrogate", "Cs"},
                                                                                        {"letter", "L"},
                                                                                        {"lowercaseletter", "Ll"},
                                                                                        {"modifierletter", "Lm"},
                                                                                        {"otherletter", "Lo"},
                                                                                        {"titlecaseletter", "Lt"},
                                                                                        {"uppercaseletter", "Lu"},
                                                                                        {"mark", "M"},
                                                                                        {"combiningmark", "M"},
                                                                                        {"spacingmark", "Mc"},
                                                                                        {"enclosingmark", "Me"},
                                                                                        {"nonspacingmark", "Mn"},
                                                                                        {"number", "N"},
                                                                                        {"decimalnumber", "Nd"},
                                                                                        {"digit", "Nd"},
                                                                                        {"letternumber", "Nl"},
                                                                                        {"othernumber", "No"},
                                                                                        {"punctuation", "P"},
                                                                                        {"punct", "P"},
                                                                                        {"connectorpunctuation", "Pc"},
                                                                                        {"dashpunctuation", "Pd"},
                                                                                        {"closepunctuation", "Pe"},
                                                                                        {"finalpunctuation", "Pf"},
                                                                                        {"initialpunctuation", "Pi"},
                                                                                        {"otherpunctuation", "Po"},
                                                                                        {"openpunctuation", "Ps"},
                                                                                        {"symbol", "S"},
                                                                                        {"currencysymbol", "Sc"},
                                                                                        {"modifiersymbol", "Sk"},
                                                                                        {"mathsymbol", "Sm"},
                                                                                        {"othersymbol", "So"},
                                                                                        {"separator", "Z"},
                                                                                        {"spaceseparator", "Zs"}}};

constexpr std::string_view kAssigned = R"(\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{C})";

// Upper and lower case, spaces, hyphens and underscores do not count in a property name.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

// The name RE2 has for a category or script: `L`, `Lu`, `Greek`, `Old_Italic`.
std::string re2_name(std::string_view name) {
  const std::string key = folded(name);
  if (key == "any") return "Any";
  for (const auto& [alias, category] : kCategories) {
    if (alias == key) return std::string(category);
  }
  if (key == "lineseparator") return "Zl";
  if (key == "paragraphseparator") return "Zp";
  std::string out;
  bool upper = true;
  for (const char c : name) {
    if (c == '-' || c == ' ' || c == '_') {
      out += '_';
      upper = true;
      continue;
    }
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    out += upper && low >= 'a' && low <= 'z' ? static_cast<char>(low - 'a' + 'A') : low;
    upper = false;
  }
  return out == "Signwriting" ? "SignWriting" : out;
}

class Translator {
 public:
  explicit Translator(std::string_view pattern) : in_(pattern) {}

  Result<std::string> run() {
    while (at_ < in_.size()) {
      const char c = in_[at_];
      if (c == '\\') {
        TRY_VOID(escape());
      } else if (in_class_) {
        class_char(c);
      } else if (c == '[') {
        open_class();
      } else if (in_.substr(at_).starts_with("(?<") && names_group()) {
        out_ += "(?P<";
        at_ += 3;
      } else {
        copy(1);
      }
    }
    return std::move(out_);
  }

 private:
  void copy(std::size_t n) {
    const std::string_view text = in_.substr(at_, n);
    out_ += text;
    at_ += text.size();
  }

  // Not a look-behind: those stay as they are, to be refused.
  bool names_group() const { return at_ + 3 < in_.size() && in_[at_ + 3] != '=' && in_[at_ + 3] != '!'; }

  void open_class() {
    in_class_ = true;
    copy(1);
    if (in_.substr(at_).starts_with('^')) copy(1);
    if (in_.substr(at_).starts_with(']')) copy(1);
  }

  void class_char(char c) {
    if (c == '[' && in_.substr(at_).starts_with("[:")) {
      const std::size_t end = in_.find(":]", at_ + 2);
      if (end != std::string_view::npos) return copy(end + 2 - at_);
    }
    if (c == ']') in_class_ = false;
    copy(1);
  }

  Result<void> escape() {
    const std::string_view rest = in_.substr(at_);
    if (rest.size() < 2) {
      copy(1);
    } else if (rest[1] == 'C') {
      return fail(Code::kInvalid, "error parsing regexp: invalid escape sequence: `\\C`");
    } else if (rest[1] == 'Q' && !in_class_) {
      const std::size_t end = in_.find("\\E", at_ + 2);
      copy(end == std::string_view::npos ? rest.size() : end + 2 - at_);
    } else if (rest[1] == 'p' || rest[1] == 'P') {
      property(rest);
    } else {
      copy(2);
    }
    return {};
  }

  void property(std::string_view rest) {
    const std::size_t close = rest.find('}');
    if (rest.size() < 3 || rest[2] != '{' || close == std::string_view::npos) return copy(2);
    std::string_view name = rest.substr(3, close - 3);
    bool negative = rest[1] == 'P';
    if (name.starts_with('^')) {
      negative = !negative;
      name.remove_prefix(1);
    }
    at_ += close + 1;
    const std::string key = folded(name);
    if (key == "ascii") return set(negative, R"(\x00-\x7F)", R"(\x{80}-\x{10FFFF})");
    if (key == "assigned") return set(negative, kAssigned, "");
    if (key == "cn" || key == "unassigned") return set(!negative, kAssigned, "");
    if (key == "lc" || key == "casedletter") return set(negative, R"(\p{Lu}\p{Ll}\p{Lt})", "");
    out_ += fmt::format("\\{}{{{}}}", negative ? 'P' : 'p', re2_name(name));
  }

  // A set RE2 has no name for. Inside a class a negative one needs its complement spelled out; where that is not
  // known the name goes through, and RE2 refuses it.
  void set(bool negative, std::string_view members, std::string_view complement) {
    if (!in_class_) {
      out_ += fmt::format("[{}{}]", negative ? "^" : "", members);
    } else if (!negative) {
      out_ += members;
    } else {
      out_ += complement.empty() ? std::string_view(R"(\p{NegativeSetInClass})") : complement;
    }
  }

  std::string_view in_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  std::string out_;
};

}  // namespace

Result<std::string> to_re2_syntax(std::string_view pattern) { return Translator(pattern).run(); }

}  // namespace rotor::tmpl
