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
  return compare(e, tmpl::rewrite(operations, secrets(e, "in"), tmpl::system_environment()));
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
