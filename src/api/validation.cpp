#include "api/validation.hpp"

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "api/externalsecrets/validation.hpp"
#include "api/openclaw/validation.hpp"
#include "json/writer.hpp"

namespace rotor::api {
namespace {

using RuleTexts = std::map<std::string, std::string, std::less<>>;

std::string place_of(std::string_view kind, std::string_view path) { return fmt::format("{} {}", kind, path); }

std::string rule_text(const ValidationRule& row) {
  std::string out;
  json::Writer w(out);
  w.begin_object();
  w.key("rule");
  w.string(row.cel);
  w.key("message");
  w.string(row.line);
  w.end_object();
  return out;
}

RuleTexts texts_by_place() {
  RuleTexts texts;
  for (const ValidationRule& row : validation_rules()) {
    if (!row.in_crd()) continue;
    std::string& text = texts[place_of(row.kind, row.path)];
    text += text.empty() ? R"("x-kubernetes-validations":[)" : ",";
    text += rule_text(row);
  }
  for (auto& [place, text] : texts) text += ']';
  return texts;
}

}  // namespace

std::span<const ValidationRule> validation_rules() {
  static const std::vector<ValidationRule> rows = [] {
    std::vector<ValidationRule> all(es::validation_rows().begin(), es::validation_rows().end());
    all.insert(all.end(), instance_validation_rows().begin(), instance_validation_rows().end());
    return all;
  }();
  return rows;
}

std::string_view rules_at(std::string_view kind, std::string_view path) {
  static const RuleTexts texts = texts_by_place();
  const auto found = texts.find(place_of(kind, path));
  return found == texts.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace rotor::api
