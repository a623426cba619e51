// The history of templates on the embedded server.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include "apiserver/server/embedded_server.hpp"
#include "kube/client/config.hpp"
#include "local/node/revisions.hpp"

namespace rotor::local {
namespace {

using testing::ElementsAre;

constexpr kube::Resource kSets{"apps", "v1", "statefulsets", "StatefulSet"};
constexpr kube::Resource kRevisions{"apps", "v1", "controllerrevisions", "ControllerRevision"};
const kube::Key kKey{"default", "web"};

class KeepRevisions : public testing::Test {
 protected:
  template <class T>
  T run(Task<T> task) {
    std::optional<T> answer;
    boost::asio::co_spawn(io_, std::move(task), [&](const std::exception_ptr& error, T value) {
      if (error) std::rethrow_exception(error);
      answer.emplace(std::move(value));
    });
    io_.restart();
    while (!answer && io_.run_one() > 0) {
    }
    return std::move(answer).value();
  }

  // The template with this image; the history afterwards, as "revision image".
  std::vector<std::string> roll(std::string_view image) {
    const std::string text =
        R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web"},"spec":{"replicas":0,)"
        R"("revisionHistoryLimit":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":)"
        R"("web"}},"spec":{"containers":[{"name":"main","image":")" +
        std::string(image) + R"("}]}}}})";
    EXPECT_TRUE(run(client_->patch(kSets, kKey, kube::PatchType::kApply, SecretBytes(text), {.force = true})));
    const auto name = run(keep_revisions(*client_, kKey));
    EXPECT_TRUE(name) << name.error().message;
    return history();
  }

  std::vector<std::string> history() {
    std::map<std::int64_t, std::string> found;
    EXPECT_TRUE(run(kube::list_all(*client_, kRevisions, "default", {}, [&](std::string_view item) {
      const json::Value one = json::parse(item).value();
      const auto& container = json::find(one, "data.spec.template.spec.containers")->as_array().at(0);
      found[one.at("revision").as_int64()] = json::find_string(container, "image");
    })));
    std::vector<std::string> out;
    for (const auto& [number, image] : found) out.push_back(std::to_string(number) + " " + image);
    return out;
  }

  boost::asio::io_context io_;
  SystemClock clock_;
  std::unique_ptr<apiserver::EmbeddedServer> server_ = apiserver::EmbeddedServer::start({}).value();
  std::unique_ptr<kube::Client> client_ =
      kube::make_client(io_.get_executor(), clock_,
                        kube::parse_kubeconfig(server_->kubeconfig().reveal(), "embedded").value(), "rotor/1")
          .value();
};

TEST_F(KeepRevisions, FollowTheTemplate) {
  EXPECT_THAT(roll("one"), ElementsAre("1 one"));
  EXPECT_THAT(roll("one"), ElementsAre("1 one"));
  EXPECT_THAT(roll("two"), ElementsAre("1 one", "2 two"));
  EXPECT_THAT(roll("one"), ElementsAre("2 two", "3 one"));
  EXPECT_THAT(roll("three"), ElementsAre("2 two", "3 one", "4 three"));
  EXPECT_THAT(roll("four"), ElementsAre("3 one", "4 three", "5 four"));
}

}  // namespace
}  // namespace rotor::local
