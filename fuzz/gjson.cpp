// A property path and, behind the first line break, a document. Nothing may crash, and a path of plain names finds
// what stands in the document: a slice of it, and JSON where the document is.
#include "template/gjson/gjson.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/reader.hpp"

using namespace rotor;

namespace {

bool is_plain(std::string_view path) {
  for (const char c : path) {
    const bool word =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    if (!word) return false;
  }
  return !path.starts_with('.');
}

void check(std::string_view path, std::string_view document) {
  const auto found = gjson::lookup(document, path);
  if (!found || !*found) return;
  const gjson::Match& match = **found;
  const bool text = match.kind == gjson::Kind::kString || match.kind == gjson::Kind::kNumber;
  if (!text && match.kind != gjson::Kind::kNull && match.text.empty()) std::abort();
  if (!is_plain(path)) return;
  if (!document.contains(match.raw.reveal())) std::abort();
  if (json::validate(document) && !json::validate(match.raw.reveal())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = input.find('\n');
  if (line == std::string_view::npos) {
    check(input, R"({"a":[1,2.50,{"b":"c\n"},[null,true,"x"]],"a.b":{"c":{"d":"e"}},"n":1e3,"s":"{\"t\":1}"})");
    return 0;
  }
  const std::string_view path = input.substr(0, line);
  const std::string_view document = input.substr(line + 1);
  check(path, document);
  return 0;
}
