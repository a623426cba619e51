// HTTP/1.1 messages as text: incremental parsers (Beast inside the .cpp) and the heads we write. Internal to this room.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace rotor::net {

// A read buffer of 64 KB on the heap, wiped as far as it was used.
class ReadBuffer {
 public:
  static constexpr std::size_t kSize = 64U << 10;

  ReadBuffer();
  ~ReadBuffer();
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;

  std::string_view unread() const { return {data_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t n);
  bool full() const { return end_ - begin_ == kSize; }

  // Room for the next read (never empty unless full), and how much of it was filled.
  char* space();
  std::size_t space_size() const { return kSize - end_; }
  void filled(std::size_t n);

 private:
  std::unique_ptr<char[]> data_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t used_ = 0;  // high-water mark
};

// One message. After an error it must not be used again.
class MessageParser {
 public:
  virtual ~MessageParser() = default;

  // Takes what it can; returns how many bytes that was. Stops at the end of the message, so what follows stays.
  virtual Result<std::size_t> put(std::string_view bytes) = 0;
  // The stream has ended: fine only for a body without a length.
  virtual Result<void> put_eof() = 0;

  virtual bool started() const = 0;
  virtual bool head_done() const = 0;
  virtual bool done() const = 0;
  virtual bool keep_alive() const = 0;

  // What has arrived of the body since the last call.
  SecretBytes take_body() { return std::exchange(body_, SecretBytes()); }
  bool has_body() const { return !body_.empty(); }

  int status = 0;      // responses
  std::string method;  // requests
  std::string target;  // requests
  Headers headers;

 protected:
  SecretBytes body_;
};

// `head_only`: the answer to HEAD or CONNECT. Without a limit the body may be endless (a watch).
std::unique_ptr<MessageParser> response_parser(bool head_only, std::optional<std::size_t> max_body);
std::unique_ptr<MessageParser> request_parser(std::size_t max_body);
// The message of the kInvalid error when a body is longer than its limit.
inline constexpr std::string_view kBodyTooLong = "body is longer than the limit";

// kInvalid when the method or a header cannot be sent as it is, or is one that the client sets itself.
Result<void> check_request(const Request& request);
Result<void> check_headers(const Headers& headers);

void append_header(std::string& head, std::string_view name, std::string_view value);
std::string_view reason_phrase(int status);
bool iequals(std::string_view a, std::string_view b);

}  // namespace rotor::net
