// PEM as Go's encoding/pem reads and writes it. https://pkg.go.dev/encoding/pem
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rotor::tmpl {

struct PemBlock {
  std::string type;
  std::map<std::string, std::string> headers;
  std::string bytes;
};

// Takes the next well-formed block and what stands before it off `text`; nothing, and `text` unchanged, when there is
// none.
std::optional<PemBlock> next_pem(std::string_view& text);

std::string write_pem(const PemBlock& block);
std::string write_pem(std::string_view type, std::string_view bytes);

}  // namespace rotor::tmpl
