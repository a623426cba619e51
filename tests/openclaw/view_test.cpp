// What is asked of the API server for the caches of the controller.
#include "openclaw/view.hpp"

#include <set>

#include <gtest/gtest.h>

#include "api/core/secret.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/fakes/strict_client.hpp"

namespace rotor::openclaw {
namespace {

// Has nothing of any kind, and notes how it was asked.
class EmptyCluster final : public test::StrictClient {
 public:
  struct Asked {
    std::string verb, plural;
    bool metadata_only;
  };
  std::vector<Asked> asked;

  Task<Result<kube::ListPage>> list_page(kube::Resource resource, std::string, kube::ListOptions options,
                                         std::string) override {
    asked.push_back({"list", std::string(resource.plural), options.metadata_only});
    kube::ListPage page;
    page.body = SecretBytes(R"({"kind":"List","metadata":{"resourceVersion":"1"},"items":[]})");
    page.resource_version = "1";
    co_return page;
  }
  Task<Result<std::unique_ptr<kube::WatchStream>>> watch(kube::Resource resource, std::string,
                                                         kube::ListOptions options, std::string) override {
    asked.push_back({"watch", std::string(resource.plural), options.metadata_only});
    co_return no();
  }

 private:
  static std::unexpected<Error> no() { return fail(Code::kUnavailable, "not here"); }
};

TEST(View, W24NoListAndNoWatchOfSecretsAsksForTheirData) {
  test::Loop loop;
  SystemClock clock;
  EmptyCluster client;
  View view(client, clock, "");
  loop.start(view.watches.run());
  std::set<std::string> verbs;
  for (const EmptyCluster::Asked& one : client.asked) {
    if (one.plural != kube::kResource<api::Secret>.plural) continue;
    verbs.insert(one.verb);
    EXPECT_TRUE(one.metadata_only) << one.verb;
  }
  EXPECT_EQ(verbs, (std::set<std::string>{"list", "watch"}));
  loop.stop();
}

}  // namespace
}  // namespace rotor::openclaw
