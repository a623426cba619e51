#include "net/http1.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

namespace rotor::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr std::uint32_t kMaxHead = ReadBuffer::kSize - 1024;
constexpr std::size_t kReserveAtMost = 1U << 20;

template <bool isRequest>
class Parser final : public MessageParser, private http::basic_parser<isRequest> {
  using Base = http::basic_parser<isRequest>;

 public:
  Parser(bool head_only, std::optional<std::size_t> max_body) {
    this->header_limit(kMaxHead);
    this->eager(true);
    this->skip(head_only);
    if (max_body) {
      this->body_limit(*max_body);
    } else {
      this->body_limit(boost::none);
    }
  }

  Result<std::size_t> put(std::string_view bytes) override {
    std::size_t used = 0;
    while (!done() && used < bytes.size()) {
      error_code error;
      const std::size_t n = Base::put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), error);
      used += n;
      if (error == http::error::need_more) break;
      if (error) return std::unexpected(describe(error));
      if (n == 0 && !done()) break;
    }
    return used;
  }

  Result<void> put_eof() override {
    error_code error;
    if (!started()) return fail(Code::kUnavailable, "the connection was closed before an answer");
    Base::put_eof(error);
    if (error) return std::unexpected(describe(error));
    return {};
  }

  bool started() const override { return this->got_some(); }
  bool head_done() const override { return this->is_header_done(); }
  bool done() const override { return this->is_done(); }
  bool keep_alive() const override { return Base::keep_alive(); }

 private:
  static Error describe(const error_code& error) {
    if (error == http::error::body_limit) return {Code::kInvalid, std::string(kBodyTooLong)};
    if (error == http::error::header_limit) return {Code::kInvalid, "header is longer than 63 KB"};
    if (error == http::error::partial_message) {
      return {Code::kUnavailable, "the connection was closed in the middle of the message"};
    }
    return {Code::kUnavailable, "not a valid HTTP message (" + error.message() + ")"};
  }

  void on_request_impl(http::verb, boost::beast::string_view method_text, boost::beast::string_view target_text, int,
                       error_code& error) override {
    error = {};
    method.assign(method_text.data(), method_text.size());
    target.assign(target_text.data(), target_text.size());
  }

  void on_response_impl(int code, boost::beast::string_view, int, error_code& error) override {
    error = {};
    status = code;
  }

  void on_field_impl(http::field, boost::beast::string_view name, boost::beast::string_view value,
                     error_code& error) override {
    error = {};
    if (head_seen_) return;  // a trailer: nobody here needs one
    headers.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
  }

  void on_header_impl(error_code& error) override {
    error = {};
    head_seen_ = true;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& error) override {
    error = {};
    if (length) body_.reserve(std::min<std::uint64_t>(*length, kReserveAtMost));
  }

  std::size_t on_body_impl(boost::beast::string_view bytes, error_code& error) override {
    error = {};
    body_.append({bytes.data(), bytes.size()});
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code& error) override { error = {}; }

  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view bytes, error_code& error) override {
    error = {};
    body_.append({bytes.data(), bytes.size()});
    return bytes.size();
  }

  void on_finish_impl(error_code& error) override { error = {}; }

  bool head_seen_ = false;
};

bool is_token(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kMarks.contains(c);
  });
}

bool breaks_a_line(std::string_view text) { return text.contains('\r') || text.contains('\n') || text.contains('\0'); }

}  // namespace

ReadBuffer::ReadBuffer() : data_(std::make_unique_for_overwrite<char[]>(kSize)) {}
ReadBuffer::~ReadBuffer() { wipe(data_.get(), used_); }

void ReadBuffer::consume(std::size_t n) {
  begin_ += n;
  if (begin_ == end_) begin_ = end_ = 0;
}

char* ReadBuffer::space() {
  if (end_ == kSize && begin_ > 0) {
    std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return data_.get() + end_;
}

void ReadBuffer::filled(std::size_t n) {
  end_ += n;
  used_ = std::max(used_, end_);
}

std::unique_ptr<MessageParser> response_parser(bool head_only, std::optional<std::size_t> max_body) {
  return std::make_unique<Parser<false>>(head_only, max_body);
}

std::unique_ptr<MessageParser> request_parser(std::size_t max_body) {
  return std::make_unique<Parser<true>>(false, max_body);
}

bool iequals(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

const std::string* find_header(const Headers& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (iequals(header.name, name)) return &header.value;
  }
  return nullptr;
}

Result<void> check_headers(const Headers& headers) {
  static constexpr std::array<std::string_view, 5> kOurs = {"Host", "Content-Length", "Connection", "Transfer-Encoding",
                                                            "Proxy-Authorization"};
  for (const Header& header : headers) {
    if (!is_token(header.name)) return fail(Code::kInvalid, "a header's name holds a character that is not allowed");
    // The value is not quoted: it is often a token.
    if (breaks_a_line(header.value)) {
      return fail(Code::kInvalid, fmt::format("header {}: the value holds a line break or NUL", header.name));
    }
    if (std::ranges::any_of(kOurs, [&](std::string_view name) { return iequals(name, header.name); })) {
      return fail(Code::kInvalid, fmt::format("header {}: is set by the HTTP layer itself", header.name));
    }
  }
  return {};
}

Result<void> check_request(const Request& request) {
  if (!is_token(request.method)) return fail(Code::kInvalid, "the method holds a character that is not allowed");
  return check_headers(request.headers);
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

std::string_view reason_phrase(int status) {
  const auto text = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
  return {text.data(), text.size()};
}

}  // namespace rotor::net
