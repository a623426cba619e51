// Reading: get, extract, find, and what is kept of an answer.
#include "tests/providers/doppler/doppler_flow.hpp"

namespace rotor::providers::doppler {
namespace {

using DopplerRead = DopplerFlow;

TEST_F(DopplerRead, D1_ASecretArrivesAsItIs) {
  EXPECT_EQ(get(remote("DOPPLER_PROJECT")), "auth-api");
  EXPECT_EQ(doppler_.calls, Names{std::string(kDownload) + "?secrets=DOPPLER_PROJECT"});
  EXPECT_EQ(doppler_.accept, "application/json");
  EXPECT_EQ(get(remote("EMPTY")), "") << "an empty value is a value";
  const std::string odd = std::string("é \"\\\n\t 12345678901234567890 1.50 \x7f ", 36) + "日";
  secrets()["ODD"] = odd;
  EXPECT_EQ(get(remote("ODD")), odd);
  EXPECT_EQ(counter_.counts["Doppler/GetSecret/success"], 3);
}

TEST_F(DopplerRead, ProjectAndConfigAreSentEncodedAndOthersOfASingleSecretAreNot) {
  EXPECT_EQ(get(remote("API_KEY", "ignored", "ignored"),
                std::string(kTokenAuth) +
                    R"(,"project":"my app&x","config":"dev/é","format":"env","nameTransformer":"camel")"),
            "k-1");
  EXPECT_EQ(doppler_.calls,
            Names{std::string(kDownload) + "?project=my%20app%26x&config=dev%2F%C3%A9&secrets=API_KEY"});
}

TEST_F(DopplerRead, D2_AMissingNameIsAbsentOnlyByDopplersOwnWord) {
  const auto got = get(remote("NO_SUCH"));
  EXPECT_EQ(got.error().code, Code::kNotFound);
  EXPECT_EQ(got.error().message, "could not get secret NO_SUCH: Doppler API Client Error: secret 'NO_SUCH' not found");
  doppler_.next.push_back({200, "{}"});
  EXPECT_EQ(get(remote("NO_SUCH")).error().code, Code::kUnavailable) << "without an ETag anybody may have answered";
  doppler_.next.push_back(FakeDoppler::refused(404, "Could not find requested config"));
  const auto refused = get(remote("NO_SUCH"));
  EXPECT_EQ(refused.error().code, Code::kInvalid) << "never a 4xx";
  EXPECT_EQ(refused.error().message,
            "could not get secret NO_SUCH: Doppler API Client Error (HTTP 404): Could not find requested config");
}

TEST_F(DopplerRead, D2_ANameThatNoSecretCanHaveIsAMistakeAndNoAbsence) {
  for (const char* name : {"api_key", "A,B", "API KEY", "1A", "apiKey"}) {
    const auto got = get(remote(name));
    EXPECT_EQ(got.error().code, Code::kInvalid) << name;
    EXPECT_TRUE(got.error().message.starts_with(fmt::format(
        "could not get secret {}: Doppler API Client Error: secret '{}' not found; names in Doppler are", name, name)))
        << got.error().message;
  }
  EXPECT_EQ(get(remote("")).error().code, Code::kInvalid);
}

TEST_F(DopplerRead, D3_D4_ExtractKeepsNestedTextByteForByte) {
  secrets()["DOC"] = R"({"API_KEY":"3a3ea4f5","n":1.50,"nested":{"appID": "a1"},"none":null,"t":true})";
  EXPECT_EQ(
      extract(remote("DOC")),
      (Texts{{"API_KEY", "3a3ea4f5"}, {"n", "1.50"}, {"nested", R"({"appID": "a1"})"}, {"none", ""}, {"t", "true"}}));
}

TEST_F(DopplerRead, D5_ExtractOfWhatIsNoJsonObjectIsAnErrorWithoutTheValue) {
  for (const char* value : {R"({"a":"canary)", "canary", "[1]", ""}) {
    secrets()["DOC"] = value;
    const auto got = extract(remote("DOC"));
    EXPECT_EQ(got.error().code, Code::kInvalid) << value;
    EXPECT_TRUE(got.error().message.starts_with("unable to unmarshal secret DOC: ")) << got.error().message;
    EXPECT_FALSE(got.error().message.contains("canary")) << got.error().message;
  }
  EXPECT_EQ(extract(remote("NO_SUCH")).error().code, Code::kNotFound);
}

TEST_F(DopplerRead, FindGivesEverythingOrWhatNameAndPathBothFit) {
  secrets() = {{"DB_HOST", "h"}, {"DB_PORT", "5"}, {"API_KEY", "k"}};
  EXPECT_EQ(find({}), (Texts{{"DB_HOST", "h"}, {"DB_PORT", "5"}, {"API_KEY", "k"}}));
  EXPECT_EQ(find({.tags = kube::StringMap{{"a", "b"}}}), (Texts{{"DB_HOST", "h"}, {"DB_PORT", "5"}, {"API_KEY", "k"}}));
  EXPECT_EQ(find({.path = "DB_"}), (Texts{{"DB_HOST", "h"}, {"DB_PORT", "5"}}));
  EXPECT_EQ(find({.path = "DB_", .name_regexp = "HOST|KEY"}), (Texts{{"DB_HOST", "h"}}));
  EXPECT_EQ(find({.name_regexp = "nope"}), Texts{});
  EXPECT_EQ(find({.name_regexp = "("}).error().code, Code::kInvalid);
  EXPECT_EQ(doppler_.calls[0], kDownload);
}

TEST_F(DopplerRead, NamesAreTransformedByTheServer) {
  EXPECT_EQ(find({.path = "lower_A"}, std::string(kTokenAuth) + R"(,"nameTransformer":"lower-snake")"),
            (Texts{{"lower_API_KEY", "k-1"}}));
  EXPECT_EQ(doppler_.calls, Names{std::string(kDownload) + "?name_transformer=lower-snake"});
}

TEST_F(DopplerRead, AFormatMakesOneFileOfAllSecrets) {
  const std::string env = std::string(kTokenAuth) + R"(,"format":"env")";
  EXPECT_EQ(find({}, env), (Texts{{"DOPPLER_SECRETS_FILE", "A=\"1\"\nB=\"2\"\n"}}));
  EXPECT_EQ(doppler_.accept, "text/plain");
  EXPECT_EQ(find({.name_regexp = "^A$"}, env), Texts{}) << "the name is that of the file";
}

TEST_F(DopplerRead, AFileThatIsNoneIsAnError) {
  const std::string env = std::string(kTokenAuth) + R"(,"format":"env")";
  const std::string json = std::string(kTokenAuth) + R"(,"format":"json")";
  const net::Headers page{{"Content-Type", "text/html; charset=utf-8"}};
  for (const FakeDoppler::Answer& answer : std::vector<FakeDoppler::Answer>{{200, ""}, {200, "<html>", page}}) {
    for (const std::string& more : {env, json}) {
      doppler_.next.push_back(answer);
      EXPECT_EQ(find({}, more).error().code, Code::kUnavailable);
    }
  }
  for (const char* body : {"null", "[]", R"({"A":)", "oops"}) {
    doppler_.next.push_back({200, body});
    EXPECT_EQ(find({}, json).error().code, Code::kUnavailable) << body;
  }
}

TEST_F(DopplerRead, AValueThatIsNoTextIsAnErrorAndNeverEmpty) {
  for (const char* value : {"null", "1", "{}", "[]", "true"}) {
    doppler_.next.push_back({200, fmt::format(R"({{"API_KEY":{}}})", value)});
    const auto got = get(remote("API_KEY"));
    EXPECT_EQ(got.error().code, Code::kUnavailable) << value;
    doppler_.next.push_back({200, fmt::format(R"({{"OTHER":"x","API_KEY":{}}})", value)});
    EXPECT_EQ(find({}).error().code, Code::kUnavailable) << value;
  }
}

TEST_F(DopplerRead, D11_D12_WhatHasNotChangedIsNotSentAgain) {
  EXPECT_EQ(get(remote("API_KEY")), "k-1");
  EXPECT_EQ(get(remote("API_KEY")), "k-1");
  secrets()["API_KEY"] = "k-2";
  EXPECT_EQ(get(remote("API_KEY")), "k-2");
  EXPECT_EQ(get(remote("API_KEY")), "k-2");
  EXPECT_EQ(doppler_.statuses, (std::vector<int>{200, 304, 200, 304}));
  doppler_.statuses.clear();
  const auto all = find({});
  EXPECT_EQ(find({}), *all);
  EXPECT_EQ(doppler_.statuses, (std::vector<int>{200, 304}));
}

TEST_F(DopplerRead, D14_StoresAndTokensAndSettingsKeepAnswersOfTheirOwn) {
  gate_.secrets["team/other/dopplerToken"] = "dp.st.prd.xyz";
  doppler_.configs["dp.st.prd.xyz"] = secrets();
  const std::string other = R"("auth":{"secretRef":{"dopplerToken":{"name":"other"}}})";
  StoreContext second = context();
  second.store.name = "second";
  EXPECT_EQ(get(remote("API_KEY")), "k-1");
  EXPECT_EQ(get(remote("API_KEY"), other), "k-1");
  EXPECT_EQ(get(remote("API_KEY"), std::move(second)), "k-1");
  EXPECT_EQ(get(remote("API_KEY"), std::string(kTokenAuth) + R"(,"project":"p")"), "k-1");
  EXPECT_EQ(doppler_.statuses, (std::vector<int>{200, 200, 200, 200})) << "none asked with another's ETag";
  doppler_.configs["dp.st.prd.xyz"]["API_KEY"] = "of-prd";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(get(remote("API_KEY")), "k-1");
    EXPECT_EQ(get(remote("API_KEY"), other), "of-prd");
  }
}

TEST_F(DopplerRead, D15_AFileComesFromTheCacheAsItWas) {
  const std::string json = std::string(kTokenAuth) + R"(,"format":"json")";
  const auto first = find({}, json);
  EXPECT_EQ(find({}, json), *first);
  EXPECT_EQ(doppler_.statuses, (std::vector<int>{200, 304}));
}

TEST_F(DopplerRead, A304ThatNobodyAskedForIsAnError) {
  doppler_.next.push_back({304, ""});
  EXPECT_EQ(get(remote("API_KEY")).error().code, Code::kInvalid);
  doppler_.next.push_back({304, ""});
  EXPECT_FALSE(find({}));
}

TEST_F(DopplerRead, OneReconcileAsksOnceForEachSecret) {
  auto client = *open(context());
  for (const char* name : {"API_KEY", "API_KEY", "EMPTY"}) EXPECT_TRUE(text_of(pump(client->get_secret(remote(name)))));
  EXPECT_EQ(doppler_.calls.size(), 2U);
}

class DopplerWithoutCache : public DopplerFlow {
 protected:
  DopplerWithoutCache() : DopplerFlow({.entries = 0}) {}
};

TEST_F(DopplerWithoutCache, D16_EveryReadIsUnconditional) {
  EXPECT_EQ(get(remote("API_KEY")), "k-1");
  EXPECT_EQ(get(remote("API_KEY")), "k-1");
  EXPECT_EQ(doppler_.statuses, (std::vector<int>{200, 200}));
}

TEST(EtagCache, ForgetsWhatWasUsedLongestAgoByNumberAndBytes) {
  const auto body = [](std::size_t size) { return std::make_shared<const SecretBytes>(std::string(size, 'x')); };
  EtagCache cache({.entries = 2, .bytes = 10});
  cache.put("a", {"1", body(1)});
  cache.put("b", {"2", body(1)});
  EXPECT_TRUE(cache.find("a"));
  cache.put("c", {"3", body(1)});
  EXPECT_FALSE(cache.find("b"));
  EXPECT_TRUE(cache.find("a"));
  cache.put("d", {"4", body(10)});
  EXPECT_EQ(cache.size(), 1U);
  cache.put("e", {"5", body(11)});
  EXPECT_EQ(cache.size(), 1U) << "what is larger than all there is is not kept";
  cache.put("d", {"", body(1)});
  EXPECT_EQ(cache.size(), 0U) << "an answer without a mark replaces one that had it";
}

TEST_F(DopplerRead, WhatNoSecretCouldHoldEndsTheSearch) {
  for (int i = 0; i < 9; ++i) secrets()[fmt::format("BIG_{}", i)] = std::string(900U << 10, 'x');
  const auto found = find({.name_regexp = "BIG"});
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().message.contains("find: the first 5 matches are more than 4 MiB together"))
      << found.error().message;
  EXPECT_TRUE(find({.name_regexp = "BIG_[0-3]"}));
}

}  // namespace
}  // namespace rotor::providers::doppler
