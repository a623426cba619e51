#include "kube/client/credentials.hpp"

#include <array>
#include <fstream>

#include <fmt/format.h>

#include "base/trim.hpp"

namespace rotor::kube {
namespace {

constexpr auto kReadAgainAfter = std::chrono::minutes(1);
constexpr std::size_t kMaxToken = 1U << 20;

}  // namespace

TokenSource::TokenSource(Clock& clock, SecretBytes fixed, std::string file)
    : clock_(clock), current_(std::move(fixed)), file_(std::move(file)) {}

Result<void> TokenSource::read() {
  std::ifstream in(file_, std::ios::binary);
  if (!in) return fail(Code::kUnauthenticated, fmt::format("token file {:?} cannot be read", file_));
  SecretBytes text;
  std::array<char, 4096> block{};
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    text.append({block.data(), static_cast<std::size_t>(in.gcount())});
    if (text.size() > kMaxToken)
      return fail(Code::kUnauthenticated, fmt::format("{:?} is too long for a token", file_));
  }
  wipe(block.data(), block.size());
  const std::string_view token = trimmed(text.reveal());
  if (token.empty()) return fail(Code::kUnauthenticated, fmt::format("token file {:?} is empty", file_));
  current_ = SecretBytes(token);
  return {};
}

Result<SecretBytes> TokenSource::token() {
  if (file_.empty()) return current_;
  const SteadyTime now = clock_.steady();
  if (!read_at_ || now - *read_at_ >= kReadAgainAfter) {
    if (auto done = read(); done) {
      read_at_ = now;
    } else if (current_.empty()) {
      return std::unexpected(std::move(done).error());
    }
  }
  return current_;
}

bool TokenSource::renew() {
  if (file_.empty()) return false;
  const SecretBytes before = current_;
  if (!read()) return false;
  read_at_ = clock_.steady();
  return !(before == current_);
}

}  // namespace rotor::kube
