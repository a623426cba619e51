// What an ExternalSecret takes of an object.
#include <fmt/format.h>

#include "tests/providers/azure/azure_flow.hpp"

namespace rotor::providers::azure {
namespace {

std::string as_text(const Lookup<SecretMap>& map) {
  if (map.failed()) return "!" + map.error().message;
  if (map.absent()) return "-";
  std::string text;
  for (const auto& [key, value] : *map) text += key + "=" + std::string(value.reveal()) + ";";
  return text;
}

class AzureRead : public AzureFlow {
 protected:
  AzureRead() {
    const std::string vault = "https://team.vault.azure.net";
    azure_->objects[vault + "/certificates/c/"] =
        R"({"id":")" + vault + R"(/certificates/c/0f","kid":"x","cer":"AAECgP8=","tags":{"owner":"seb"}})";
    azure_->objects[vault + "/keys/k/"] =
        R"({"attributes":{"enabled":true},"tags":{"use":"sign"},"key":{"e":"AQAB","x-new":[ 1 ],"n":"3Zm_-0","d":null,)"
        R"("key_ops":["sign", "verify"],"kid":"https:\/\/team.vault.azure.net/keys/k/0f","kty":"RSA"}})";
    azure_->keep(
        "doc",
        R"("{\"property1\":\"v\",\"nested\":{\"p\":\"w\"},\"a.b\":\"c\",\"n\":1.50,\"big\":12345678901234567890,)"
        R"(\"o\":{ \"a\": 1 },\"nil\":null,\"Username\":\"u\"}")");
    azure_->keep("two", R"("{\"a\":{\"b\":\"1\"},\"a.b\":\"2\"}")");
    azure_->keep(
        "tagged", R"("certificate_value")",
        R"("tags":{"dev":"tag1","json":"{\"keyname\":\"keyvalue\",\"x\":\"y\"}","nil":null,"html":"<a>","null":"null"})");
    azure_->objects[vault + "/secrets/dated/"] =
        R"({"value":"x","id":")" + vault +
        R"(/secrets/dated/0f","attributes":{"enabled":true,"exp":1893456000,"nbf":0,"created":1767323045,"updated":1767323046.0}})";
    made_ = *client(kSecretAuth);
  }
  std::string get(RemoteRef ref) { return AzureFlow::get(*made_, std::move(ref)); }
  std::string map(RemoteRef ref) { return as_text(pump(made_->get_secret_map(std::move(ref)))); }

