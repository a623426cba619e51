#include "apiserver/schema/member_rule.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rotor::apiserver::schema {

Result<MemberRule> parse_member_rule(const json::Object& row) {
  static constexpr std::pair<std::string_view, bool MemberRule::*> kFlags[] = {
      {"required", &MemberRule::required}, {"blank", &MemberRule::blank},       {"open", &MemberRule::open},
      {"sparse", &MemberRule::sparse},     {"declares", &MemberRule::declares}, {"declared", &MemberRule::declared}};
  static constexpr std::pair<std::string_view, std::string MemberRule::*> kTexts[] = {
      {"at", &MemberRule::at},         {"filled", &MemberRule::filled},     {"selected_by", &MemberRule::selected_by},
      {"unique", &MemberRule::unique}, {"says", &MemberRule::says},         {"beside", &MemberRule::beside},
      {"form", &MemberRule::form},     {"not_with", &MemberRule::not_with}, {"check", &MemberRule::check}};
  static constexpr std::pair<std::string_view, std::optional<std::int64_t> MemberRule::*> kNumbers[] = {
      {"from", &MemberRule::from}, {"to", &MemberRule::to}};
  MemberRule out;
  for (const auto& [key, value] : row) {
    const auto named = [&](const auto& entry) { return entry.first == std::string_view(key); };
    const auto* flag = std::ranges::find_if(kFlags, named);
    const auto* text = std::ranges::find_if(kTexts, named);
    const auto* number = std::ranges::find_if(kNumbers, named);
    if (flag != std::end(kFlags) && value.is_bool()) {
      out.*flag->second = value.get_bool();
    } else if (text != std::end(kTexts) && value.is_string()) {
      out.*text->second = value.get_string();
    } else if (number != std::end(kNumbers) && value.is_int64()) {
      out.*number->second = value.get_int64();
    } else {
      return fail(Code::kInvalid, fmt::format("rules of built-in kinds: {} is no rule", std::string_view(key)));
    }
  }
  if (out.at.empty()) return fail(Code::kInvalid, "rules of built-in kinds: a row names no member");
  return out;
}

Result<Choice> parse_choice(const json::Object& row) {
  static constexpr std::pair<std::string_view, std::string Choice::*> kTexts[] = {
      {"none", &Choice::none}, {"missing", &Choice::missing}, {"many", &Choice::many}, {"more", &Choice::more}};
  Choice out;
  for (const auto& [key, value] : row) {
    const auto* text =
        std::ranges::find_if(kTexts, [&](const auto& entry) { return entry.first == std::string_view(key); });
    if (text != std::end(kTexts) && value.is_string()) {
      out.*text->second = value.get_string();
    } else if (key == "blames_list") {
      out.blames_list = true;
    } else if (key == "of" && value.is_array()) {
      for (const json::Value& one : value.get_array()) out.of.emplace_back(one.as_string());
    } else {
      return fail(Code::kInvalid, fmt::format("choices of built-in kinds: {} is no part", std::string_view(key)));
    }
  }
  return out;
}

}  // namespace rotor::apiserver::schema
