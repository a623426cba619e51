#include "local/environment_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/utf8.hpp"
#include "json/document.hpp"

namespace rotor::local {
namespace {

std::string size_of(const Variable& variable) {
  return fmt::format("{} byte{}", variable.value.size(), variable.value.size() == 1 ? "" : "s");
}

std::string origin_of(const Variable& variable) { return variable.origin.empty() ? "the manifest" : variable.origin; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap03.html#tag_03_235
bool is_shell_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    if (!rune.valid) return false;
    text.remove_prefix(rune.size);
  }
  return true;
}

// A value on one line of a terminal.
std::string one_line(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string table(const ShownEnvironment& environment, ShowValues show) {
  std::string out = environment.workload + "\n";
  std::size_t name = 0, size = 0;
  for (const Variable& variable : environment.variables) {
    name = std::max(name, variable.name.size());
    size = std::max(size, size_of(variable).size());
  }
  for (const Variable& variable : environment.variables) {
    out += fmt::format("  {:<{}}  {:>{}}  {}\n", variable.name, name, size_of(variable), size, origin_of(variable));
    if (show == ShowValues::kYes) out += fmt::format("    {}\n", one_line(variable.value.reveal()));
  }
  return out;
}

void add_dotenv(EnvironmentText& out, const ShownEnvironment& environment, ShowValues show) {
  out.text += fmt::format("# {}\n", environment.workload);
  for (const Variable& variable : environment.variables) {
    if (!is_shell_name(variable.name)) {
      out.left_out.push_back(fmt::format(
          "{}: {} is no name that a dotenv file can hold: letters, digits and _, no digit first; -o json can",
          environment.workload, variable.name));
    } else if (show == ShowValues::kYes) {
      out.text += fmt::format("{}={}\n", variable.name, dotenv_quote(variable.value.reveal()));
    } else {
      out.text += fmt::format("# {}: {}, {}\n", variable.name, size_of(variable), origin_of(variable));
    }
  }
}

json::Value to_json(const ShownEnvironment& environment, ShowValues show) {
  boost::json::array variables;
  for (const Variable& variable : environment.variables) {
    json::Object one{{"name", variable.name}, {"bytes", variable.value.size()}, {"from", origin_of(variable)}};
    const std::string_view value = variable.value.reveal();
    if (show == ShowValues::kYes) {
      if (is_valid_utf8(value)) {
        one["value"] = value;
      } else {
        one["valueBase64"] = base64_encode(value);
      }
    }
    variables.emplace_back(std::move(one));
  }
  return json::Object{{"workload", environment.workload}, {"variables", std::move(variables)}};
}

}  // namespace

// Inside '…' everything is itself. A value with that quote goes into "…", where three characters mean something else
// and `$` does.
std::string dotenv_quote(std::string_view value) {
  static constexpr std::string_view kPlain = "_./:@%+,-";
  const auto plain = [](char c) { return is_letter(c) || is_digit(c) || kPlain.contains(c); };
  if (!value.empty() && std::ranges::all_of(value, plain)) return std::string(value);
  if (!value.contains('\'')) return fmt::format("'{}'", value);
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == '$' || c == '`') out += '\\';
    out += c;
  }
  return out + "\"";
}

EnvironmentText describe_environments(const std::vector<ShownEnvironment>& environments, EnvironmentFormat format,
                                      ShowValues show) {
  EnvironmentText out;
  boost::json::array documents;
  for (const ShownEnvironment& environment : environments) {
    switch (format) {
      case EnvironmentFormat::kTable:
        out.text += (out.text.empty() ? "" : "\n") + table(environment, show);
        break;
      case EnvironmentFormat::kDotenv:
        add_dotenv(out, environment, show);
        break;
      case EnvironmentFormat::kJson:
        documents.emplace_back(to_json(environment, show));
        break;
    }
  }
  if (format == EnvironmentFormat::kJson) out.text = json::serialize(json::Value(std::move(documents))) + "\n";
  return out;
}

}  // namespace rotor::local
