// Keys on their way from store to Secret.
#include <boost/json/serialize.hpp>

#include "template/keys.hpp"
#include "template/language/template.hpp"
#include "template/rewrite.hpp"
#include "tests/vectors/runner/runner.hpp"

namespace rotor::vectors {

namespace {

Outcome compare(const Entry& e, const Result<SecretMap>& got) {
  const auto shown = got ? Result<std::string>(show_secrets(*got)) : std::unexpected(got.error());
  return check(e, boost::json::serialize(e), shown, show(text_map(e, "expected")));
}

// What ours do not say as Go does: Go quotes a value that is no JSON, and what a template makes of it for `fail`; and
// points at the second name of `.a.b`, where ours point at the first.
std::string without_differences(std::string words) {
  for (const std::string_view before : {"failed to unmarshal JSON: ", "error calling fail: "}) {
    if (const auto at = words.find(before); at != std::string::npos) words.resize(at + before.size());
  }
  constexpr std::string_view kLine = "template: transform:1:";
  const auto at = words.find(kLine);
  if (at != std::string::npos) words.erase(at + kLine.size(), words.find(' ', at + kLine.size()) - at - kLine.size());
  return words;
}

// People look for these words, so they are compared as well.
Outcome compare_words(const Entry& e, const std::string& got) {
  const std::string expected = text(e, "error_text");
  if (without_differences(got) == without_differences(expected)) return std::nullopt;
  return Failure{boost::json::serialize(e), "error: " + expected, "error: " + got};
}

tmpl::RewriteOperation operation(const Entry& item) {
  if (const auto* r = item.if_contains("regexp")) {
    return tmpl::RewriteRegexp{text(r->get_object(), "source"), text(r->get_object(), "target")};
  }
  if (const auto* t = item.if_contains("transform")) return tmpl::RewriteTransform{text(t->get_object(), "template")};
  const auto* m = item.if_contains("merge");
  if (m == nullptr) return {};
  const Entry& o = m->get_object();
  tmpl::RewriteMerge merge;
  merge.into = text(o, "into");
  merge.strategy = text(o, "strategy");
  if (const auto* p = o.if_contains("priority")) {
    for (const auto& key : p->get_array()) merge.priority.emplace_back(key.get_string());
  }
  merge.ignore_missing_priority = text(o, "priorityPolicy") == "IgnoreNotFound";
  merge.ignore_conflicts = text(o, "conflictPolicy") == "Ignore";
  return merge;
}

}  // namespace

Outcome run_rewrite(const Entry& e) {
  std::vector<tmpl::RewriteOperation> operations;
  for (const auto& item : e.at("rewrite").as_array()) operations.push_back(operation(item.as_object()));
  const auto got = tmpl::rewrite(operations, secrets(e, "in"), tmpl::system_environment());
  if (wants_error(e) && !got) return compare_words(e, got.error().message);
  return compare(e, got);
}

Outcome run_reverse(const Entry& e) {
  const bool known = text(e, "strategy") == "ReverseUnicode";
  return compare(e, known ? tmpl::reverse_unicode(secrets(e, "in")) : Result<SecretMap>(secrets(e, "in")));
}

Outcome run_convert(const Entry& e) { return compare(e, tmpl::convert_keys(secrets(e, "in"), text(e, "strategy"))); }
Outcome run_validate(const Entry& e) { return compare(e, tmpl::check_keys(secrets(e, "in"))); }

Outcome run_decode(const Entry& e) {
  const auto got = [&]() -> Result<std::string> {
    TRY(const SecretBytes v, tmpl::decode_value(SecretBytes(text(e, "in")), text(e, "strategy")));
    return std::string(v.reveal());
  }();
  return check(e, boost::json::serialize(e), got, text(e, "expected"));
}

}  // namespace rotor::vectors
