#include "local/preview/preview.hpp"

#include <algorithm>
#include <map>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "admission/external_secret.hpp"
#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "local/manifests/file_watch.hpp"
#include "local/manifests/manifests.hpp"
#include "local/manifests/schema_check.hpp"
#include "local/preview/preview_generators.hpp"
#include "local/values/values.hpp"
#include "local/values/values_provider.hpp"
#include "secrets/client_source.hpp"
#include "secrets/fetch.hpp"
#include "secrets/finish.hpp"
#include "secrets/items.hpp"
#include "secrets/limits.hpp"
#include "secrets/secret_faults.hpp"

namespace rotor::local {
namespace {

using api::es::ExternalSecret;
using secrets::RenderFailure;
using secrets::SourceName;

template <class T>
Result<T> read_file(std::string_view flag, const std::string& path, Result<T> (*parse)(std::string_view)) {
  const auto text = read_text_file(path, Pipes::kRead);
  if (!text) return std::unexpected(Error(text.error()).prefixed(flag));
  auto parsed = parse(*text);
  if (!parsed) return std::unexpected(std::move(parsed).error().prefixed(path));
  return parsed;
}

// The values file answers for every store, whether the manifests define it or not.
class ValuesClients final : public secrets::ClientSource {
 public:
  explicit ValuesClients(const Values& values) : values_(values) {}

  Task<Result<providers::SecretsClient*>> get(api::es::StoreRef ref) override {
    auto& client = clients_[ref.name];
    if (!client) client = make_values_client(values_, ref.name);
    co_return client.get();
  }

 private:
  const Values& values_;
  std::map<std::string, std::unique_ptr<providers::SecretsClient>> clients_;
};

// The objects beside the ExternalSecrets that templates are read from, by namespace.
class Sources {
 public:
  Result<void> add(const json::Object& object) {
    const std::string text = json::serialize(object);
    if (json::find_string(object, "kind") == "ConfigMap") {
      TRY(const auto map, json::read<api::ConfigMap>(text));
      SecretMap& texts = at(SourceName::Kind::kConfigMap, map.metadata);
      for (const auto& [key, value] : map.data) texts.insert_or_assign(key, SecretBytes(value));
      return {};
    }
    TRY(auto secret, json::read<api::Secret>(text));
    SecretMap& texts = at(SourceName::Kind::kSecret, secret.metadata);
    texts = std::move(secret.data);
    for (auto& [key, value] : secret.string_data) texts.insert_or_assign(key, std::move(value.value));
    return {};
  }
  const secrets::TemplateSources& of(const ExternalSecret& es) { return by_namespace_[namespace_of(es.metadata)]; }

 private:
  SecretMap& at(SourceName::Kind kind, const kube::ObjectMeta& metadata) {
    return by_namespace_[namespace_of(metadata)][{kind, metadata.name}];
  }
  std::map<std::string, secrets::TemplateSources> by_namespace_;
};

bool is_core(const json::Object& object, std::string_view kind) {
  const json::Value document(object);
  return json::find_string(document, "apiVersion") == "v1" && json::find_string(document, "kind") == kind;
}

class Previewer {
 public:
  Previewer(const PreviewOptions& options, std::optional<SecretMap> data, std::optional<Values> values)
      : options_(options),
        data_(std::move(data)),
        values_(std::move(values)),
        environment_(tmpl::system_environment()),
        generators_(data_.has_value()) {}

  Sources& sources() { return sources_; }
  PreviewGenerators& generators() { return generators_; }

  Preview preview(std::string origin, SchemaCheck::Checked checked) {
    Preview out{std::move(origin), std::move(checked.es), std::move(checked.warnings), {}, {}};
    if (out.es.spec.target.manifest) {
      out.outcome =
          std::unexpected(RenderFailure{{Code::kInvalid,
                                         "spec.target.manifest: only Secrets are shown here; `rotor run` writes the "
                                         "object, and kubectl shows it"}});
      return out;
    }
    const admission::Verdict verdict = admission::judge_external_secret(out.es);
    if (!verdict.allowed()) {
      out.outcome =
          std::unexpected(RenderFailure{{Code::kInvalid, fmt::format("admission refuses it: {}", verdict.message())}});
      return out;
    }
    auto fetched = fetch(out.es, out.notes);
    if (!fetched) {
      out.fields = {"value"};  // all that a rewrite's template has
      out.outcome = std::unexpected(std::move(fetched).error());
      return out;
    }
    for (const auto& [key, value] : *fetched) out.fields.push_back(key);
    out.outcome =
        secrets::render_secret(out.es, *std::move(fetched), sources_.of(out.es), environment_, options_.delimiters);
    if (!out.outcome) return out;
    if (auto fault = fault_of(*out.outcome)) out.outcome = failed({Code::kInvalid, *std::move(fault)});
    return out;
  }

