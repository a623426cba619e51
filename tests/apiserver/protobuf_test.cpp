#include "apiserver/schema/protobuf.hpp"

#include <gtest/gtest.h>

#include "apiserver/schema/schema.hpp"
#include "base/encoding.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::apiserver::schema {
namespace {

json::Object without_chance(json::Object object) {
  auto& metadata = object.at("metadata").as_object();
  for (const std::string_view key : {"uid", "creationTimestamp", "managedFields"}) metadata.erase(key);
  if (object.at("kind") == "Service") {
    for (const std::string_view key : {"clusterIP", "clusterIPs"}) object.at("spec").as_object().erase(key);
  }
  return object;
}

// The real server's own protobuf of an object and its own JSON of it say the same.
TEST(Protobuf, ReadsWhatTheRealServerWrites) {
  const json::Value recorded =
      json::parse(test::read_file(test::source_path("tests/apiserver/data/protobuf.json"))).value();
  const json::Array& objects = recorded.at("objects").as_array();
  EXPECT_GE(objects.size(), 20U);
  for (const json::Value& one : objects) {
    const auto decoded = from_protobuf(base64_decode(one.at("protobuf").as_string()).value());
    ASSERT_TRUE(decoded.has_value()) << one.at("name") << ": " << decoded.error().message;
    json::Object object = *decoded;
    const auto schema =
        builtin(std::string_view(object.at("apiVersion").as_string()), std::string_view(object.at("kind").as_string()));
    const auto body = decode(*schema, object, FieldValidation::kStrict);
    ASSERT_TRUE(body.has_value()) << body.error().message;
    object = without_chance(body->object);
    const auto expected = without_chance(decode(*schema, one.at("json").as_object(), FieldValidation::kStrict)->object);
    EXPECT_TRUE(object == expected) << one.at("name") << "\n"
                                    << json::serialize(object) << "\n"
                                    << json::serialize(expected);
  }
}

std::string envelope(std::string_view api_version, std::string_view kind, std::string_view content) {
  const auto piece = [](char number, std::string_view bytes) {
    return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + std::string(bytes);
  };
  return std::string("k8s\0", 4) + piece(1, piece(1, api_version) + piece(2, kind)) + piece(2, content);
}

TEST(Protobuf, ReadsOptionsInTheVersionOfWhatTheyAreFor) {
  const auto out = from_protobuf(envelope("apps/v1", "DeleteOptions",
                                          std::string("\x08\x00\x22\x0a"
                                                      "Background",
                                                      14)));
  ASSERT_TRUE(out.has_value()) << out.error().message;
  EXPECT_EQ(
      json::serialize(*out),
      R"({"kind":"DeleteOptions","apiVersion":"apps/v1","gracePeriodSeconds":0,"propagationPolicy":"Background"})");
}

TEST(Protobuf, RefusesWhatIsNone) {
  const std::string good = envelope("v1", "ConfigMap", "\x0a\x03\x0a\x01x");
  ASSERT_TRUE(from_protobuf(good).has_value());
  EXPECT_FALSE(from_protobuf("").has_value());
  EXPECT_FALSE(from_protobuf("{}").has_value());
  EXPECT_FALSE(from_protobuf(std::string("k8s\0", 4)).has_value());
  EXPECT_FALSE(from_protobuf(envelope("v1", "Nothing", "")).has_value());
  EXPECT_FALSE(from_protobuf(envelope("v1", "ConfigMap", "\x0a\x7f")).has_value());              // longer than the body
  EXPECT_FALSE(from_protobuf(envelope("v1", "ConfigMap", "\x0a\x03\x0a\x01\xff")).has_value());  // no UTF-8
  for (std::size_t size = 0; size < good.size(); ++size) (void)from_protobuf(good.substr(0, size));
}

}  // namespace
}  // namespace rotor::apiserver::schema
