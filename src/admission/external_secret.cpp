#include "admission/external_secret.hpp"

#include <set>
#include <string_view>

#include "template/apply.hpp"

namespace rotor::admission {
namespace {

using namespace api::es;
using Texts = std::vector<std::string>;

void check_policies(const Target& target, Texts& out) {
  const std::string_view creation = target.creation_policy;
  const bool owns_nothing = creation == "Merge" || creation == "None" || creation == "CreateOrMerge";
  if (target.deletion_policy == "Delete" && owns_nothing) {
    out.emplace_back(
        "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set "
        "creationPolicy=Owner");
  }
  if (target.deletion_policy == "Merge" && creation == "None") {
    out.emplace_back(
        "deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with");
  }
}

void check_template_lines(const ExternalSecret& es, Texts& out) {
  const Result<void> checked = check_template(es);
  if (checked) return;
  std::string_view rest = checked.error().message;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    out.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  out.emplace_back(rest);
}

void check_sources(const DataFrom& from, Texts& out) {
  const bool generator = from.source_ref && from.source_ref->generator_ref;
  const int sources = (from.find ? 1 : 0) + (from.extract ? 1 : 0) + (generator ? 1 : 0);
  if (sources > 1) out.emplace_back("extract, find, or generatorRef cannot be set at the same time");
  if (!from.find && !from.extract && !from.source_ref) {
    out.emplace_back("either extract, find, or sourceRef must be set to dataFrom");
  }
  if (from.source_ref && !generator && !from.source_ref->store_ref) {
    out.emplace_back("generatorRef or storeRef must be set when using sourceRef in dataFrom");
  }
}

// With the other deletion policies the last one counts.
void check_duplicates(const ExternalSecretSpec& spec, Texts& out) {
  if (!spec.target.deletion_policy.empty() && spec.target.deletion_policy != "Retain") return;
  std::set<std::string_view> seen;
  for (const Data& item : spec.data) {
    if (!seen.insert(item.secret_key).second) out.push_back("duplicate secretKey found: " + item.secret_key);
  }
}

bool fits_a_secret(std::string_view target) {
  return target.empty() || target == "Data" || target == "Annotations" || target == "Labels";
}

}  // namespace

Verdict judge_external_secret(const ExternalSecret& es) {
  Verdict verdict;
  Texts& out = verdict.violations;
  check_policies(es.spec.target, out);
  if (es.spec.data.empty() && es.spec.data_from.empty()) {
    out.emplace_back("either data or dataFrom should be specified");
  }
  check_template_lines(es, out);
  for (const DataFrom& from : es.spec.data_from) check_sources(from, out);
  check_duplicates(es.spec, out);
  return verdict;
}

Result<void> check_template(const ExternalSecret& es) {
  if (!es.spec.target.tmpl) return {};
  const Template& tmpl = *es.spec.target.tmpl;
  tmpl::TemplateSpec spec;
  spec.type = tmpl.type;
  if (tmpl.metadata) spec.annotations = {tmpl.metadata->annotations.begin(), tmpl.metadata->annotations.end()};
  std::vector<std::string> targets;
  for (const TemplateFrom& from : tmpl.template_from) {
    // Of another kind than Secret any path may be written to.
    if (!es.spec.target.manifest || fits_a_secret(from.target)) targets.push_back(from.target);
  }
  return tmpl::check_secret_template(spec, targets);
}

}  // namespace rotor::admission
