// The body of a watch: one JSON document a line, each `{"type": …, "object": …}`.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "kube/client/client.hpp"
#include "net/http.hpp"

namespace rotor::kube {

// Cuts a stream of pieces into lines. Every byte is looked at once; what was handed out is not kept.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_line) : max_line_(max_line) {}

  void feed(SecretBytes piece);
  // The next whole line without its end, or nullopt; valid until the next call. kInvalid: a line is too long.
  Result<std::optional<std::string_view>> next();
  bool has_partial_line() const { return buffer_.size() > begin_; }

 private:
  std::size_t max_line_;
  SecretBytes buffer_;
  std::size_t begin_ = 0;    // of the line not yet handed out
  std::size_t scanned_ = 0;  // no line end before here
};

// An ERROR event is its Status as an Error (410 → kGone); an unreadable line is kInvalid.
Result<WatchEvent> parse_watch_line(std::string_view line);

// `idle`: a server that says nothing for so long, not even a bookmark, is taken for gone: the watch ends in good order
// and is opened again from where it stood.
std::unique_ptr<WatchStream> make_watch_stream(std::unique_ptr<net::BodyStream> body, std::chrono::milliseconds idle);

}  // namespace rotor::kube
