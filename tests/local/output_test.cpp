#include "local/node/output.hpp"

#include <chrono>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/fakes/run_task.hpp"

namespace rotor::local {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const kube::Key kOne{"ns", "one"};
const kube::Key kOther{"ns", "other"};
const kube::Key kPod{"ns", "one-0"};

std::vector<std::string> texts(const std::vector<OutputLine>& lines) {
  std::vector<std::string> out;
  for (const OutputLine& line : lines) out.push_back(line.text + (line.whole ? "|" : "…"));
  return out;
}

TEST(LineSplitter, KeepsTheBeginningOfALineUntilItsEndArrives) {
  LineSplitter lines;
  EXPECT_THAT(texts(lines.feed("a\nb")), ElementsAre("a|"));
  EXPECT_THAT(texts(lines.feed("c\n\nd")), ElementsAre("bc|", "|"));
  EXPECT_EQ(lines.take_pending(), "d");
  EXPECT_EQ(lines.pending(), "");
}

TEST(LineSplitter, CutsLinesThatAreTooLongAndKeepsBytesThatAreNoText) {
  LineSplitter lines;
  std::string zeros("\0\xff\x1b\r", 4);
  EXPECT_EQ(lines.feed(zeros + "\n").front().text, zeros);
  const auto cut = lines.feed(std::string(2 * kLongestLine + 1, 'x') + "\n");
  ASSERT_EQ(cut.size(), 3U);
  EXPECT_FALSE(cut[0].whole);
  EXPECT_EQ(cut[0].text.size(), kLongestLine);
  EXPECT_EQ(cut[2].text, "x");
  EXPECT_TRUE(cut[2].whole);
}

TEST(OutputText, IsAsItIsWithOneInstance) {
  OutputText text(true, 1);
  text.join(kOne);
  EXPECT_FALSE(text.several());
  EXPECT_EQ(text.raw("par"), "par");
  EXPECT_EQ(text.raw("tial\n"), "tial\n");
}

TEST(OutputText, NamesTheInstanceBeforeEachLineWithSeveral) {
  OutputText text(false, 1);
  text.join(kOne);
  text.join(kOther);
  EXPECT_TRUE(text.several());
  EXPECT_EQ(text.line(kOne, "hello"), "one   | hello\n");
  EXPECT_EQ(text.line(kOther, "hi"), "other | hi\n");
}

TEST(OutputText, NamesTheNamespaceWhereTwoInstancesShareAName) {
  OutputText text(false, 1);
  text.join({"a", "same"});
  text.join({"b", "same"});
  EXPECT_EQ(text.line({"b", "same"}, "x"), "b/same | x\n");
}

TEST(OutputText, EachInstanceHasItsColour) {
  OutputText text(true, 2);
  text.join(kOne);
  text.join(kOther);
  const std::string one = text.line(kOne, "x");
  const std::string other = text.line(kOther, "x");
  EXPECT_THAT(one, HasSubstr("\x1b[36mone   |\x1b[0m x\n"));
  EXPECT_THAT(other, HasSubstr("\x1b[33mother |\x1b[0m x\n"));
}

TEST(OutputText, BeginsALineAfterAPartialOne) {
  OutputText text(false, 1);
  text.join(kOne);
  text.raw("password: ");
  text.join(kOther);
  EXPECT_EQ(text.line(kOther, "x"), "\nother | x\n");
  EXPECT_EQ(text.line(kOther, "y"), "other | y\n");
}

TEST(OutputText, ColoursOnlyTerminalsThatWantThem) {
  EXPECT_TRUE(wants_colour(true, "", "xterm"));
  EXPECT_FALSE(wants_colour(false, "", "xterm"));
  EXPECT_FALSE(wants_colour(true, "1", "xterm"));
  EXPECT_FALSE(wants_colour(true, "", "dumb"));
}

TEST(LogBook, KeepsTheLastOutputWithinItsBounds) {
  LogBook book(2000);
  const auto run = book.begin(kPod);
  for (int i = 1; i <= 1000; ++i) book.append(kPod, run, {}, std::to_string(i), true);
  const auto kept = book.read(kPod, run, 0, SIZE_MAX);
  ASSERT_FALSE(kept.lines.empty());
  EXPECT_LT(kept.lines.size(), 100U) << "empty and short lines cost memory as well";
  EXPECT_EQ(kept.lines.back().text, "1000");
  EXPECT_EQ(kept.lines.back().number, 1000U);
  EXPECT_TRUE(book.read(kPod, run, 1000, SIZE_MAX).lines.empty());
}

TEST(LogBook, KeepsTheRunBeforeTheCurrentOneAndNoOther) {
  LogBook book;
  const auto first = book.begin(kPod);
  book.append(kPod, first, {}, "1", true);
  const auto second = book.begin(kPod);
  EXPECT_EQ(book.runs(kPod).current, second);
  EXPECT_EQ(book.runs(kPod).previous, first);
  EXPECT_TRUE(book.read(kPod, first, 0, SIZE_MAX).ended);
  EXPECT_FALSE(book.read(kPod, second, 0, SIZE_MAX).ended);
  book.begin(kPod);
  EXPECT_TRUE(book.read(kPod, first, 0, SIZE_MAX).lines.empty());
  book.remove(kPod);
  EXPECT_EQ(book.runs(kPod).current, 0U);
}

// A pipe whose reader decides how fast it reads.
struct Pipe {
  Pipe() { EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    close(ends[1]);
  }
  void close_reader() {
    if (ends[0] >= 0) close(ends[0]);
    ends[0] = -1;
  }
  // Until `end` was read.
  std::string read_until(const std::string& end) {
    std::string out;
    char bytes[65536];
    while (!out.ends_with(end)) {
      const ssize_t size = read(ends[0], bytes, sizeof bytes);
      if (size <= 0) break;
      out.append(bytes, static_cast<std::size_t>(size));
    }
    return out;
  }
  int ends[2] = {-1, -1};
};

TEST(Sink, WritesInOrder) {
  Pipe pipe;
  Sink sink(pipe.ends[1]);
  sink.put("a\n");
  sink.put("b\n");
  sink.put("end");
  EXPECT_EQ(pipe.read_until("end"), "a\nb\nend");
}

TEST(Sink, AReaderWhoDoesNotReadHoldsNobodyUpAndCostsNoMemory) {
  Pipe pipe;
  const auto began = std::chrono::steady_clock::now();
  {
    Sink sink(pipe.ends[1], 100000);
    for (int i = 0; i < 100000; ++i) sink.put(std::string(100, 'x') + "\n");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    sink.put("last");
    const std::string rest = pipe.read_until("last");
    EXPECT_THAT(rest, HasSubstr("bytes of output left out"));
    EXPECT_LT(rest.size(), 300000U);
    for (int i = 0; i < 10000; ++i) sink.put(std::string(100, 'x') + "\n");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s) << "the end waits a second at most";
}

TEST(Sink, AReaderWhoIsGoneKillsNobody) {
  Pipe pipe;
  pipe.close_reader();
  Sink sink(pipe.ends[1], 1000);
  for (int i = 0; i < 1000; ++i) sink.put("nobody reads this\n");
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (sink.wants_pause() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_FALSE(sink.wants_pause()) << "nobody waits for a reader who is gone";
}

class Outputs : public testing::Test {
 protected:
  void SetUp() override {
    book = std::make_shared<LogBook>();
    output = std::make_unique<Output>(io.get_executor(), clock, book, std::make_shared<Sink>(pipe.ends[1]),
                                      OutputText(false, 1));
  }
  void say(const Descriptor& end, const std::string& text) {
    ASSERT_EQ(write(end.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::vector<std::string> log(const kube::Key& pod) {
    std::vector<std::string> out;
    for (const auto& line : book->read(pod, book->runs(pod).current, 0, SIZE_MAX).lines) out.push_back(line.text);
    return out;
  }
  void finish() {
    test::run_task(io, [](Output* out) -> Task<int> {
      co_await out->finish();
      co_return 0;
    }(output.get()));
  }

  Pipe pipe;
  boost::asio::io_context io;
  SystemClock clock;
  std::shared_ptr<LogBook> book;
  std::unique_ptr<Output> output;
};

TEST_F(Outputs, OfOneProcessGoToTheTerminalAsTheyAreAndToItsLogInLines) {
  {
    const Descriptor end = output->open(kOne, kPod).value();
    say(end, "one\ntwo\nno end");
  }
  finish();
  EXPECT_EQ(pipe.read_until("no end"), "one\ntwo\nno end");
  EXPECT_THAT(log(kPod), ElementsAre("one", "two", "no end"));
  EXPECT_TRUE(book->read(kPod, book->runs(kPod).current, 0, SIZE_MAX).ended);
}

TEST_F(Outputs, OfSeveralProcessesAreToldApart) {
  {
    const Descriptor one = output->open(kOne, kPod).value();
    const Descriptor other = output->open(kOther, {"ns", "other-0"}).value();
    say(one, "from one\npar");
    say(other, "from other\n");
    say(one, "tial\nlast");
  }
  finish();
  const std::string shown = pipe.read_until("one   | last\n");
  EXPECT_THAT(shown, HasSubstr("one   | from one\n"));
  EXPECT_THAT(shown, HasSubstr("one   | partial\n"));
  EXPECT_THAT(shown, HasSubstr("other | from other\n"));
}

}  // namespace
}  // namespace rotor::local
