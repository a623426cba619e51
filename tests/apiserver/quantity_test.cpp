#include "apiserver/schema/quantity.hpp"

#include <gtest/gtest.h>

namespace rotor::apiserver::schema {
namespace {

// What kube-apiserver 1.36.3 made of each as a memory limit.
TEST(Quantity, IsWrittenAsTheApiServerWritesIt) {
  static constexpr std::pair<std::string_view, std::string_view> kCases[] = {{"1000m", "1"},
                                                                             {"0.5", "500m"},
                                                                             {"1024Mi", "1Gi"},
                                                                             {"1.5Gi", "1536Mi"},
                                                                             {"0.5Ki", "512"},
                                                                             {"512", "512"},
                                                                             {"1e3", "1e3"},
                                                                             {"1E3", "1E3"},
                                                                             {"0.1", "100m"},
                                                                             {"100Ki", "100Ki"},
                                                                             {"1000Ki", "1000Ki"},
                                                                             {"2048", "2048"},
                                                                             {"0", "0"},
                                                                             {"0Mi", "0"},
                                                                             {"+1", "+1"},
                                                                             {"1.", "1."},
                                                                             {".5", "500m"},
                                                                             {"123456789", "123456789"},
                                                                             {"1000000", "1M"},
                                                                             {"1k", "1k"},
                                                                             {"5E", "5E"},
                                                                             {"1Ei", "1Ei"},
                                                                             {"1.0000000001", "1001m"},
                                                                             {"0.5Mi", "512Ki"},
                                                                             {"1025Ki", "1025Ki"},
                                                                             {"1.1Ki", "1126400m"},
                                                                             {"-500m", "-500m"},
                                                                             {"0.25", "250m"},
                                                                             {"2000", "2k"}};
  for (const auto& [written, expected] : kCases) EXPECT_EQ(canonical_quantity(written), expected) << written;
}

TEST(Quantity, IsNothingElse) {
  for (const std::string_view text :
       {"", ".", "x", "1x", "1..2", "1 Gi", "Gi", "--1", "1e", "99999999999999999999999999999999999999999999"}) {
    EXPECT_EQ(canonical_quantity(text), std::nullopt) << text;
  }
}

TEST(Quantity, ComparesByValue) {
  EXPECT_TRUE(compare_quantities("1Gi", "1024Mi") == 0);
  EXPECT_TRUE(compare_quantities("1G", "1Gi") < 0);
  EXPECT_TRUE(compare_quantities("1e3", "999") > 0);
  EXPECT_TRUE(compare_quantities("+1", "1000m") == 0);
  EXPECT_TRUE(compare_quantities("-500m", "0") < 0);
  EXPECT_TRUE(compare_quantities("-1", "-500m") < 0);
  EXPECT_TRUE(compare_quantities("0Mi", "0") == 0);
  EXPECT_TRUE(compare_quantities("5.", "5") == 0);
  EXPECT_FALSE(compare_quantities("x", "1") < 0 || compare_quantities("x", "1") >= 0);
}

TEST(Quantity, IsWholeOrNot) {
  for (const std::string_view text : {"1", "0", "1000m", "1Ki", "2e3", "-3"})
    EXPECT_TRUE(is_whole_quantity(text)) << text;
  for (const std::string_view text : {"100m", "1.5", "0.1Ki", "x"}) EXPECT_FALSE(is_whole_quantity(text)) << text;
}

}  // namespace
}  // namespace rotor::apiserver::schema
