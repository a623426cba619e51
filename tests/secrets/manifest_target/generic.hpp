// ExternalSecrets with spec.target.manifest, and objects that they find.
#pragma once

#include <gtest/gtest.h>

#include "json/document.hpp"
#include "secrets/manifest_target/object_content.hpp"
#include "secrets/manifest_target/plan_manifest.hpp"
#include "template/language/template.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets::test {

inline ExternalSecret generic_es(std::string api_version, std::string kind) {
  auto es = sample_es();
  es.spec.target.manifest = api::es::ManifestRef{std::move(api_version), std::move(kind)};
  return es;
}

inline json::Object object_of(std::string_view text) {
  auto value = json::parse(text);
  EXPECT_TRUE(value) << (value ? "" : value.error().message);
  return value->as_object();
}

inline LiveObject live_object(std::string_view text) {
  auto target = decode_object(text);
  EXPECT_TRUE(target) << (target ? "" : target.error().message);
  return {*std::move(target), object_of(text)};
}

inline std::expected<json::Object, RenderFailure> rendered(const ExternalSecret& es, const SecretMap& fetched,
                                                           const LiveObject* live = nullptr) {
  return render_manifest(es, fetched, {}, tmpl::system_environment(), {}, live);
}

inline Synced<Plan> planned_object(const ExternalSecret& es, const LiveObject* live, const SecretMap& fetched) {
  auto object = rendered(es, fetched, live);
  EXPECT_TRUE(object) << (object ? "" : object.error().error.message);
  Content content{Content::Kind::kNew};
  content.object = *std::move(object);
  return plan_manifest(es, live, std::move(content));
}

// The object as a sync of `es` left it, with more metadata beside.
inline LiveObject left_object(const ExternalSecret& es, const SecretMap& fetched) {
  auto plan = planned_object(es, nullptr, fetched);
  EXPECT_TRUE(plan);
  json::Object& metadata = plan->object["metadata"].as_object();
  metadata["uid"] = "uid-o";
  metadata["resourceVersion"] = "20";
  return live_object(json::serialize(json::Value(plan->object)));
}

inline ExternalSecret with_template(ExternalSecret es, std::string_view tmpl) {
  auto read = json::read<api::es::Template>(tmpl);
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  es.spec.target.tmpl = *std::move(read);
  return es;
}

}  // namespace rotor::secrets::test
