#include "base/packed_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rotor {
namespace {

// As objects of one kind are: long, and different in a few places.
std::string object(int i, std::string_view kind = "ExternalSecret") {
  std::string text =
      R"({"kind":")" + std::string(kind) + R"(","metadata":{"name":"object-)" + std::to_string(i) + R"("},"spec":{)";
  for (int field = 0; field < 20; ++field) {
    text += '"' + std::string(kind) + "Field" + std::to_string(field) + R"(":"a value of it",)";
  }
  return text + R"("n":)" + std::to_string(i * 7919) + "}}";
}

// One that has seen enough texts to begin.
TextPacker warm() {
  TextPacker packer;
  for (int i = 0; i < 64; ++i) packer.pack("");
  return packer;
}

TEST(PackedText, GivesBackWhatWasPacked) {
  TextPacker packer = warm();
  for (const std::string& text : {std::string(), std::string("short"), object(1), object(2), std::string(5000, 'x'),
                                  std::string("a\0b", 3), object(3, "Secret"), std::string(1 << 20, 'y')}) {
    EXPECT_EQ(packer.pack(text).unpack(), text);
    EXPECT_EQ(packer.pack(text).empty(), text.empty());
  }
}

TEST(PackedText, KeepsLittleOfATextThatIsLikeAnother) {
  TextPacker packer = warm();
  packer.pack(object(0));
  for (int i = 1; i < 100; ++i) EXPECT_LT(packer.pack(object(i)).packed_size(), object(i).size() / 5) << i;
}

TEST(PackedText, KnowsSeveralSortsOfTexts) {
  TextPacker packer = warm();
  packer.pack(object(0));
  packer.pack(object(0, "Other"));
  EXPECT_LT(packer.pack(object(1)).packed_size(), object(1).size() / 5);
  EXPECT_LT(packer.pack(object(1, "Other")).packed_size(), object(1, "Other").size() / 5);
}

TEST(PackedText, TheFirstTextsAreKeptAsTheyAre) {
  TextPacker packer;
  packer.pack(object(0));
  EXPECT_EQ(packer.pack(object(1)).packed_size(), object(1).size());
}

TEST(PackedText, OutlivesItsPacker) {
  PackedText kept;
  {
    TextPacker packer = warm();
    packer.pack(object(0));
    kept = packer.pack(object(1));
  }
  EXPECT_EQ(kept.unpack(), object(1));
}

TEST(PackedText, IsNeverLargerThanTheText) {
  TextPacker packer = warm();
  std::string noise;
  unsigned state = 1;
  for (int i = 0; i < 4000; ++i) {
    state = state * 1664525U + 1013904223U;
    noise += static_cast<char>(state >> 24U);
    if (i % 500 == 499) EXPECT_LE(packer.pack(noise).packed_size(), noise.size());
  }
}

}  // namespace
}  // namespace rotor