  std::unique_ptr<SecretsClient> made_;
};

// AZ-60: there is one client, whichever of today's two the manifest asks for.
TEST_F(AzureRead, GivesTheSameBytesWhicheverClientTheManifestAsksFor) {
  const std::string auth = kSecretAuth;
  const std::vector<std::string> asked = {auth + R"(,"useAzureSDK":true)", auth + R"(,"useAzureSDK":false)"};
  for (const std::string& config : asked) {
    auto other = *client(config);
    for (const RemoteRef& ref :
         {remote("app"), remote("doc"), remote("doc", "n"), remote("cert/c"), remote("key/k"), tags("tagged")}) {
      const std::string value = AzureFlow::get(*other, ref);
      EXPECT_FALSE(value.empty() || value.starts_with("!")) << value;
      EXPECT_EQ(value, get(ref)) << config << " " << ref.key << " " << ref.property;
    }
    EXPECT_EQ(as_text(pump(other->get_secret_map(remote("doc")))), map(remote("doc")));
  }
}

TEST_F(AzureRead, FindsWhatTheReferenceNames) {
  const std::string jwk = R"({"kid":"https://team.vault.azure.net/keys/k/0f","kty":"RSA","key_ops":["sign","verify"],)"
                          R"("n":"3Zm_-0","e":"AQAB","x-new":[1]})";
  const std::vector<std::pair<RemoteRef, std::string>> cases = {
      {remote("app"), "plain"},                                    // AZ-01
      {remote("secret/app"), "plain"},                             // AZ-02
      {remote("cert/c"), std::string("\x00\x01\x02\x80\xFF", 5)},  // AZ-03
      {remote("cert/c", "anything"), std::string("\x00\x01\x02\x80\xFF", 5)},
      {remote("cert/c/ignored"), std::string("\x00\x01\x02\x80\xFF", 5)},
      {remote("key/k"), jwk},            // AZ-04
      {remote("key/k", "n"), "3Zm_-0"},  // AZ-05
      {remote("key/k", "key_ops.1"), "verify"},
      {remote("key/k", "d"), "!property d does not exist in key key/k"},
      {remote("doc", "property1"), "v"},  // AZ-08
      {remote("secret/doc", "nested.p"), "w"},
      {remote("secret/doc", "nope"), "!property nope does not exist in key secret/doc"},
      {remote("doc", "a.b"), "c"},  // AZ-09
      {remote("two", "a.b"), "1"},  // the path wins here
      {remote("doc", "n"), "1.5"},
      {remote("doc", "big"), "12345678901234567890"},
      {remote("doc", "o"), "{ \"a\": 1 }"},
      {remote("doc", "nil"), ""},
      {tags("tagged", "dev"), "tag1"},               // AZ-10
      {tags("tagged", "json.keyname"), "keyvalue"},  // AZ-11
      {tags("tagged", "json.missing"), "!property missing does not exist in key json.missing"},
      {tags("tagged", "nil"), ""},
      {tags("tagged"),
       R"({"dev":"tag1","html":"\u003ca\u003e","json":"{\"keyname\":\"keyvalue\",\"x\":\"y\"}","nil":"","null":"null"})"},
      {tags("app"), "{}"},  // AZ-12
      {tags("dated"), R"({"attribute.created":"2026-01-02T03:04:05Z","attribute.expires":"2030-01-01T00:00:00Z",)"
                      R"("attribute.notBefore":"1970-01-01T00:00:00Z"})"},
      {tags("dated", "attribute.expires"), "2030-01-01T00:00:00Z"},  // AZ-13
      {tags("tagged", "nope"), "!tag nope does not exist"},          // AZ-14
      {tags("tagged", ".x"), "!tag .x does not exist"},
      {tags("cert/c", "owner"), "seb"},  // AZ-15
      {tags("key/k", "use"), "sign"},
      {remote("nowhere"), "-"},  // AZ-07
      {remote("cert/nowhere"), "-"},
      {remote("key/nowhere"), "-"},
      {tags("nowhere"), "-"},
      {remote("app", "", "v1"), "-"},
  };
  for (const auto& [ref, expected] : cases) EXPECT_EQ(get(ref), expected) << ref.key << " " << ref.property;
  const std::string no_json = get(remote("app", "p"));
  EXPECT_TRUE(no_json.starts_with("!property p does not exist in key app: the payload is not valid JSON")) << no_json;
}

TEST_F(AzureRead, ExtractsMembersAndTags) {
  const std::vector<std::pair<RemoteRef, std::string>> cases = {
      {remote("doc"),
       R"(Username=u;a.b=c;big=12345678901234567890;n=1.50;nested={"p":"w"};nil=;o={ "a": 1 };property1=v;)"},  // AZ-16
      {remote("doc", "nested"), "p=w;"},
      {remote("cert/c"), "!cannot get use dataFrom to get certificate secret"},  // AZ-18
      {remote("key/k"), "!cannot get use dataFrom to get key secret"},
      {tags("tagged"),
       "tagged_dev=tag1;tagged_html=<a>;tagged_json_keyname=keyvalue;tagged_json_x=y;tagged_nil=;tagged_null="
       "null;"},                                    // AZ-19
      {tags("tagged", "dev"), "tagged_dev=tag1;"},  // AZ-20
      {tags("secret/tagged", "json.keyname"), "secret/tagged_json.keyname=;"},
      {tags("tagged", "nope"), "!tag nope does not exist"},
      {remote("nowhere"), "-"},
  };
  for (const auto& [ref, expected] : cases) EXPECT_EQ(map(ref), expected) << ref.key << " " << ref.property;
  const std::string plain = map(remote("tagged"));
  EXPECT_TRUE(plain.starts_with("!error unmarshalling json data: ")) << plain;  // AZ-17
  EXPECT_TRUE(plain.contains(
      "key \"tagged\" is no JSON object, and dataFrom.extract makes a key of every member: read it with spec.data"))
      << plain;
}

TEST_F(AzureRead, TellsTheVersionThatAnswered) {
  EXPECT_EQ(pump(made_->get_secret(remote("app"))).version(), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(pump(made_->get_secret_map(remote("doc"))).version(), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(pump(made_->get_secret(remote("cert/c"))).version(), "0f");
  EXPECT_EQ(pump(made_->get_secret(remote("key/k"))).version(), "0f");
  EXPECT_EQ(pump(made_->get_secret(tags("tagged"))).version(), "") << "tags are of no version of the value";
  azure_->objects["https://team.vault.azure.net/secrets/bare/"] =
      R"({"value":"x","id":"https://team.vault.azure.net/secrets/bare"})";
  EXPECT_EQ(pump(made_->get_secret(remote("bare"))).version(), "");
}

TEST_F(AzureRead, AsksForTheVersionThatIsNamed) {
  azure_->objects["https://team.vault.azure.net/secrets/app/0abc"] =
      R"({"value":"old","id":"https://team.vault.azure.net/secrets/APP/0ABC"})";
  EXPECT_EQ(get(remote("secret/app", "", "0abc")), "old") << "names are the same in either case";
  EXPECT_EQ(azure_->calls.back(), "GET https://team.vault.azure.net/secrets/app/0abc?api-version=7.4");
}

TEST_F(AzureRead, NoNameLeadsToAnotherAddress) {
  for (const char* key : {"..", "secret/..", "a?x=1", "a b", "secret/", "", "key/a%2f", "a.b", "a_b", "cert/é"}) {
    const std::string got = get(remote(key));
    EXPECT_TRUE(got.starts_with("!remoteRef.key: no object of a key vault can be named ")) << got;
  }
  for (const char* key : {"dummy/x", "certificate/x", "/x", "Secret/x"}) {  // AZ-06
    const std::string got = get(remote(key));
    EXPECT_TRUE(got.starts_with("!unknown Azure Keyvault object Type for x: ")) << got;
  }
  for (const char* version : {"..", "a/b", "1?x", "a b"}) {
    EXPECT_TRUE(get(remote("app", "", version)).starts_with("!remoteRef.version: ")) << version;
  }
  EXPECT_EQ(azure_->calls, Names{});
  EXPECT_EQ(get(remote(std::string(127, 'a'))), "-");
  EXPECT_TRUE(get(remote(std::string(128, 'a'))).starts_with("!remoteRef.key: "));
}

TEST_F(AzureRead, EachOfTheVaultsThreeWordsForAbsenceIsOne) {
  for (const char* code : {"SecretNotFound", "KeyNotFound", "CertificateNotFound"}) {
    for (const char* key : {"gone", "cert/gone", "key/gone"}) {
      const auto fresh = *client(kSecretAuth);
      azure_->next_vault = {{404, fmt::format(R"({{"error":{{"code":"{}","message":"x"}}}})", code)}};
      EXPECT_EQ(AzureFlow::get(*fresh, remote(key)), "-") << code << " " << key;
    }
  }
}

TEST_F(AzureRead, OneAnswerServesAllEntriesOfAnExternalSecret) {
  for (const char* property : {"property1", "nested.p", "n", ""}) (void)get(remote("doc", property));
  (void)get(remote("secret/doc"));
  (void)get(tags("doc"));
  (void)map(remote("doc"));
  EXPECT_EQ(azure_->count("/secrets/doc/"), 1);
}

TEST_F(AzureRead, ValuesArriveByteForByte) {
  const std::vector<std::pair<const char*, std::string>> values = {
      {R"("")", ""},
      {R"("\u00e9\ud83d\ude00 \n\t\"\\/")", "é😀 \n\t\"\\/"},
      {R"("0123")", "0123"},
      {R"("1e400")", "1e400"},
      {R"("\u0000")", std::string(1, '\0')},
      {R"(" spaced ")", " spaced "},
  };
  int n = 0;
  for (const auto& [json, expected] : values) {
    const std::string name = "v" + std::to_string(n++);
    azure_->keep(name, json);
    EXPECT_EQ(get(remote(name)), expected);
  }
  azure_->keep("big", "\"" + std::string(25'600, 'x') + "\"");
  EXPECT_EQ(get(remote("big")).size(), 25'600U);
}

TEST_F(AzureRead, AnAnswerAboutSomethingElseIsAnError) {
  const std::vector<std::pair<std::string, std::string>> answers = {
      {R"({"id":"https://team.vault.azure.net/secrets/odd/1"})", "holds no value"},
      {R"({"value":null,"id":"https://team.vault.azure.net/secrets/odd/1"})", "holds no value"},
      {R"({"value":{},"id":"https://team.vault.azure.net/secrets/odd/1"})", "holds no value"},
      {R"({"value":"x"})", "is about another object"},
      {R"({"value":"x","id":"https://team.vault.azure.net/secrets/odd2/1"})", "is about another object"},
      {R"({"value":"x","id":"https://team.vault.azure.net/keys/odd/1"})", "is about another object"},
      {R"({"value":"x","id":"https://team.vault.azure.net/secrets/odd/1"} x)", "is not a JSON object"},
      {R"("x")", "is not a JSON object"},
  };
  for (const auto& [body, part] : answers) {
    azure_->objects["https://team.vault.azure.net/secrets/odd/"] = body;
    const std::string got = get(remote("odd"));
    EXPECT_TRUE(got.starts_with("!GetSecret: the answer " + part)) << got << " for " << body;
  }
  azure_->objects["https://team.vault.azure.net/secrets/odd/v1"] =
      R"({"value":"x","id":"https://team.vault.azure.net/secrets/odd/v2"})";
  EXPECT_TRUE(get(remote("odd", "", "v1")).contains("is about another object"));
  azure_->objects["https://team.vault.azure.net/certificates/odd/"] =
      R"({"cer":"!","id":"https://team.vault.azure.net/certificates/odd/1"})";
  EXPECT_TRUE(get(remote("cert/odd")).contains("cer in the answer is not base64"));
  azure_->objects["https://team.vault.azure.net/keys/odd/"] =
      R"({"key":{"kid":"https://team.vault.azure.net/keys/odd/1"}})";
  EXPECT_TRUE(get(remote("key/odd")).contains("holds no value"));
}

}  // namespace
}  // namespace rotor::providers::azure
