#include "secrets/content.hpp"

#include "json/object_hash.hpp"
#include "secrets/finish.hpp"
#include "secrets/inputs.hpp"
#include "secrets/made_mark.hpp"
#include "secrets/manifest_target/object_content.hpp"
#include "secrets/manifest_target/render_manifest.hpp"
#include "secrets/policies.hpp"
#include "secrets/render.hpp"

namespace rotor::secrets {

namespace {

std::string hash_of(const ExternalSecret& es, const Content& made) {
  // What has no content to hash is refused when it is planned.
  return is_generic(es) ? content_hash(made.object).value_or("") : json::object_hash(made.parts.data);
}

}  // namespace

struct ContentMaker::Rendered {
  bool empty = false;   // nothing was fetched
  bool varied = false;  // the next time it is another text
  tmpl::SecretParts parts{};
  json::Object object{};  // instead, when it is to be another object than a Secret
  Finished finished{};
};

bool ContentMaker::may_hold_the_same(const ExternalSecret& es, const Target& live) const {
  return !es.status.inputs_digest.empty() || !digests_.remembered(es.metadata.key()).empty() ||
         !read_made_mark(&live).inputs.empty();
}

Task<Synced<Content>> ContentMaker::make(ExternalSecretPtr es, Material material) {
  const TargetPtr live = material.live;
  const SecretBytes inputs = std::move(material.inputs);
  std::vector<SourceVersion> read = material.fetched.sources();
  const kube::Key key = es->metadata.key();
  if (live && may_hold_the_same(*es, *live)) {
    std::string digest = inputs_digest(*co_await digests_.key(), inputs, live->actual_hash);
    if (compare_inputs(*es, live.get(), digests_.remembered(key), digest) == Inputs::kUnchanged) {
      co_return Content{.kind = Content::Kind::kAsItIs, .digest = std::move(digest), .read = std::move(read)};
    }
  }
  auto rendered = co_await render(es, std::move(material));
  if (!rendered) co_return std::unexpected(std::move(rendered).error());
  if (rendered->empty) co_return Content{.remarks = std::move(rendered->finished.remarks)};
  Content made{.kind = Content::Kind::kNew,
               .parts = std::move(rendered->parts),
               .object = std::move(rendered->object),
               .versions = std::move(rendered->finished.versions),
               .remarks = std::move(rendered->finished.remarks)};
  if (!rendered->varied) co_return std::move(made);
  if (live) {
    std::string digest = inputs_digest(*co_await digests_.key(), inputs, live->actual_hash);
    if (compare_inputs(*es, live.get(), digests_.remembered(key), digest) == Inputs::kUnknown) {
      co_return Content{.kind = Content::Kind::kAsItIs, .digest = std::move(digest), .read = std::move(read)};
    }
  }
  made.digest = inputs_digest(*co_await digests_.key(), inputs, hash_of(*es, made));
  co_return std::move(made);
}

// On the pool when templates or expressions run: they may take long.
Task<Synced<ContentMaker::Rendered>> ContentMaker::render(ExternalSecretPtr es, Material material) {
  tmpl::Environment environment = tmpl::system_environment();
  environment.now = p_.clock.now();
  auto work = [es, material = std::move(material), environment = std::move(environment),
               delimiters = p_.options.delimiters]() mutable -> Synced<Rendered> {
    Rendered out;
    environment.varied = &out.varied;
    auto values = finish_values(*es, std::move(material.fetched), environment, &out.finished);
    if (!values) return std::unexpected(SyncFailure{Ending::kNotFetched, std::move(values).error().error});
    // Under deletionPolicy Merge a Secret without values is a Secret like any other.
    out.empty = values->empty() && (retains(*es) || deletes(*es));
    if (out.empty) return out;
    if (material.manifest) {
      auto object =
          render_manifest(*es, *values, material.sources, environment, delimiters, material.manifest->there());
      if (!object) return std::unexpected(not_rendered(*es, nullptr, std::move(object).error().error));
      out.object = *std::move(object);
      return out;
    }
    auto parts = render_secret(*es, *std::move(values), material.sources, environment, delimiters);
    if (!parts) return std::unexpected(not_rendered(*es, material.live.get(), std::move(parts).error().error));
    out.parts = *std::move(parts);
    out.finished.versions = versions_of_secret(*es, out.parts.data, out.finished.versions);
    return out;
  };
  if (runs_templates(*es) || rewrites(*es)) co_return co_await p_.pool.run(std::move(work));
  co_return work();
}

}  // namespace rotor::secrets
