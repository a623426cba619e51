// Our JSON reader against two others. Known differences, all on our side on purpose: invalid UTF-8 and lone surrogates
// are read (as U+FFFD), numbers have no limit.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <boost/json/parse.hpp>
#include <simdjson.h>

#include "base/encoding.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

using namespace rotor;

namespace {

// Near the limits of depth the three differ by one; that is no finding.
bool is_deep(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return c == '[' || c == '{'; }) > 900;
}

bool boost_accepts(std::string_view text, boost::json::error_code& error) {
  (void)boost::json::parse({text.data(), text.size()}, error, {}, {.max_depth = 950});
  return !error;
}

bool simdjson_accepts(std::string_view text) {
  simdjson::dom::parser parser;
  return parser.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

// `\ud800` to `\udfff` stands somewhere: alone, the others refuse it.
bool has_surrogate(std::string_view text) {
  for (std::size_t at = text.find("\\u"); at != std::string_view::npos; at = text.find("\\u", at + 2)) {
    if (at + 3 < text.size() && (text[at + 2] == 'd' || text[at + 2] == 'D') && text[at + 3] > '7') return true;
  }
  return false;
}

bool is_known_difference(std::string_view text, const boost::json::error_code& error) {
  return !is_utf8(text) || has_surrogate(text) || error == boost::json::error::exponent_overflow;
}

void compact_twice(std::string_view text) {
  const auto once = json::compact_sorted(text, json::Escape::kHtml);
  if (!once) std::abort();
  const auto again = json::compact_sorted(*once, json::Escape::kHtml);
  if (!again || *again != *once) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (is_deep(text)) {
    (void)json::validate(text);
    return 0;
  }
  const bool ours = json::validate(text).has_value();
  boost::json::error_code error;
  const bool theirs = boost_accepts(text, error);
  if (theirs && !ours) std::abort();
  if (ours && !theirs && !is_known_difference(text, error)) std::abort();
  if (simdjson_accepts(text) && !ours) std::abort();
  if (ours) compact_twice(text);
  return 0;
}
