#include "openclaw/in_place/mark.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/time.hpp"
#include "json/document.hpp"
#include "kube/runtime/digest_key.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::size_t kDigestDigits = 16;
constexpr std::size_t kNameBytes = 16;

// As in_place/reload.js has them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kResults = {{
    {"reload-failed", "the program could not read its secrets again"},
    {"reload-warned", "the program read its secrets again and went on with an older value of one"},
    {"refused", "the model provider refused the new value"},
    {"no-verdict", "no model call went through with the new value"},
}};

}  // namespace

std::string mark_text(const InPlaceMark& mark) {
  return mark.digest + " " + format_time(mark.since) + " " + mark.values;
}

std::optional<InPlaceMark> parse_mark(std::string_view annotation) {
  const std::size_t blank = annotation.find(' ');
  const std::size_t next = blank == std::string_view::npos ? blank : annotation.find(' ', blank + 1);
  if (next == std::string_view::npos) return std::nullopt;
  const auto since = parse_time(annotation.substr(blank + 1, next - blank - 1));
  if (!since) return std::nullopt;
  return InPlaceMark{std::string(annotation.substr(0, blank)), *since, std::string(annotation.substr(next + 1))};
}

std::string in_place_digest(const std::map<std::string, std::string, std::less<>>& changed) {
  std::string input;
  for (const auto& [name, digest] : changed) input.append(name).append(1, '=').append(digest).append(1, '\n');
  return hex_encode(sha256(input)).substr(0, kDigestDigits);
}

std::string named_values(const SecretBytes& key, const std::map<std::string, SecretBytes, std::less<>>& by_variable) {
  const kube::DigestKey digests(key);
  std::string out;
  for (const auto& [variable, value] : by_variable) {
    SecretBytes input;
    kube::append_part(input, variable);
    kube::append_part(input, value.reveal());
    out += (out.empty() ? "" : ",") + variable + "=" + digests.digest("rotor/in-place/1", input, kNameBytes);
  }
  return out;
}

InPlaceReport parse_report(std::string_view message) {
  const auto document = json::parse(message);
  if (!document || !document->is_object()) return {};
  return {std::string(json::find_string(*document, "mark")), std::string(json::find_string(*document, "result"))};
}

std::string words_for(std::string_view result) {
  const auto* known = std::ranges::find(kResults, result, &std::pair<std::string_view, std::string_view>::first);
  return std::string(known == kResults.end() ? "the pod did not say how it went" : known->second);
}

}  // namespace rotor::openclaw
