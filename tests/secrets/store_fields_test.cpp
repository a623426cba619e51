#include "secrets/store_fields.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/metrics.hpp"
#include "providers/aws/provider.hpp"
#include "providers/azure/provider.hpp"
#include "providers/doppler/provider.hpp"
#include "providers/fake/fake.hpp"
#include "providers/gcp/provider.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "providers/onepassword/provider.hpp"
#include "providers/vault/openbao.hpp"
#include "providers/vault/provider.hpp"

namespace rotor::secrets {
namespace {

using Texts = std::vector<std::string>;

class IgnoredFields : public testing::Test {
 protected:
  Texts of(std::string provider, std::string config) const {
    providers::Store store;
    store.provider = std::move(provider);
    store.config.text = std::move(config);
    return ignored_fields(registry_, store);
  }

  boost::asio::io_context io_;
  SystemClock clock_;
  MetricsRegistry metrics_;
  std::unique_ptr<providers::HttpClients> http_ = providers::make_http_clients(io_.get_executor(), clock_, "test");
  std::unique_ptr<providers::CallCounter> calls_ = providers::make_call_counter(metrics_);
  providers::ProviderRegistry registry_{
      {{"aws", providers::aws::make_provider},
       {"azurekv", providers::azure::make_provider},
       {"doppler", providers::doppler::make_provider},
       {"fake", providers::make_fake_provider},
       {"gcpsm", providers::gcp::make_provider},
       {"kubernetes", providers::make_kubernetes_provider},
       {"onepassword", providers::onepassword::make_provider},
       {"openBao", providers::vault::make_openbao_provider},
       {"vault", providers::vault::make_provider}},
      {io_.get_executor(), clock_, *http_, *calls_, [](std::string_view) { return std::nullopt; }}};
};

struct FieldCase {
  const char* provider;
  const char* config;
  const char* path;
  const char* meant;
};

TEST_F(IgnoredFields, AreNamedForEachBackEndWithTheFieldThatWasMeant) {
  const std::vector<FieldCase> cases = {
      {"aws", R"({"service":"SecretsManager","region":"r","roleArn":"a"})", "roleArn", "role"},
      {"aws", R"({"auth":{"jwt":{"serviceAccountRefs":{"name":"a"}}}})", "auth.jwt.serviceAccountRefs",
       "serviceAccountRef"},
      {"azurekv", R"({"vaultURL2":"u"})", "vaultURL2", "vaultUrl"},
      {"azurekv", R"({"authSecretRef":{"clientID":{"name":"a","key":"b"}}})", "authSecretRef.clientID", "clientId"},
      {"doppler", R"({"auth":{"secretRef":{"dopplerTokn":{"name":"a"}}}})", "auth.secretRef.dopplerTokn",
       "dopplerToken"},
      {"fake", R"({"data":[{"key":"a","value":"b"},{"key":"a","valu":"b"}]})", "data[1].valu", "value"},
      {"gcpsm", R"({"projectId":"p"})", "projectId", "projectID"},
      {"kubernetes", R"({"server":{"caBundel":"x"}})", "server.caBundel", "caBundle"},
      {"onepassword", R"({"connectHosts":"u"})", "connectHosts", "connectHost"},
      {"openBao", R"({"caBundel":"x"})", "caBundel", "caBundle"},
      {"openBao", R"({"auth":{"userPas":{"username":"u"}}})", "auth.userPas", "userPass"},
      {"openBao", R"({"auth":{"appRole":{"roleID":"r"}}})", "auth.appRole.roleID", "roleId"},
      {"vault", R"({"caBundel":"x"})", "caBundel", "caBundle"},
      {"vault", R"({"auth":{"tokenSecretRef":{"nmae":"a"}}})", "auth.tokenSecretRef.nmae", "name"},
  };
  for (const FieldCase& c : cases) {
    EXPECT_EQ(of(c.provider, c.config),
              Texts{std::string("spec.provider.") + c.provider + "." + c.path +
                    " is no field that Rotor knows, so it is ignored; did you mean \"" + c.meant + "\"?"});
  }
}

TEST_F(IgnoredFields, HaveNoHintWhereNothingIsNear) {
  EXPECT_EQ(of("vault", R"({"somethingOfTomorrow":{"a":1}})"),
            Texts{"spec.provider.vault.somethingOfTomorrow is no field that Rotor knows, so it is ignored"});
}

TEST_F(IgnoredFields, AreNoneOfAGoodBlockOfHeadersOrOfAnUnknownBackEnd) {
  EXPECT_EQ(of("vault", R"({"server":"u","headers":{"X-Any":"1"},"auth":{"iam":{"vaultRole":"r"}}})"), Texts{});
  EXPECT_EQ(of("aws", R"({"service":"SecretsManager","region":"r","sessionTags":[{"key":"a","value":"b"}]})"), Texts{});
  EXPECT_EQ(of("openBao", R"({"auth":{"ldap":{"username":"u"}}})"),
            Texts{"spec.provider.openBao.auth.ldap is no field that Rotor knows, so it is ignored"})
      << "a login of Vault alone";
  EXPECT_EQ(of("gitlab", R"({"anything":1})"), Texts{});
}

}  // namespace
}  // namespace rotor::secrets
