#include "apiserver/registry/names.hpp"

#include <gtest/gtest.h>

namespace rotor::apiserver {
namespace {

TEST(Names, AcceptWhatTheServerAccepts) {
  for (const char* name : {"a", "a-b", "a.b", "0a", "a1.b-2"}) EXPECT_EQ(check_subdomain(name), "") << name;
  for (const char* name : {"", "A", "a_b", "-a", "a-", "a..b", ".a"}) EXPECT_NE(check_subdomain(name), "") << name;
  EXPECT_NE(check_label_name("a.b"), "");
  EXPECT_EQ(check_path_segment("system:a"), "");
  EXPECT_EQ(check_path_segment("a/b"), "may not contain '/'");
  EXPECT_EQ(check_subdomain(std::string(254, 'a')), "must be no more than 253 characters");
}

TEST(Names, CheckLabelKeysAndValues) {
  for (const char* name : {"a", "A_b.c", "x.io/a", "a-1"}) EXPECT_EQ(check_qualified_name(name), "") << name;
  for (const char* name : {"", "/a", "x.io/", "X.io/a", "a/b/c", "-a"})
    EXPECT_NE(check_qualified_name(name), "") << name;
  EXPECT_EQ(check_label_value(""), "");
  EXPECT_NE(check_label_value("a b"), "");
  EXPECT_EQ(check_config_key("..a"), "must not start with '..'");
}

TEST(Names, OfPortsAreThoseOfServicesAtIana) {
  for (const char* name : {"http", "8a", "a-b", "a23456789012345"}) EXPECT_TRUE(port_name_errors(name).empty()) << name;
  for (const char* name : {"Web", "a_b", "a.b", "1", "a--b", "-a", "a-", "a234567890123456"})
    EXPECT_EQ(port_name_errors(name).size(), 1U) << name;
  EXPECT_EQ(port_name_errors("-A--234567890123456").size(), 5U) << "each rule says its own";
}

TEST(Names, ThatAreEmptyBreakTwoRules) {
  EXPECT_EQ(qualified_name_errors("a/").size(), 2U);
  EXPECT_EQ(qualified_name_errors("").size(), 2U);
  EXPECT_EQ(qualified_name_errors(std::string(64, 'a')).size(), 1U);
  EXPECT_TRUE(qualified_name_errors("x.io/A_b.c").empty());
}

TEST(Names, CheckWhatStandsInContainers) {
  for (const char* name : {"A", "1a", "a b", "~", "A:/x"}) EXPECT_EQ(check_env_name(name), "") << name;
  for (const char* name : {"A=B", "a\tb", "\xc3\xa9", "\x7f"}) EXPECT_NE(check_env_name(name), "") << name;
  for (const char* path : {"a", "a/b", "a..b", ".a"}) EXPECT_EQ(check_inner_path(path), "") << path;
  for (const char* path : {"/a", "..", "a/../b", "..a"}) EXPECT_NE(check_inner_path(path), "") << path;
  for (const char* path : {"metadata.name", "metadata.labels['a']", "status.podIP"})
    EXPECT_EQ(check_pod_field(path), "") << path;
  for (const char* path : {"metadata.nope", "metadata.name['a']", ""}) EXPECT_NE(check_pod_field(path), "") << path;
}

TEST(Metadata, WantsADomainForFinalizersOfBuiltinKindsOnly) {
  const json::Object object =
      json::parse(R"({"metadata":{"name":"a","finalizers":["bad","a.b/c","orphan"]}})").value().get_object();
  std::vector<FieldError> errors;
  validate_metadata(object, NameRule::kSubdomain, true, errors);
  EXPECT_TRUE(errors.empty());
  EXPECT_EQ(finalizer_warnings(object, nullptr).size(), 1U);
  EXPECT_TRUE(finalizer_warnings(object, &object).empty());
  validate_metadata(object, NameRule::kSubdomain, false, errors);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors.front().field, "metadata.finalizers[0]");
}

TEST(Metadata, NamesTheFieldThatIsWrong) {
  json::Object object =
      json::parse(
          R"({"metadata":{"name":"A_","labels":{"a b":"c"},"ownerReferences":[{"apiVersion":"v1","kind":"X","name":"x"}],
    "finalizers":["orphan","foregroundDeletion"]}})")
          .value()
          .get_object();
  std::vector<FieldError> errors;
  validate_metadata(object, NameRule::kSubdomain, false, errors);
  std::vector<std::string> fields;
  for (const FieldError& error : errors) fields.push_back(error.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"metadata.name", "metadata.labels", "metadata.ownerReferences.uid",
                                              "metadata.finalizers"}));
}

TEST(Metadata, WantsANameOrAPrefix) {
  std::vector<FieldError> errors;
  validate_metadata(json::Object(), NameRule::kSubdomain, false, errors);
  const Failure failure = invalid("", "Secret", "", errors);
  EXPECT_EQ(failure.message,
            R"(Secret "" is invalid: metadata.name: Required value: name or generateName is required)");
}

}  // namespace
}  // namespace rotor::apiserver
