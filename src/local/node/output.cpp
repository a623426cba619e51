#include "local/node/output.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace rotor::local {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kLookEvery{5};
constexpr std::chrono::milliseconds kLastWords{500};

}  // namespace

// Outlives the Output while a reader is under way.
struct Output::Shared {
  Clock& clock;
  std::shared_ptr<LogBook> book;
  std::shared_ptr<Sink> terminal;
  OutputText text;
  int readers = 0;
  bool closed = false;
};

struct Output::Reader {
  asio::posix::stream_descriptor pipe;
  kube::Key instance;
  kube::Key pod;
  std::uint64_t run = 0;
  LineSplitter lines{};
  std::size_t shown = 0;  // bytes of the line under way that the terminal has already
  std::array<char, 16U << 10> bytes{};

  void take(Shared& to, std::string_view piece) {
    if (!to.text.several()) to.terminal->put(to.text.raw(piece));
    for (const OutputLine& line : lines.feed(piece)) put_line(to, line);
    if (!to.text.several()) shown = lines.pending().size();
  }

  void put_line(Shared& to, const OutputLine& line) {
    to.book->append(pod, run, to.clock.now(), line.text, line.whole);
    if (to.text.several())
      to.terminal->put(to.text.line(instance, line.text.substr(std::min(shown, line.text.size()))));
    shown = 0;
  }

  void end(Shared& to) {
    if (!lines.pending().empty()) put_line(to, {lines.take_pending(), true});
    to.book->end(pod, run);
    --to.readers;
  }
};

Output::Output(Executor executor, Clock& clock, std::shared_ptr<LogBook> book, std::shared_ptr<Sink> terminal,
               OutputText text)
    : executor_(std::move(executor)),
      shared_(std::make_shared<Shared>(clock, std::move(book), std::move(terminal), std::move(text))) {}

Output::~Output() { shared_->closed = true; }

Result<Descriptor> Output::open(kube::Key instance, kube::Key pod) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return fail(Code::kUnavailable, fmt::format("cannot make a pipe for its output: {}", std::strerror(errno)));
  }
  Descriptor out(ends[1]);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  shared_->text.join(instance);
  const std::uint64_t run = shared_->book->begin(pod);
  ++shared_->readers;
  auto reader = std::unique_ptr<Reader>(new Reader{.pipe = asio::posix::stream_descriptor(executor_, ends[0]),
                                                   .instance = std::move(instance),
                                                   .pod = std::move(pod),
                                                   .run = run});
  asio::co_spawn(executor_, follow(shared_, std::move(reader)), asio::detached);
  return out;
}

void Output::forget(const kube::Key& pod) { shared_->book->remove(pod); }

Task<> Output::finish() {
  const std::shared_ptr<Shared> shared = shared_;
  const SteadyTime deadline = shared->clock.steady() + kLastWords;
  while (shared->readers > 0 && shared->clock.steady() < deadline) co_await shared->clock.sleep_for(kLookEvery);
}

Task<> Output::follow(std::shared_ptr<Shared> shared, std::unique_ptr<Reader> reader) {
  for (;;) {
    auto [error, size] =
        co_await reader->pipe.async_read_some(asio::buffer(reader->bytes), asio::as_tuple(asio::use_awaitable));
    if (shared->closed) co_return;
    if (error) break;
    reader->take(*shared, std::string_view(reader->bytes.data(), size));
    while (shared->terminal->wants_pause()) {
      co_await shared->clock.sleep_for(kLookEvery);
      if (shared->closed) co_return;
    }
  }
  reader->end(*shared);
}

}  // namespace rotor::local