 private:
  std::expected<SecretMap, RenderFailure> fetch(const ExternalSecret& es, std::vector<std::string>& notes) {
    SecretMap fetched;
    const bool generated = es.spec.data.empty() && std::ranges::all_of(es.spec.data_from, secrets::generates);
    if (!values_ && !data_ && !generated) {
      return failed({Code::kInvalid,
                     "it reads stores: give what they hold with --values FILE, or what would have been fetched with "
                     "--data FILE"});
    }
    if (values_ || (generated && !data_)) {
      if (auto limit = secrets::not_built_yet(es)) return failed({Code::kInvalid, *std::move(limit)});
      auto answers = fetch_from(values_.value_or(Values{}), es);
      if (answers.absent()) return failed({Code::kNotFound, answers.absence().what});
      if (answers.failed()) return failed(answers.error());
      for (const secrets::Gap& gap : answers->gaps) notes.push_back(gap.note);
      secrets::Finished finished;
      TRY(fetched, secrets::finish_values(es, *std::move(answers), environment_, &finished));
      notes.insert(notes.end(), finished.remarks.begin(), finished.remarks.end());
    }
    if (data_) {
      for (const auto& [key, value] : *data_) fetched.insert_or_assign(key, value);
    }
    return fetched;
  }

  // What an API server would not take.
  static std::optional<std::string> fault_of(const tmpl::SecretParts& parts) {
    api::Secret secret;
    secret.metadata.annotations.insert(parts.annotations.begin(), parts.annotations.end());
    secret.data = parts.data;
    return secrets::secret_fault(secret, nullptr);
  }

  static std::unexpected<RenderFailure> failed(Error error) {
    return std::unexpected(RenderFailure{.error = std::move(error)});
  }

  providers::Lookup<secrets::Fetched> fetch_from(const Values& values, const ExternalSecret& es) {
    generators_.answer_in(namespace_of(es.metadata));
    boost::asio::io_context io;
    ValuesClients clients(values);
    providers::Lookup<secrets::Fetched> fetched;
    std::exception_ptr thrown;
    boost::asio::co_spawn(io, secrets::fetch_all(clients, generators_, std::make_shared<const ExternalSecret>(es)),
                          [&](std::exception_ptr error, providers::Lookup<secrets::Fetched> result) {
                            thrown = std::move(error);
                            fetched = std::move(result);
                          });
    io.run();
    if (thrown) std::rethrow_exception(thrown);
    return fetched;
  }

  const PreviewOptions& options_;
  std::optional<SecretMap> data_;
  std::optional<Values> values_;
  tmpl::Environment environment_;
  Sources sources_;
  PreviewGenerators generators_;
};

}  // namespace

std::string namespace_of(const kube::ObjectMeta& metadata) { return metadata.ns.empty() ? "default" : metadata.ns; }

Result<Previews> preview(const PreviewOptions& options) {
  std::optional<SecretMap> data;
  if (options.data) {
    TRY(data, read_file("--data", *options.data, parse_data));
  }
  std::optional<Values> values;
  if (options.values) {
    TRY(values, read_file("--values", *options.values, parse_values));
  }
  TRY(Manifests manifests, read_manifests({options.manifests, "template", {}, options.standard_input}));
  TRY(const SchemaCheck schemas, SchemaCheck::make());

  Previews out{{}, {}, std::move(manifests.notes)};
  for (BrokenManifest& broken : manifests.broken) out.broken.push_back(std::move(broken.error));
  Previewer previewer(options, std::move(data), std::move(values));
  std::vector<Manifest> wanted;
  for (Manifest& manifest : manifests.good) {
    if (is_core(manifest.object, "ConfigMap") || is_core(manifest.object, "Secret")) {
      auto added = previewer.sources().add(manifest.object);
      if (!added) out.broken.push_back(std::move(added).error().prefixed(manifest.origin));
    } else if (json::find_string(manifest.object, "apiVersion") == api::gen::kApiVersion) {
      auto added = previewer.generators().add(manifest.object);
      if (!added) out.broken.push_back(std::move(added).error().prefixed(manifest.origin));
    } else if (schemas.knows(json::find_string(manifest.object, "apiVersion")) &&
               json::find_string(manifest.object, "kind") == "ExternalSecret") {
      wanted.push_back(std::move(manifest));
    }
  }
  for (Manifest& manifest : wanted) {
    auto checked = schemas.check(std::move(manifest.object));
    if (checked) {
      out.shown.push_back(previewer.preview(std::move(manifest.origin), *std::move(checked)));
    } else {
      out.broken.push_back(std::move(checked).error().prefixed(manifest.origin));
    }
  }
  if (out.shown.empty() && out.broken.empty()) {
    std::string why = "-f: there is no ExternalSecret of external-secrets.io/v1 or v1beta1 in it";
    for (const std::string& note : out.notes) why += "; " + note;
    return fail(Code::kNotFound, std::move(why));
  }
  return out;
}

}  // namespace rotor::local
