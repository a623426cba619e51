#include "json/writer.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace rotor::json {
namespace {

TEST(Writer, PutsCommasAndColons) {
  std::string out;
  Writer w(out);
  w.begin_object();
  w.key("a");
  w.begin_array();
  w.integer(-1);
  w.null();
  w.begin_object();
  w.end_object();
  w.boolean(true);
  w.begin_array();
  w.end_array();
  w.end_array();
  w.key("b");
  w.string("x");
  w.key("c");
  w.raw("1.10");
  w.raw_members(R"("d":1)");
  w.end_object();
  EXPECT_EQ(out, R"({"a":[-1,null,{},true,[]],"b":"x","c":1.10,"d":1})");
}

TEST(Writer, WritesSecretsWithoutAString) {
  SecretBytes out;
  Writer w(out);
  w.begin_array();
  w.string("s\n");
  w.end_array();
  EXPECT_EQ(out, SecretBytes(R"(["s\n"])"));
}

struct QuoteCase {
  std::string_view text;
  std::string_view plain;
  std::string_view html;
};

class Quote : public testing::TestWithParam<QuoteCase> {};

TEST_P(Quote, EscapesAsGo) {
  EXPECT_EQ(quote(GetParam().text), GetParam().plain);
  EXPECT_EQ(quote(GetParam().text, Escape::kHtml), GetParam().html);
}

INSTANTIATE_TEST_SUITE_P(Cases, Quote,
                         testing::Values(QuoteCase{"", R"("")", R"("")"},
                                         QuoteCase{"a<b>&", R"("a<b>&")", R"("a\u003cb\u003e\u0026")"},
                                         QuoteCase{"\"\\/\b\f\n\r\t", R"("\"\\/\b\f\n\r\t")", R"("\"\\/\b\f\n\r\t")"},
                                         QuoteCase{std::string_view("\0\x01\x1f\x7f", 4),
                                                   "\"\\u0000\\u0001\\u001f\x7f\"", "\"\\u0000\\u0001\\u001f\x7f\""},
                                         QuoteCase{"é😀", "\"é😀\"", "\"é😀\""},
                                         QuoteCase{"\u2028x\u2029", R"("\u2028x\u2029")", R"("\u2028x\u2029")"},
                                         QuoteCase{"a\xff\xc3", R"("a\ufffd\ufffd")", R"("a\ufffd\ufffd")"}));

struct DoubleCase {
  double value;
  std::string_view text;
};

class FormatDouble : public testing::TestWithParam<DoubleCase> {};

TEST_P(FormatDouble, IsGosShortestForm) { EXPECT_EQ(format_double(GetParam().value), GetParam().text); }

INSTANTIATE_TEST_SUITE_P(
    Cases, FormatDouble,
    testing::Values(DoubleCase{0, "0"}, DoubleCase{-0.0, "-0"}, DoubleCase{1, "1"}, DoubleCase{1.5, "1.5"},
                    DoubleCase{-2.25, "-2.25"}, DoubleCase{0.1, "0.1"}, DoubleCase{1e6, "1000000"},
                    DoubleCase{1e20, "100000000000000000000"}, DoubleCase{1e21, "1e+21"},
                    DoubleCase{1.25e30, "1.25e+30"}, DoubleCase{1e-6, "0.000001"}, DoubleCase{1e-7, "1e-7"},
                    DoubleCase{1.5e-10, "1.5e-10"}, DoubleCase{123456789012345678.0, "123456789012345680"},
                    DoubleCase{0.00001234, "0.00001234"}, DoubleCase{1.7976931348623157e308, "1.7976931348623157e+308"},
                    DoubleCase{5e-324, "5e-324"}));

TEST(Writer, EscapesEveryByteWhereverItStands) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string alone(1, static_cast<char>(byte));
    for (const Escape escape : {Escape::kPlain, Escape::kHtml}) {
      const std::string quoted = quote(alone, escape);
      const std::string inside = quoted.substr(1, quoted.size() - 2);
      const bool plain = byte >= 0x20 && byte < 0x80 && !std::string_view("\"\\").contains(alone) &&
                         (escape == Escape::kPlain || !std::string_view("<>&").contains(alone));
      EXPECT_EQ(inside == alone, plain) << byte;
      for (std::size_t at = 0; at < 20; ++at) {
        EXPECT_EQ(quote(std::string(at, 'x') + alone + std::string(19 - at, 'y'), escape),
                  '"' + std::string(at, 'x') + inside + std::string(19 - at, 'y') + '"')
            << byte << " at " << at;
      }
    }
  }
}

TEST(Writer, WritesWhatJsonCannotSayAsNull) {
  std::string out;
  Writer w(out);
  w.number(std::numeric_limits<double>::infinity());
  EXPECT_EQ(out, "null");
}

struct SortedCase {
  std::string_view raw;
  std::string_view expected;
};

class CompactSorted : public testing::TestWithParam<SortedCase> {};

TEST_P(CompactSorted, IsWhatGoWouldMarshal) {
  EXPECT_EQ(compact_sorted(GetParam().raw, Escape::kHtml), GetParam().expected);
  EXPECT_EQ(compact_sorted_secret(GetParam().raw, Escape::kHtml), SecretBytes(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, CompactSorted,
    testing::Values(SortedCase{" null ", "null"},
                    SortedCase{R"({"b":1, "a":[ 1.0 , "x" ]})", R"({"a":[1.0,"x"],"b":1})"},
                    SortedCase{R"({"a":1,"a":2})", R"({"a":2})"}, SortedCase{R"("\u003c\/")", R"("\u003c/")"},
                    SortedCase{R"({"é":1,"z":{"y":true,"x":{}}})", R"({"z":{"x":{},"y":true},"é":1})"}));

TEST(CompactSorted, RefusesBrokenText) {
  EXPECT_FALSE(compact_sorted("{", Escape::kPlain));
  EXPECT_FALSE(compact_sorted("1 1", Escape::kPlain));
}

}  // namespace
}  // namespace rotor::json
