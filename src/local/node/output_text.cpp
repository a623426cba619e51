#include "local/node/output_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rotor::local {
namespace {

constexpr std::array<int, 6> kColours = {36, 33, 32,
                                         35, 34, 31};  // of ECMA-48: cyan, yellow, green, magenta, blue, red

}  // namespace

std::vector<OutputLine> LineSplitter::feed(std::string_view bytes) {
  std::vector<OutputLine> out;
  while (!bytes.empty()) {
    const std::string_view rest = bytes.substr(0, kLongestLine - pending_.size());
    const std::size_t end = rest.find('\n');
    pending_ += rest.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (end != std::string_view::npos) {
      out.push_back({take_pending(), true});
    } else if (pending_.size() == kLongestLine) {
      out.push_back({take_pending(), false});
    }
  }
  return out;
}

void OutputText::join(const kube::Key& instance) {
  if (std::ranges::find(instances_, instance) == instances_.end()) instances_.push_back(instance);
}

std::string OutputText::raw(std::string_view bytes) {
  if (!bytes.empty()) mid_line_ = bytes.back() != '\n';
  return std::string(bytes);
}

// The bare name, unless another namespace has one like it.
std::string OutputText::name_of(const kube::Key& instance) const {
  const bool shared = std::ranges::any_of(instances_, [&instance](const kube::Key& other) {
    return other.name == instance.name && other.ns != instance.ns;
  });
  return shared ? instance.text() : instance.name;
}

std::string OutputText::line(const kube::Key& instance, std::string_view text) {
  std::size_t width = 0;
  for (const kube::Key& key : instances_) width = std::max(width, name_of(key).size());
  const auto at = static_cast<std::size_t>(std::ranges::find(instances_, instance) - instances_.begin());
  const std::string prefix = fmt::format("{:<{}} |", name_of(instance), width);
  const char* begun = std::exchange(mid_line_, false) ? "\n" : "";
  if (!colour_) return fmt::format("{}{} {}\n", begun, prefix, text);
  return fmt::format("{}\x1b[{}m{}\x1b[0m {}\n", begun, kColours[at % kColours.size()], prefix, text);
}

bool wants_colour(bool terminal, std::string_view no_color, std::string_view term) {
  return terminal && no_color.empty() && term != "dumb";
}

}  // namespace rotor::local
