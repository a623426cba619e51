#include "template/go/time_layout.hpp"

#include <array>

namespace rotor::tmpl {

namespace {

struct Row {
  std::string_view text;
  LayoutKind kind;
  bool not_before_lower = false;
};

// Longer spellings before their own beginnings.
constexpr std::array<Row, 23> kRows = {{
    {"January", LayoutKind::kLongMonth},
    {"Jan", LayoutKind::kMonth, true},
    {"Monday", LayoutKind::kLongWeekday},
    {"Mon", LayoutKind::kWeekday, true},
    {"MST", LayoutKind::kZone},
    {"002", LayoutKind::kZeroYearDay},
    {"01", LayoutKind::kZeroMonth},
    {"02", LayoutKind::kZeroDay},
    {"03", LayoutKind::kZeroHour12},
    {"04", LayoutKind::kZeroMinute},
    {"05", LayoutKind::kZeroSecond},
    {"06", LayoutKind::kYear},
    {"15", LayoutKind::kHour},
    {"1", LayoutKind::kNumMonth},
    {"2006", LayoutKind::kLongYear},
    {"2", LayoutKind::kDay},
    {"__2", LayoutKind::kUnderYearDay},
    {"_2", LayoutKind::kUnderDay},
    {"3", LayoutKind::kHour12},
    {"4", LayoutKind::kMinute},
    {"5", LayoutKind::kSecond},
    {"PM", LayoutKind::kUpperPm},
    {"pm", LayoutKind::kLowerPm},
}};

constexpr std::array<std::string_view, 5> kOffsets = {"070000", "07:00:00", "0700", "07:00", "07"};

LayoutPart offset_at(std::string_view s) {
  if (s[0] != '-' && s[0] != 'Z') return {};
  for (const std::string_view o : kOffsets) {
    if (!s.substr(1).starts_with(o)) continue;
    LayoutPart p{LayoutKind::kOffset, s.substr(0, o.size() + 1)};
    p.z_for_utc = s[0] == 'Z';
    p.colon = o.find(':') != std::string_view::npos;
    p.minutes = o.size() > 2;
    p.seconds = o.size() > 5;
    return p;
  }
  return {};
}

LayoutPart fraction_at(std::string_view s) {
  if ((s[0] != '.' && s[0] != ',') || s.size() < 2 || (s[1] != '0' && s[1] != '9')) return {};
  std::size_t end = 1;
  while (end < s.size() && s[end] == s[1]) ++end;
  if (is_digit_at(s, end)) return {};
  LayoutPart p{s[1] == '0' ? LayoutKind::kFraction0 : LayoutKind::kFraction9, s.substr(0, end)};
  p.digits = static_cast<int>(end) - 1;
  p.separator = s[0];
  return p;
}

LayoutPart part_at(std::string_view s) {
  for (const Row& row : kRows) {
    if (!s.starts_with(row.text)) continue;
    if (row.kind == LayoutKind::kUnderDay && s.starts_with("_2006")) return {};
    const std::string_view rest = s.substr(row.text.size());
    if (row.not_before_lower && !rest.empty() && rest[0] >= 'a' && rest[0] <= 'z') continue;
    return {row.kind, row.text};
  }
  if (LayoutPart p = offset_at(s); p.kind != LayoutKind::kLiteral) return p;
  return fraction_at(s);
}

}  // namespace

LayoutPart next_part(std::string_view& layout) {
  for (std::size_t i = 0; i < layout.size(); ++i) {
    const LayoutPart p = part_at(layout.substr(i));
    if (p.kind == LayoutKind::kLiteral) continue;
    if (i == 0) {
      layout.remove_prefix(p.text.size());
      return p;
    }
    const LayoutPart literal{LayoutKind::kLiteral, layout.substr(0, i)};
    layout.remove_prefix(i);
    return literal;
  }
  const LayoutPart all{LayoutKind::kLiteral, layout};
  layout = {};
  return all;
}

}  // namespace rotor::tmpl
