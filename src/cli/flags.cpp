#include "cli/flags.hpp"

#include <algorithm>
#include <charconv>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/nearest.hpp"
#include "base/quote.hpp"

namespace rotor::cli {

CLI::Option* checked(CLI::Option* option, std::function<Result<void>(const std::string&)> check) {
  return option->check(CLI::Validator(
      [check = std::move(check)](const std::string& text) {
        const auto good = check(text);
        return good ? std::string() : good.error().message;
      },
      ""));
}

CLI::Option* choice(CLI::Option* option, std::vector<std::string> words, std::vector<std::string> also) {
  option->type_name(fmt::format("{}", fmt::join(words, "|")));
  return checked(option, [words = std::move(words), also = std::move(also)](const std::string& text) -> Result<void> {
    const auto is_in = [&text](const std::vector<std::string>& list) {
      return std::ranges::find(list, text) != list.end();
    };
    if (is_in(words) || is_in(also)) return {};
    const auto meant = nearest(text, words);
    return fail(Code::kInvalid, fmt::format("{} is none of {}{}", go_quote(text), fmt::join(words, ", "),
                                            meant ? fmt::format("; did you mean {}?", *meant) : ""));
  });
}

CLI::Option* add_plain_http_flag(CLI::App& command, providers::PlainHttp& plain) {
  const auto allow = [&plain](std::int64_t) { plain = providers::PlainHttp::kAnywhere; };
  return command.add_flag("--allow-plain-http-endpoints", allow,
                          "Manifests may name plain http addresses outside of loopback and the cluster: credentials "
                          "and secrets can be read on the way");
}

CLI::Option* number(CLI::Option* option, std::string unit, std::int64_t least, std::int64_t most) {
  option->type_name(std::move(unit));
  return checked(option, [least, most](const std::string& text) -> Result<void> {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return {};
    return fail(Code::kInvalid, fmt::format("{} is not a whole number from {} to {}", go_quote(text), least, most));
  });
}

CLI::Option* duration(CLI::Option* option) {
  option->type_name("DURATION");
  return checked(option, [](const std::string& text) -> Result<void> {
    const auto parsed = parse_duration(text);
    if (parsed && *parsed >= Duration::zero()) return {};
    return fail(Code::kInvalid, fmt::format("{} is not a duration: write it like 500ms, 30s or 5m", go_quote(text)));
  });
}

CLI::Option* on_or_off(CLI::Option* option, bool standard) {
  return choice(option->expected(0)->expected(0, 1), {"true", "false"}, {"1", "0"})
      ->default_str(standard ? "true" : "false");
}

}  // namespace rotor::cli
