#include "template/go/pem.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "template/go/unicode.hpp"

namespace rotor::tmpl {

namespace {

constexpr std::string_view kBegin = "\n-----BEGIN ";
constexpr std::string_view kEnd = "\n-----END ";
constexpr std::string_view kDashes = "-----";

// A line without its end and trailing blanks; the rest begins after the newline.
std::string_view take_line(std::string_view& s) {
  const auto newline = s.find('\n');
  std::string_view line = s.substr(0, newline);
  s.remove_prefix(newline == std::string_view::npos ? s.size() : newline + 1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

bool take_begin(std::string_view& s) {
  if (s.starts_with(kBegin.substr(1))) {
    s.remove_prefix(kBegin.size() - 1);
    return true;
  }
  const auto at = s.find(kBegin);
  if (at == std::string_view::npos) return false;
  s.remove_prefix(at + kBegin.size());
  return true;
}

// The headers, up to the first line without a colon; false when the text ends in them.
bool take_headers(std::string_view& s, PemBlock& block) {
  while (true) {
    if (s.empty()) return false;
    std::string_view rest = s;
    const std::string_view line = take_line(rest);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    block.headers[std::string(trim_space(line.substr(0, colon)))] = trim_space(line.substr(colon + 1));
    s = rest;
  }
}

// Where the next END line begins. It is kept from block to block, so that many that begin and few that end are read
// in linear time.
class EndLines {
 public:
  explicit EndLines(std::string_view text) : text_(text) {}

  // Position in `s`, which is what is left of the text; npos when there is none.
  std::size_t next(std::string_view s) {
    const auto from = static_cast<std::size_t>(s.data() - text_.data());
    if (at_ == kUnknown || (at_ != std::string_view::npos && at_ < from)) at_ = text_.find(kEnd, from);
    return at_ == std::string_view::npos ? at_ : at_ - from;
  }

 private:
  static constexpr std::size_t kUnknown = std::string_view::npos - 1;
  std::string_view text_;
  std::size_t at_ = kUnknown;
};

// The body and its END line, whose type must be the block's.
bool take_body(std::string_view& s, PemBlock& block, EndLines& ends) {
  std::size_t end = 0;
  std::size_t after = kEnd.size() - 1;
  if (!block.headers.empty() || !s.starts_with(kEnd.substr(1))) {
    end = ends.next(s);
    if (end == std::string_view::npos) return false;
    after = end + kEnd.size();
  }
  std::string_view trailer = s.substr(after);
  if (!trailer.starts_with(block.type) || !trailer.substr(block.type.size()).starts_with(kDashes)) return false;
  trailer.remove_prefix(block.type.size() + kDashes.size());
  if (!take_line(trailer).empty()) return false;
  if (s.substr(0, end).contains('-')) return false;  // no base64: most likely the start of another block
  std::string body(s.substr(0, end));
  std::erase_if(body, [](char c) { return c == ' ' || c == '\t'; });
  auto bytes = base64_decode(body);
  if (!bytes) return false;
  block.bytes = *std::move(bytes);
  s = trailer;
  return true;
}

}  // namespace

std::optional<PemBlock> next_pem(std::string_view& text) {
  std::string_view s = text;
  EndLines ends(text);
  while (take_begin(s)) {
    PemBlock block;
    const std::string_view line = take_line(s);
    if (!line.ends_with(kDashes)) continue;
    block.type = line.substr(0, line.size() - kDashes.size());
    if (!take_headers(s, block)) return std::nullopt;
    if (!take_body(s, block, ends)) continue;
    text = s;
    return block;
  }
  return std::nullopt;
}

std::string write_pem(const PemBlock& block) {
  std::string out = "-----BEGIN " + block.type + "-----\n";
  const auto header = [&out](const std::string& key, const std::string& value) {
    out.append(key).append(": ").append(value).append("\n");
  };
  if (const auto proc = block.headers.find("Proc-Type"); proc != block.headers.end()) header(proc->first, proc->second);
  for (const auto& [key, value] : block.headers) {
    if (key != "Proc-Type") header(key, value);
  }
  if (!block.headers.empty()) out += '\n';
  const std::string body = base64_encode(block.bytes);
  for (std::size_t i = 0; i < body.size(); i += 64) out.append(body, i, 64).append("\n");
  return out + "-----END " + block.type + "-----\n";
}

std::string write_pem(std::string_view type, std::string_view bytes) {
  return write_pem(PemBlock{std::string(type), {}, std::string(bytes)});
}

}  // namespace rotor::tmpl
