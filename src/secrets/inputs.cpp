#include "secrets/inputs.hpp"

#include <algorithm>

#include "json/describe.hpp"
#include "secrets/force_sync.hpp"
#include "secrets/made_mark.hpp"
#include "secrets/refresh_due.hpp"
#include "secrets/render.hpp"
#include "secrets/status.hpp"

namespace rotor::secrets {
namespace {

using kube::append_part;

void add(SecretBytes& out, const SecretMap& values) {
  append_part(out, std::to_string(values.size()));
  for (const auto& [key, value] : values) {
    append_part(out, key);
    append_part(out, value.reveal());
  }
}

// How an answer becomes values; where it comes from does not count, only what it is.
template <class Item>
void add_choices(SecretBytes& out, const Item& item) {
  append_part(out, item.conversion_strategy);
  append_part(out, item.decoding_strategy);
}

bool as_the_last_sync_left_it(const ExternalSecret& es) { return is_ready(es) && !was_edited(es); }

}  // namespace

bool may_vary(const ExternalSecret& es) {
  const auto transforms = [](const api::es::DataFrom& from) {
    return std::ranges::any_of(from.rewrite, [](const auto& item) { return item.transform.has_value(); });
  };
  return runs_templates(es) || std::ranges::any_of(es.spec.data_from, transforms);
}

SecretBytes inputs_of(const ExternalSecret& es, const Fetched& fetched, const TemplateSources& sources,
                      const tmpl::Delimiters& delimiters) {
  SecretBytes out;
  append_part(out, es.target_name());
  if (es.spec.target.manifest) append_part(out, json::write(*es.spec.target.manifest));
  for (std::size_t i = 0; i < fetched.data_from.size(); ++i) {
    const api::es::DataFrom& from = es.spec.data_from[i];
    append_part(out, json::write(from.rewrite));
    if (from.find) add_choices(out, *from.find);
    if (from.extract) add_choices(out, *from.extract);
    add(out, fetched.data_from[i]);
  }
  append_part(out, "data");
  for (std::size_t i = 0; i < fetched.data.size(); ++i) {
    append_part(out, es.spec.data[i].secret_key);
    add_choices(out, es.spec.data[i].remote_ref);
    append_part(out, fetched.data[i] ? "there" : "missing");
    if (fetched.data[i]) append_part(out, fetched.data[i]->reveal());
  }
  append_part(out, es.spec.target.tmpl ? json::write(*es.spec.target.tmpl) : std::string());
  append_part(out, delimiters.left);
  append_part(out, delimiters.right);
  for (const auto& [name, texts] : sources) {
    append_part(out, name.kind == SourceName::Kind::kSecret ? "secret" : "configmap");
    append_part(out, name.name);
    add(out, texts);
  }
  return out;
}

std::string inputs_digest(const kube::DigestKey& key, const SecretBytes& inputs, std::string_view data_hash) {
  SecretBytes input;
  append_part(input, data_hash);
  append_part(input, inputs.reveal());
  return key.id() + "-" + key.digest("rotor/external-secret/1", input, 16);
}

Inputs compare_inputs(const ExternalSecret& es, const Target* live, std::string_view remembered, std::string_view now) {
  if (target_needs_repair(es, live).refresh || live == nullptr) return Inputs::kChanged;
  const std::string& kept = es.status.inputs_digest;
  const std::string on_secret = read_made_mark(live).inputs;
  if (now == remembered || now == kept || now == on_secret) return Inputs::kUnchanged;
  const bool none_kept = remembered.empty() && kept.empty() && on_secret.empty();
  return none_kept && as_the_last_sync_left_it(es) ? Inputs::kUnknown : Inputs::kChanged;
}

}  // namespace rotor::secrets
