// What our CRDs refuse by themselves, and what they leave to admission: the real API server evaluates their CEL, the
// embedded one has a check for each. The examples are those that src/admission is held to.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "api/externalsecrets/crds.hpp"
#include "api/openclaw/instance.hpp"
#include "tests/conformance/server.hpp"
#include "tests/fakes/crd_rules.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::conformance {
namespace {

using testing::Contains;
using testing::EndsWith;

struct Judged {
  std::string_view kind, plural, api_version;
  std::string_view status;  // something that its status may say
  bool namespaced = true;
};
constexpr std::string_view kSynced = R"({"status":{"syncedResourceVersion":"1"}})";
constexpr std::string_view kNamed = R"({"status":{"externalSecretName":"n"}})";
constexpr std::string_view kPhase = R"({"status":{"phase":"Pending"}})";
constexpr Judged kJudged[] = {
    {"ExternalSecret", "externalsecrets", "external-secrets.io/v1", kSynced},
    {"ExternalSecret", "externalsecrets", "external-secrets.io/v1beta1", kSynced},
    {"ClusterExternalSecret", "clusterexternalsecrets", "external-secrets.io/v1", kNamed, false},
    {"ClusterExternalSecret", "clusterexternalsecrets", "external-secrets.io/v1beta1", kNamed, false},
    {"OpenClawInstance", "openclawinstances", "openclaw.rocks/v1alpha1", kPhase},
};

const json::Array& examples() {
  static const Value all =
      json::parse(test::read_file(test::source_path("tests/admission/data/rule_examples.json"))).value();
  return all.as_array();
}

std::vector<std::string> our_crds() {
  return {api::es::external_secret_crd(), api::es::cluster_external_secret_crd(), api::openclaw_instance_crd()};
}

class Rules : public Conformance {
 protected:
  void SetUp() override {
    Conformance::SetUp();
    static bool in_force = false;
    if (!in_force) put_crds(true);
    in_force = true;
  }

  void put_crds(bool with_rules) {
    for (const std::string& crd : our_crds()) {
      const std::string text = with_rules ? crd : test::without_rules(crd);
      const std::string name(json::find_string(json::parse(text).value(), "metadata.name"));
      auto made = server->run(server->client().create(kCrds, "", SecretBytes(text)));
      if (made) continue;
      ASSERT_EQ(made.error().code, Code::kAlreadyExists) << made.error().message;
      const auto patched = server->run(
          server->client().patch(kCrds, {"", name}, PatchType::kMerge, SecretBytes(test::as_patch(text)), {}));
      ASSERT_TRUE(patched) << patched.error().message;
    }
    // In force a moment after they are written.
    for (const Judged& judged : kJudged) {
      const Value bad =
          *json::parse(judged.kind == "OpenClawInstance" ? R"({"spec":{"image":{"tag":""}}})" : R"({"spec":{}})");
      for (int i = 0; i < 100 && create_dry(judged, bad).status != (with_rules ? 422 : 201); ++i) {
        server->pause(std::chrono::milliseconds(100));
      }
    }
  }

  std::string path(const Judged& judged) const {
    return judged.namespaced ? fmt::format("/apis/{}/namespaces/{}/{}", judged.api_version, ns, judged.plural)
                             : fmt::format("/apis/{}/{}", judged.api_version, judged.plural);
  }
  // `member` of an example as an object of this kind.
  std::string object(const Judged& judged, const Value& one, std::string_view member, std::string_view name) const {
    Value spec = one.at(member);
    if (judged.kind == "ClusterExternalSecret") spec = json::Object{{"externalSecretSpec", std::move(spec)}};
    return json::serialize(json::Object{{"apiVersion", judged.api_version},
                                        {"kind", judged.kind},
                                        {"metadata", json::Object{{"name", name}}},
                                        {"spec", std::move(spec)}});
  }
  static std::string name_of(const Value& one, std::string_view otherwise) {
    const std::string_view name = json::find_string(one, "name");
    return std::string(name.empty() ? otherwise : name);
  }
  Server::Answer create_dry(const Judged& judged, const Value& one) {
    return raw("POST", path(judged) + "?dryRun=All", object(judged, one, "spec", name_of(one, "x")));
  }
  // What it is changed from is stored first.
  Server::Answer change(const Judged& judged, const Value& one, std::string_view name) {
    EXPECT_EQ(raw("POST", path(judged), object(judged, one, "before", name)).status, 201);
    const Value patch = json::Object{{"spec", one.at("spec")}};
    const bool takes_out = json::find(one, "before.storage.persistence.storageClass") != nullptr &&
                           json::find(one, "spec.storage.persistence.storageClass") == nullptr;
    const std::string merge =
        takes_out ? R"({"spec":{"storage":{"persistence":{"storageClass":null}}}})" : json::serialize(patch);
    return send_patch(judged, name, merge);
  }
  Server::Answer send_patch(const Judged& judged, std::string_view name, std::string body,
                            std::string_view subresource = "") {
    return raw("PATCH", fmt::format("{}/{}{}", path(judged), name, subresource), std::move(body), "application/json",
               "application/merge-patch+json");
  }
  static std::vector<std::string> said(const Server::Answer& answer) {
    std::vector<std::string> out;
    const Value* causes = json::find(answer.body, "details.causes");
    if (causes == nullptr || !causes->is_array()) return out;
    for (const Value& cause : causes->as_array()) out.push_back(text_at(cause, "message"));
    return out;
  }
  static bool is_of(const Judged& judged, const Value& example) {
    return judged.kind.ends_with(json::find_string(example, "kind"));
  }
  static bool in_crd(const Value& example) { return example.at("in_crd").as_bool(); }

