#include "base/log.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace rotor::log {
namespace {

std::string line(Format format, std::string_view message, std::vector<Field> fields) {
  return format_line(format, Level::kInfo, WallTime{}, message, fields.data(), fields.size());
}
std::string logfmt(std::string_view message, std::vector<Field> fields) {
  return line(Format::kLogfmt, message, std::move(fields));
}
std::string json(std::string_view message, std::vector<Field> fields) {
  return line(Format::kJson, message, std::move(fields));
}

TEST(Log, WritesPlainValuesBare) {
  EXPECT_EQ(logfmt("synced", {{"key", "a/b"}, {"count", 3}, {"ok", true}}),
            "ts=1970-01-01T00:00:00.000000Z level=info msg=synced key=a/b count=3 ok=true");
  EXPECT_EQ(json("synced", {{"key", "a/b"}, {"count", 3}, {"ok", true}}),
            R"({"level":"info","ts":"1970-01-01T00:00:00.000000Z","msg":"synced","key":"a/b","count":3,"ok":true})");
}

struct ForgeCase {
  std::string_view value;
  std::string_view logfmt;
  std::string_view json;
};

class Forging : public testing::TestWithParam<ForgeCase> {};

TEST_P(Forging, IsEscaped) {
  const std::string head = "ts=1970-01-01T00:00:00.000000Z level=info msg=m k=";
  EXPECT_EQ(logfmt("m", {{"k", GetParam().value}}), head + std::string(GetParam().logfmt));
  EXPECT_EQ(
      json("m", {{"k", GetParam().value}}),
      R"({"level":"info","ts":"1970-01-01T00:00:00.000000Z","msg":"m","k":)" + std::string(GetParam().json) + "}");
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Forging,
    testing::Values(
        ForgeCase{"a\nlevel=error msg=forged", R"("a\nlevel=error msg=forged")", R"("a\nlevel=error msg=forged")"},
        ForgeCase{"a b=c", R"("a b=c")", R"("a b=c")"},
        ForgeCase{R"(x" admin="true)", R"("x\" admin=\"true")", R"("x\" admin=\"true")"},
        ForgeCase{"\\", R"("\\")", R"("\\")"}, ForgeCase{"", R"("")", R"("")"},
        ForgeCase{"\r\t", R"("\r\t")", R"("\r\t")"}, ForgeCase{"\x1b[31m", R"("\u001b[31m")", R"("\u001b[31m")"},
        ForgeCase{"\u0085\u2028", R"("\u0085\u2028")", R"("\u0085\u2028")"},
        ForgeCase{"\u202e", R"("\u202e")", R"("\u202e")"},
        ForgeCase{"\U000E0001", R"("\udb40\udc01")", R"("\udb40\udc01")"},
        ForgeCase{"\xff", R"("\ufffd")", R"("\ufffd")"}, ForgeCase{"é", "\"é\"", "\"é\""},
        ForgeCase{R"({"a":1})", R"("{\"a\":1}")", R"("{\"a\":1}")"}, ForgeCase{"\x7f", R"("\u007f")", R"("\u007f")"}));

TEST(Log, EscapesMessagesAndKeysToo) {
  EXPECT_EQ(logfmt("a\nb", {{"k=1 x", "v"}, {"", "v"}}),
            R"(ts=1970-01-01T00:00:00.000000Z level=info msg="a\nb" k_1_x=v _=v)");
  EXPECT_EQ(json("a\nb", {{"k\"", "v"}}),
            R"({"level":"info","ts":"1970-01-01T00:00:00.000000Z","msg":"a\nb","k\"":"v"})");
}

TEST(Log, QuotesWhatIsNoJsonNumber) {
  const std::string text = json("m", {{"k", std::numeric_limits<double>::infinity()}});
  EXPECT_NE(text.find(R"("k":"inf")"), std::string::npos) << text;
}

TEST(Log, IsSilentBelowItsLevel) {
  configure(Level::kWarn, Format::kLogfmt);
  EXPECT_FALSE(enabled(Level::kInfo));
  EXPECT_TRUE(enabled(Level::kError));
  testing::internal::CaptureStderr();
  info("hidden");
  warn("shown", {{"k", "a\nb"}});
  const std::string out = testing::internal::GetCapturedStderr();
  configure(Level::kInfo, Format::kLogfmt);
  EXPECT_EQ(out.find("hidden"), std::string::npos);
  EXPECT_TRUE(out.ends_with("level=warn msg=shown k=\"a\\nb\"\n")) << out;
}

}  // namespace
}  // namespace rotor::log
