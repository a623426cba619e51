#include "providers/aws/xml.hpp"

#include <charconv>
#include <string>
#include <vector>

namespace rotor::providers::aws {
namespace {

constexpr std::size_t kMaxDepth = 64;

void append_utf8(SecretBytes& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) {
    const char b = static_cast<char>(byte);
    out.append({&b, 1});
  };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

// The text between `&` and `;`. False: not an entity we know.
bool append_entity(SecretBytes& out, std::string_view name) {
  if (name == "amp") return out.append("&"), true;
  if (name == "lt") return out.append("<"), true;
  if (name == "gt") return out.append(">"), true;
  if (name == "quot") return out.append("\""), true;
  if (name == "apos") return out.append("'"), true;
  if (!name.starts_with('#')) return false;
  const bool hex = name.starts_with("#x");
  const std::string_view digits = name.substr(hex ? 2 : 1);
  std::uint32_t c = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), c, hex ? 16 : 10);
  if (error != std::errc() || end != digits.data() + digits.size() || c == 0 || c > 0x10ffff) return false;
  append_utf8(out, c);
  return true;
}

void append_text(SecretBytes& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t mark = text.find('&');
    out.append(text.substr(0, mark));
    if (mark == std::string_view::npos) return;
    text.remove_prefix(mark);
    const std::size_t end = text.substr(0, 12).find(';');
    if (end == std::string_view::npos || !append_entity(out, text.substr(1, end - 1))) {
      out.append("&");
      text.remove_prefix(1);
    } else {
      text.remove_prefix(end + 1);
    }
  }
}

std::string_view local_name(std::string_view tag) {
  const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool ends_with(const std::vector<std::string_view>& open, std::initializer_list<std::string_view> names) {
  return open.size() >= names.size() &&
         std::equal(names.begin(), names.end(), open.end() - static_cast<std::ptrdiff_t>(names.size()));
}

// Length of a construct that is neither element nor text, or 0: comment, processing instruction, declaration.
std::size_t skip_length(std::string_view rest) {
  const auto until = [&](std::string_view mark) {
    const std::size_t at = rest.find(mark);
    return at == std::string_view::npos ? rest.size() : at + mark.size();
  };
  if (rest.starts_with("<!--")) return until("-->");
  if (rest.starts_with("<?")) return until("?>");
  if (rest.starts_with("<!") && !rest.starts_with("<![CDATA[")) return until(">");
  return 0;
}

}  // namespace

std::optional<SecretBytes> xml_text(std::string_view document, std::initializer_list<std::string_view> names) {
  constexpr std::string_view kCdata = "<![CDATA[";
  std::vector<std::string_view> open;
  std::optional<SecretBytes> found;
  std::size_t found_depth = 0;
  std::string_view rest = document;
  while (!rest.empty()) {
    if (rest.front() != '<') {
      const std::string_view text = rest.substr(0, rest.find('<'));
      if (found && open.size() == found_depth) append_text(*found, text);
      rest.remove_prefix(text.size());
    } else if (rest.starts_with(kCdata)) {
      const std::size_t end = rest.find("]]>");
      if (end == std::string_view::npos) return std::nullopt;
      if (found && open.size() == found_depth) found->append(rest.substr(kCdata.size(), end - kCdata.size()));
      rest.remove_prefix(end + 3);
    } else if (const std::size_t skip = skip_length(rest); skip > 0) {
      rest.remove_prefix(skip);
    } else {
      const std::size_t end = rest.find('>');
      if (end == std::string_view::npos) return std::nullopt;
      const std::string_view tag = rest.substr(1, end - 1);
      rest.remove_prefix(end + 1);
      if (tag.starts_with('/')) {
        if (open.empty() || open.back() != local_name(tag.substr(1))) return std::nullopt;
        if (found && open.size() == found_depth) return found;
        open.pop_back();
        continue;
      }
      if (open.size() >= kMaxDepth) return std::nullopt;
      open.push_back(local_name(tag));
      if (!found && ends_with(open, names)) {
        found.emplace();
        found_depth = open.size();
      }
      if (!tag.ends_with('/')) continue;
      if (found && open.size() == found_depth) return found;
      open.pop_back();
    }
  }
  return std::nullopt;
}

}  // namespace rotor::providers::aws
