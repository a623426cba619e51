// Members of built-in types, wherever the type stands in a kind: required members and fixed values of the schema table,
// and the rules of builtin_rules.json.
#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "apiserver/registry/names.hpp"
#include "apiserver/schema/label_selector.hpp"
#include "apiserver/schema/member.hpp"
#include "apiserver/schema/member_checks.hpp"
#include "apiserver/schema/member_rule.hpp"
#include "apiserver/schema/path.hpp"
#include "apiserver/schema/validate.hpp"

namespace rotor::apiserver::schema {

namespace {

using Names = std::set<std::string, std::less<>>;

using Sentences = std::vector<std::string>;
using Form = Sentences (*)(std::string_view);

template <std::string (*check)(std::string_view)>
Sentences one_of(std::string_view text) {
  std::string why = check(text);
  return why.empty() ? Sentences() : Sentences{std::move(why)};
}

constexpr std::pair<std::string_view, Form> kForms[] = {
    {"label", one_of<check_label_name>},       {"subdomain", one_of<check_subdomain>},
    {"env-name", one_of<check_env_name>},      {"config-key", one_of<check_config_key>},
    {"inner-path", one_of<check_inner_path>},  {"pod-field", one_of<check_pod_field>},
    {"qualified-name", qualified_name_errors}, {"port-name", port_name_errors}};

Form form_of(std::string_view name) {
  const auto* row = std::ranges::find(kForms, name, &std::pair<std::string_view, Form>::first);
  if (row == std::end(kForms)) throw std::logic_error(fmt::format("rules of built-in kinds: no form {}", name));
  return row->second;
}

std::string_view text_of(const json::Value* object, std::string_view name) {
  return object == nullptr ? std::string_view() : json::find_string(*object, name);
}

class Members {
 public:
  // A stateful set's claims are volumes of its pods.
  explicit Members(const json::Value& whole) {
    const json::Value* claims = json::find(whole, "spec.volumeClaimTemplates");
    if (claims == nullptr || !claims->is_array()) return;
    for (const json::Value& claim : claims->get_array()) claims_.emplace(json::find_string(claim, "metadata.name"));
  }

  void walk(const Schema& schema, const json::Value& value, const std::string& path) {
    fixed_values(schema, value, path);
    if (value.is_array() && schema.items) {
      std::size_t i = 0;
      for (const json::Value& item : value.get_array()) walk(*schema.items->schema, item, item_path(path, i++));
    } else if (value.is_object() && schema.kind == Kind::kObject) {
      walk_object(schema, value.get_object(), path);
    }
  }

  std::vector<FieldError> errors;

 private:
  void fixed_values(const Schema& schema, const json::Value& value, const std::string& path) {
    if (schema.one_of_values.empty() || !value.is_string() || value.get_string().empty()) return;
    if (std::ranges::find(schema.one_of_values, value) != schema.one_of_values.end()) return;
    std::vector<std::string_view> supported;
    for (const json::Value& one : schema.one_of_values) supported.emplace_back(one.as_string());
    errors.push_back(field_unsupported(path, value.get_string(), supported));
  }

  void walk_object(const Schema& schema, const json::Object& object, const std::string& path) {
    Names superfluous;
    if (schema.choice != nullptr) superfluous = choose(*schema.choice, object, path);
    const auto has_rule = [&](std::string_view name) {
      const auto* rules = schema.rules_by_code;
      return rules != nullptr && std::ranges::find(*rules, name, &MemberRule::at) != rules->end();
    };
    if (schema.rules_by_code != nullptr) {
      for (const MemberRule& rule : *schema.rules_by_code) {
        if (!superfluous.contains(rule.at)) apply(rule, schema, object, path);
      }
    }
    for (const std::string& name : schema.required) {
      if (!has_rule(name)) require(schema, object, name, path);
    }
    for (const auto& [key, member] : object) {
      const auto it = schema.properties.find(std::string_view(key));
      // Metadata has rules of its own; status is written by controllers and taken as it comes.
      if (it == schema.properties.end() || key == "metadata" || (path.empty() && key == "status") || has_rule(key) ||
          superfluous.contains(std::string_view(key)))
        continue;
      walk(*it->second.schema, member, child_path(path, key));
    }
  }

  // The members that are too many.
  Names choose(const Choice& choice, const json::Object& object, const std::string& path) {
    Names superfluous;
    std::size_t found = 0;
    const std::string at = choice.blames_list ? path.substr(0, path.rfind('[')) : path;
    for (const std::string& name : choice.of) {
      const json::Value* value = object.if_contains(name);
      if (value == nullptr || value->is_null() || ++found == 1) continue;
      if (choice.more.empty()) continue;
      superfluous.insert(name);
      errors.push_back(field_forbidden(child_path(at, name), choice.more));
    }
    if (found == 0 && !choice.missing.empty()) errors.push_back(field_required(at, choice.missing));
    if (found == 0 && !choice.none.empty()) errors.push_back(field_invalid(at, "", choice.none));
    if (found > 1 && !choice.many.empty()) errors.push_back(field_invalid(at, "", choice.many));
    return superfluous;
  }

