#include "cli/archive.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>

#include <fmt/format.h>
#include <zlib.h>

namespace rotor::cli {
namespace {

// ustar: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
constexpr std::size_t kBlock = 512;
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kLongestPrefix = 155;
constexpr std::size_t kLargest = std::size_t{1} << 30;  // well below what the head's eleven octal digits hold

struct SplitName {
  std::string_view prefix, name;
};

// A long name stands in two fields, cut at a slash.
std::optional<SplitName> split(std::string_view whole) {
  if (whole.size() <= kLongestName) return SplitName{"", whole};
  const auto slash = whole.find('/', whole.size() - kLongestName - 1);
  if (slash == std::string_view::npos || slash > kLongestPrefix) return std::nullopt;
  return SplitName{whole.substr(0, slash), whole.substr(slash + 1)};
}

class Header {
 public:
  Header(const SplitName& name, std::size_t size, WallTime time) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
    put(0, name.name);
    put(100, "0000600");  // mode
    put(108, "0000000");  // owner
    put(116, "0000000");  // group
    put(124, fmt::format("{:011o}", size));
    put(136, fmt::format("{:011o}", seconds));
    put(148, "        ");  // the sum, as it is while it is made
    put(156, "0");         // a plain file
    put(257, std::string_view("ustar\00000", 8));
    put(345, name.prefix);
    const int sum = std::accumulate(bytes_.begin(), bytes_.end(), 0,
                                    [](int so_far, char c) { return so_far + static_cast<unsigned char>(c); });
    put(148, fmt::format("{:06o}", sum));
    bytes_[154] = '\0';
  }
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  void put(std::size_t at, std::string_view text) { std::ranges::copy(text, bytes_.data() + at); }
  std::array<char, kBlock> bytes_{};
};

Result<std::string> gzip(std::string& in) {
  constexpr int kGzip = 15 + 16;  // the largest window; with gzip's head, whose time stays 0
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(Code::kInternal, "no memory to compress the archive");
  }
  std::string out(deflateBound(&stream, in.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int done = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (done != Z_STREAM_END) return fail(Code::kInternal, "the archive could not be compressed");
  return out;
}

}  // namespace

Result<std::string> tar_gz(std::string_view folder, const std::vector<ArchivedFile>& files, WallTime time) {
  std::string tar;
  for (const ArchivedFile& file : files) {
    const std::string whole = fmt::format("{}/{}", folder, file.name);
    const auto name = split(whole);
    if (!name) return fail(Code::kInvalid, fmt::format("{}: too long a name for a tar", whole));
    if (file.content.size() > kLargest - tar.size()) {
      return fail(Code::kInvalid, "more than 1 GiB to archive: give one namespace with -n");
    }
    tar += Header(*name, file.content.size(), time).bytes();
    tar += file.content;
    tar.resize((tar.size() + kBlock - 1) / kBlock * kBlock);
  }
  tar.append(2 * kBlock, '\0');
  return gzip(tar);
}

}  // namespace rotor::cli
