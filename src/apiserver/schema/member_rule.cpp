#include "apiserver/schema/member_rule.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rotor::apiserver::schema {

Result<MemberRule> parse_member_rule(const json::Object& row) {
  static constexpr std::pair<std::string_view, bool MemberRule::*> kFlags[] = {{"required", &MemberRule::required},
                                                                               {"label", &MemberRule::label},
                                                                               {"declares", &MemberRule::declares},
                                                                               {"declared", &MemberRule::declared}};
  static constexpr std::pair<std::string_view, std::string MemberRule::*> kTexts[] = {
      {"at", &MemberRule::at},         {"filled", &MemberRule::filled}, {"selected_by", &MemberRule::selected_by},
      {"unique", &MemberRule::unique}, {"says", &MemberRule::says},     {"beside", &MemberRule::beside}};
  MemberRule out;
  for (const auto& [key, value] : row) {
    const auto named = [&](const auto& entry) { return entry.first == std::string_view(key); };
    const auto* flag = std::ranges::find_if(kFlags, named);
    const auto* text = std::ranges::find_if(kTexts, named);
    if (flag != std::end(kFlags) && value.is_bool()) {
      out.*flag->second = value.get_bool();
    } else if (text != std::end(kTexts) && value.is_string()) {
      out.*text->second = value.get_string();
    } else {
      return fail(Code::kInvalid, fmt::format("rules of built-in kinds: {} is no rule", std::string_view(key)));
    }
  }
  if (out.at.empty()) return fail(Code::kInvalid, "rules of built-in kinds: a row names no member");
  return out;
}

}  // namespace rotor::apiserver::schema