  void require(const Schema& schema, const json::Object& object, std::string_view name, const std::string& path) {
    const auto it = schema.properties.find(name);
    const bool number = it != schema.properties.end() &&
                        (it->second.schema->kind == Kind::kInteger || it->second.schema->kind == Kind::kAny);
    if (!number && is_blank(object.if_contains(name))) errors.push_back(field_required(child_path(path, name), ""));
  }

  void apply(const MemberRule& rule, const Schema& schema, const json::Object& object, const std::string& path) {
    const json::Value* value = object.if_contains(rule.at);
    const std::string at = child_path(path, rule.at);
    if (rule.required || std::ranges::find(schema.required, rule.at) != schema.required.end())
      require(schema, object, rule.at, path);
    if (!rule.form.empty()) check_form(rule, value, at);
    if (!rule.not_with.empty() && value != nullptr && !value->is_null() && !is_blank(object.if_contains(rule.not_with)))
      errors.push_back(field_invalid(at, "", rule.says));
    check_bounds(rule, value, at);
    if (rule.declared) check_declared(value, at);
    if (!rule.filled.empty() && value != nullptr && value->is_object() && value->get_object().empty())
      errors.push_back(field_invalid(at, *value, rule.filled));
    if (!rule.selected_by.empty()) check_selected(object.if_contains(rule.selected_by), value, at);

    const Schema& inner = *schema.properties.at(rule.at).schema;
    Names sound;
    if (value != nullptr && value->is_array() && !rule.unique.empty()) {
      fixed_values(inner, *value, at);
      sound = walk_distinct(*inner.items->schema, value->get_array(), at, rule, names_in(object, rule));
    } else if (value != nullptr && !rule.open) {
      walk(inner, *value, at);
    }
    if (!rule.check.empty()) member_check_of(rule.check)(value, at, errors);
    if (rule.declares) {
      declared_ = claims_;
      declared_.merge(sound);
    }
  }

  void check_form(const MemberRule& rule, const json::Value* value, const std::string& at) {
    if (is_blank(value) && !rule.blank) return;
    if (value != nullptr && value->is_number()) return;  // of a port, which has a name or a number
    const json::Value given = value == nullptr || !value->is_string() ? json::Value("") : *value;
    for (const std::string& why : form_of(rule.form)(given.get_string())) {
      errors.push_back(field_invalid(at, given, why));
    }
  }

  void check_bounds(const MemberRule& rule, const json::Value* value, const std::string& at) {
    const bool none = value == nullptr || *value == 0;
    if (none && rule.required && rule.from) return errors.push_back(field_required(at, ""));
    if (value == nullptr || !value->is_int64()) return;
    const std::int64_t n = value->get_int64();
    if ((!rule.from || n >= *rule.from) && (!rule.to || n <= *rule.to)) return;
    errors.push_back(field_invalid(
        at, *value,
        rule.says.empty() ? fmt::format("must be greater than or equal to {}", rule.from.value_or(0)) : rule.says));
  }

  static Names names_in(const json::Object& object, const MemberRule& rule) {
    Names names;
    const json::Value* list = rule.beside.empty() ? nullptr : object.if_contains(rule.beside);
    if (list == nullptr || !list->is_array()) return names;
    for (const json::Value& item : list->get_array()) names.emplace(text_of(&item, rule.unique));
    return names;
  }

  // The names of the items that nothing was wrong with.
  Names walk_distinct(const Schema& schema, const json::Array& list, const std::string& path, const MemberRule& rule,
                      Names seen) {
    Names sound;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string at = item_path(path, i);
      const std::size_t before = errors.size();
      walk(schema, list[i], at);
      const std::string_view name = text_of(&list[i], rule.unique);
      if (rule.sparse && name.empty()) continue;
      if (seen.contains(name)) {
        const json::Value shown(name);
        errors.push_back(rule.says.empty() ? field_duplicate(child_path(at, rule.unique), shown)
                                           : field_invalid(child_path(at, rule.unique), shown, rule.says));
      }
      if (errors.size() == before) sound.emplace(name);
      if (errors.size() == before || !rule.declares) seen.emplace(name);
    }
    return sound;
  }

  void check_declared(const json::Value* value, const std::string& path) {
    const json::Value shown = value == nullptr ? json::Value("") : *value;
    if (shown.is_string() && !declared_.contains(std::string_view(shown.get_string())))
      errors.push_back(field_not_found(path, shown));
  }

  void check_selected(const json::Value* selector, const json::Value* selected, const std::string& path) {
    const json::Value* labels = selected == nullptr ? nullptr : json::find(*selected, "metadata.labels");
    if (selector != nullptr && selector->is_object() && selects(selector->get_object(), labels)) return;
    errors.push_back(field_invalid(path + ".metadata.labels", labels == nullptr ? json::Value() : *labels,
                                   "`selector` does not match template `labels`"));
  }

  Names claims_;
  Names declared_;
};

}  // namespace

std::vector<FieldError> validate_members(const Schema& root, const json::Object& object) {
  const json::Value whole(object);
  Members members(whole);
  members.walk(root, whole, "");
  return std::move(members.errors);
}

}  // namespace rotor::apiserver::schema