  // A new object, or a change of one that is there.
  Server::Answer send_example(const Judged& judged, const Value& one) {
    return json::find(one, "before") == nullptr ? create_dry(judged, one)
                                                : change(judged, one, fmt::format("changed-{}", changes_++));
  }
  void expect_taken(const Judged& judged, const Value& one) {
    const auto answer = send_example(judged, one);
    EXPECT_EQ(answer.status, json::find(one, "before") == nullptr ? 201 : 200)
        << judged.api_version << ' ' << json::serialize(one) << ' ' << compact(&answer.body);
  }

 private:
  int changes_ = 0;
};

TEST_F(Rules, RefuseWithTheLineOfTheWebhookInEveryVersion) {
  for (const Judged& judged : kJudged) {
    for (const Value& example : examples()) {
      if (!is_of(judged, example) || !in_crd(example)) continue;
      for (const Value& one : example.at("bad").as_array()) {
        const auto answer = create_dry(judged, one);
        EXPECT_EQ(answer.status, 422) << judged.api_version << ' ' << json::serialize(one);
        EXPECT_THAT(said(answer), Contains(EndsWith(": " + text_at(example, "line")))) << json::serialize(one);
      }
    }
  }
}

TEST_F(Rules, LetInWhatTheWebhookLetsIn) {
  for (const Judged& judged : kJudged) {
    for (const Value& example : examples()) {
      if (!is_of(judged, example)) continue;
      for (const Value& one : example.at("good").as_array()) expect_taken(judged, one);
    }
  }
}

// The controllers answer it with a condition and an event, or serve it all the same: row 127 and its like.
TEST_F(Rules, StoreWithoutTheWebhookWhatAConditionAnswers) {
  for (const Judged& judged : kJudged) {
    for (const Value& example : examples()) {
      if (!is_of(judged, example) || in_crd(example)) continue;
      for (const Value& one : example.at("bad").as_array()) expect_taken(judged, one);
    }
  }
}

TEST_F(Rules, OfAnImageWantATagOrADigest) {  // B300
  const auto answer = create_dry(kJudged[4], *json::parse(R"({"spec":{"image":{"tag":""}}})"));
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(said(answer), Contains(EndsWith(": spec.image: one of tag or digest must be set; leave tag out for "
                                              "\"latest\", or name a digest")));
}

TEST_F(Rules, SayEveryFaultOfAnObjectAtOnce) {
  const auto answer = create_dry(
      kJudged[0], *json::parse(R"({"spec":{"dataFrom":[{},{"find":{},"extract":{"key":"k"}},{"rewrite":[]}]}})"));
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(said(answer).size(), 3U) << compact(&answer.body);
}

TEST_F(Rules, LetWhatIsOlderBeLabelledSyncedAndReleasedButNotMadeAnew) {
  put_crds(false);
  struct Stored {
    const Judged* judged;
    const Value* one;
    std::string name;
  };
  std::vector<Stored> stored;
  for (const Judged& judged : kJudged) {
    if (judged.api_version.ends_with("v1beta1")) continue;  // one object, two versions
    for (const Value& example : examples()) {
      if (!is_of(judged, example) || !in_crd(example)) continue;
      for (const Value& one : example.at("bad").as_array()) {
        stored.push_back({&judged, &one, name_of(one, fmt::format("{}-{}", ns, stored.size()))});
        const auto made = raw("POST", path(judged), object(judged, one, "spec", stored.back().name));
        // An empty sourceRef never got past the schema.
        if (made.status == 422) stored.pop_back();
      }
    }
  }
  put_crds(true);
  ASSERT_GE(stored.size(), 18U);
  for (const auto& [judged, one, name] : stored) {
    const std::string what = fmt::format("{} {}", judged->kind, json::serialize(*one));
    EXPECT_EQ(send_patch(*judged, name, R"({"metadata":{"labels":{"a":"b"},"finalizers":["rotor.dev/x"]}})").status,
              200)
        << what;
    EXPECT_EQ(send_patch(*judged, name, std::string(judged->status), "/status").status, 200) << what;
    EXPECT_EQ(create_dry(*judged, *one).status, 422) << what;
    EXPECT_EQ(send_patch(*judged, name, R"({"metadata":{"finalizers":null}})").status, 200) << what;
    EXPECT_EQ(raw("DELETE", fmt::format("{}/{}", path(*judged), name)).status, 200) << what;
  }
}

TEST_F(Rules, ComeBackAsTheyWereSent) {
  for (const std::string& crd : our_crds()) {
    const Value sent = json::parse(crd).value();
    const auto kept = server->run(server->client().get(kCrds, {"", text_at(sent, "metadata.name")}));
    ASSERT_TRUE(kept) << kept.error().message;
    const Value answer = json::parse(kept->reveal()).value();
    const json::Array& versions = json::find(sent, "spec.versions")->as_array();
    for (std::size_t i = 0; i < versions.size(); ++i) {
      EXPECT_EQ(compact(json::find(json::find(answer, "spec.versions")->as_array()[i], "schema")),
                compact(json::find(versions[i], "schema")));
    }
  }
}

}  // namespace
}  // namespace rotor::conformance
