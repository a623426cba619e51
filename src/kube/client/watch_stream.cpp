#include "kube/client/watch_stream.hpp"

#include "kube/client/status.hpp"

namespace rotor::kube {
namespace {

constexpr std::size_t kMaxLine = 32U << 20;

Result<WatchEvent::Type> event_type(std::string_view word) {
  if (word == "MODIFIED") return WatchEvent::Type::kModified;
  if (word == "ADDED") return WatchEvent::Type::kAdded;
  if (word == "DELETED") return WatchEvent::Type::kDeleted;
  if (word == "BOOKMARK") return WatchEvent::Type::kBookmark;
  return fail(Code::kInvalid, "the watch sent an event of an unknown type");
}

struct Parts {
  std::string type;
  std::string_view object;
};

// The form every API server writes; spares a pass over the object, which is decoded (and so checked) later anyway:
// a line that only looks like it becomes an object that cannot be read, never another one.
std::optional<Parts> split_usual_form(std::string_view line) {
  constexpr std::string_view kStart = R"({"type":")";
  constexpr std::string_view kMiddle = R"(","object":{)";
  if (!line.starts_with(kStart) || !line.ends_with("}}")) return std::nullopt;
  const std::size_t end = line.find('"', kStart.size());
  if (end == std::string_view::npos || !line.substr(end).starts_with(kMiddle)) return std::nullopt;
  const std::size_t object = end + kMiddle.size() - 1;
  return Parts{std::string(line.substr(kStart.size(), end - kStart.size())),
               line.substr(object, line.size() - 1 - object)};
}

Result<Parts> split_any_form(std::string_view line) {
  json::Reader reader(line);
  Parts parts;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key == "type") {
      parts.type = reader.read_string();
    } else if (key == "object") {
      parts.object = reader.read_raw();
    } else {
      reader.read_raw();
    }
  }
  if (auto end = reader.finish(); !end)
    return std::unexpected(std::move(end).error().prefixed("reading a watch event"));
  if (parts.object.empty()) return fail(Code::kInvalid, "the watch sent an event without an object");
  return parts;
}

class LineWatchStream final : public WatchStream {
 public:
  LineWatchStream(std::unique_ptr<net::BodyStream> body, std::chrono::milliseconds idle)
      : body_(std::move(body)), idle_(idle), lines_(kMaxLine) {}

  Task<Result<std::optional<WatchEvent>>> next() override {
    for (;;) {
      CO_TRY(const std::optional<std::string_view> line, lines_.next());
      if (line && line->empty()) continue;
      if (line) {
        CO_TRY(WatchEvent event, parse_watch_line(*line));
        co_return std::optional<WatchEvent>(std::move(event));
      }
      auto piece = co_await body_->read_some(idle_);
      if (!piece && piece.error().code == Code::kTimeout) co_return std::optional<WatchEvent>();
      if (!piece) co_return std::unexpected(std::move(piece).error().prefixed("reading a watch"));
      if (piece->empty()) co_return std::optional<WatchEvent>();
      lines_.feed(*std::move(piece));
    }
  }

 private:
  std::unique_ptr<net::BodyStream> body_;
  std::chrono::milliseconds idle_;
  LineSplitter lines_;
};

}  // namespace

void LineSplitter::feed(SecretBytes piece) {
  if (begin_ == buffer_.size()) {
    buffer_ = std::move(piece);
    begin_ = scanned_ = 0;
    return;
  }
  if (begin_ > 0) {  // keep the unfinished line only
    SecretBytes rest;
    rest.reserve(buffer_.size() - begin_ + piece.size());
    rest.append(buffer_.reveal().substr(begin_));
    buffer_ = std::move(rest);
    scanned_ -= begin_;
    begin_ = 0;
  }
  buffer_.append(piece.reveal());
}

Result<std::optional<std::string_view>> LineSplitter::next() {
  const std::string_view text = buffer_.reveal();
  const std::size_t end = text.find('\n', scanned_);
  if (end == std::string_view::npos) {
    scanned_ = text.size();
    if (scanned_ - begin_ > max_line_) return fail(Code::kInvalid, "a watch event is longer than any object may be");
    return std::nullopt;
  }
  std::string_view line = text.substr(begin_, end - begin_);
  begin_ = scanned_ = end + 1;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Result<WatchEvent> parse_watch_line(std::string_view line) {
  auto usual = split_usual_form(line);
  if (!usual) {
    TRY(usual, split_any_form(line));
  }
  if (usual->type == "ERROR") {
    const Status status = read_status(500, usual->object);
    return std::unexpected(withheld_error_of(status, {}));
  }
  TRY(const WatchEvent::Type type, event_type(usual->type));
  return WatchEvent{type, SecretBytes(usual->object)};
}

std::unique_ptr<WatchStream> make_watch_stream(std::unique_ptr<net::BodyStream> body, std::chrono::milliseconds idle) {
  return std::make_unique<LineWatchStream>(std::move(body), idle);
}

}  // namespace rotor::kube
