#include "template/rewrite.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "template/go/json.hpp"
#include "template/go/quote.hpp"
#include "template/go/regex.hpp"
#include "template/language/template.hpp"
#include "template/lookup.hpp"

namespace rotor::tmpl {

namespace {

class Rewriter {
 public:
  Rewriter(SecretMap values, const Environment& environment) : values_(std::move(values)), environment_(environment) {}

  Placed<SecretMap> operator()(std::monostate) { return std::move(values_); }

  Placed<SecretMap> operator()(const RewriteRegexp& r) {
    auto re = Regex::compile(r.source);
    if (!re) return std::unexpected(std::move(re).error().prefixed("regexp failed with failed to compile"));
    RegexBudget budget{.runs = Limits{}.steps, .bytes = kMaxText};
    return renamed([&](const std::string& key) -> Result<std::string> {
      std::string name = re->replace_all(key, r.target, budget);
      if (budget.spent()) return over_budget(Limits{}.steps, "steps or bytes in one rewrite operation");
      return name;
    });
  }

  Placed<SecretMap> operator()(const RewriteTransform& t) {
    const auto parsed = Template::parse("transform", t.text);
    if (!parsed) return std::unexpected(prefixed(parsed.error(), "transform failed with failed to parse template"));
    return renamed([&](const std::string& key) -> Placed<std::string> {
      Map data;
      data.emplace("value", Value::text(key));
      auto name = parsed->render(Value::map(std::move(data), Type::kStringMap), environment_,
                                 {.missing_key_is_error = false, .limits = {}, .spent = &spent_});
      if (name) return name;
      return std::unexpected(
          prefixed(std::move(name).error(),
                   fmt::format("transform failed with failed to execute template for key {}", quote(key))));
    });
  }

  Placed<SecretMap> operator()(const RewriteMerge& m) {
    auto merged = merge(m);
    if (merged) return merged;
    merged.error().message.insert(0, "merge failed with ");
    return std::unexpected(std::move(merged).error());
  }

 private:
  // Values move with their nodes. Keys come in order and mostly stay near each other.
  Placed<SecretMap> renamed(const auto& name_for) {
    SecretMap out;
    auto near = out.end();
    while (!values_.empty()) {
      auto node = values_.extract(values_.begin());
      TRY(node.key(), name_for(node.key()));
      const auto at = out.insert(near, std::move(node));
      near = std::next(at);
      if (node) at->second = std::move(node.mapped());  // NOLINT(bugprone-use-after-move): not taken, the key is there
    }
    return out;
  }

  // Alphabetically, those with priority at the end.
  Result<std::vector<std::string>> merge_order(const RewriteMerge& m) const {
    std::vector<std::string> order;
    for (const auto& [key, _] : values_) {
      if (std::ranges::find(m.priority, key) == m.priority.end()) order.push_back(key);
    }
    for (const std::string& key : m.priority) {
      if (values_.contains(key)) {
        order.push_back(key);
      } else if (!m.ignore_missing_priority) {
        return rotor::fail(Code::kInvalid, fmt::format("key {} not found in input map", quote(key)));
      }
    }
    return order;
  }

  Result<SecretMap> merge(const RewriteMerge& m) {
    TRY(const auto order, merge_order(m));
    Map merged;
    std::set<std::string> conflicts;
    for (const std::string& key : order) {
      auto document = read_json(values_.find(key)->second.reveal());
      if (!document)
        return rotor::fail(Code::kInvalid,
                           fmt::format("failed to unmarshal JSON: the value of key {} is not valid JSON", quote(key)));
      if (document->is_nil()) continue;
      if (!document->is_map())
        return rotor::fail(Code::kInvalid,
                           fmt::format("failed to unmarshal JSON: the value of key {} is no JSON object", quote(key)));
      for (const auto& [name, member] : document->members()) {
        if (!merged.insert_or_assign(name, member).second) conflicts.insert(name);
      }
    }
    if (!conflicts.empty() && !m.ignore_conflicts) {
      return rotor::fail(Code::kInvalid, fmt::format("conflicts: {}", fmt::join(conflicts, ", ")));
    }
    return merged_into(m, std::move(merged));
  }

  Result<SecretMap> merged_into(const RewriteMerge& m, Map merged) {
    const bool extract = m.strategy.empty() || m.strategy == "Extract";
    if (!extract && m.strategy != "JSON") return SecretMap();
    if (!extract && m.into.empty()) return rotor::fail(Code::kInvalid, "missing 'into' field");
    TRY(std::string json, write_json(Value::map(std::move(merged)), {.html = false}));
    const SecretBytes document(json);
    wipe(json.data(), json.size());
    if (extract) return extract_decoded(document);
    values_.insert_or_assign(m.into, document);
    return std::move(values_);
  }

  SecretMap values_;
  const Environment& environment_;
  Spent spent_;
};

}  // namespace

std::expected<SecretMap, RewriteError> rewrite(const std::vector<RewriteOperation>& operations, SecretMap values,
                                               const Environment& environment) {
  for (std::size_t i = 0; i < operations.size(); ++i) {
    auto next = std::visit(Rewriter(std::move(values), environment), operations[i]);
    if (!next) {
      return std::unexpected(
          RewriteError(prefixed(std::move(next).error(), fmt::format("failed rewrite operation[{}]", i)), i));
    }
    values = *std::move(next);
  }
  return values;
}

}  // namespace rotor::tmpl
