#include "local/manifests/file_watch.hpp"

#include <functional>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/fakes/run_task.hpp"
#include "tests/local/scratch_folder.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// The names that are watched in each folder below the scratch folder.
std::string points_below(const test::ScratchFolder& scratch, const std::vector<std::string>& paths) {
  std::string out;
  const std::string root = scratch.path().string();
  for (const auto& [folder, names] : watch_points(paths)) {
    if (!folder.starts_with(root)) continue;
    out += folder.substr(root.size()) + "/:";
    for (const std::string& name : names) out += name.empty() ? "*," : name + ",";
    out += " ";
  }
  return out;
}

TEST(WatchPoints, AreEveryStepOnTheWay) {
  test::ScratchFolder s;
  s.write("real/deep/v.yaml", "");
  fs::create_symlink("real", s / "link");
  fs::create_symlink("deep/v.yaml", s / "real/v.yaml");
  fs::create_symlink(s / "real/v.yaml", s / "absolute.yaml");
  fs::create_symlink("loop", s / "loop");
  EXPECT_EQ(points_below(s, {s / "real/deep/v.yaml"}), "/:real, /real/:deep, /real/deep/:v.yaml, ");
  EXPECT_EQ(points_below(s, {s / "link/v.yaml"}), "/:link,real, /real/:deep,v.yaml, /real/deep/:v.yaml, ");
  EXPECT_EQ(points_below(s, {s / "absolute.yaml"}), "/:absolute.yaml,real, /real/:deep,v.yaml, /real/deep/:v.yaml, ");
  EXPECT_EQ(points_below(s, {s / "real/none/v.yaml"}), "/:real, /real/:none, ") << "as far as it goes";
  EXPECT_EQ(points_below(s, {s / "loop"}), "/:loop, ");
  EXPECT_EQ(points_below(s, {s / "real"}), "/:real, /real/:*,deep,v.yaml, /real/deep/:v.yaml, ");
}

TEST(WatchPoints, OfAMountedSecretIncludeItsDataLink) {
  test::ScratchFolder s;
  s.write("m/..2026/v.yaml", "");
  fs::create_symlink("..2026", s / "m/..data");
  fs::create_symlink("..data/v.yaml", s / "m/v.yaml");
  EXPECT_EQ(points_below(s, {s / "m/v.yaml"}), "/:m, /m/:..2026,..data,v.yaml, /m/..2026/:v.yaml, ");
}

// A look every hour: what is seen here the kernel told.
constexpr WatchPace kToldOnly{.quiet = 5ms, .look = 1h};

class FileWatchTest : public testing::Test {
 protected:
  void watch(const std::string& path, WatchPace pace = kToldOnly) {
    files = watch_paths(io.get_executor(), clock, {path}, pace);
    ASSERT_FALSE(files->limit()) << *files->limit();
  }
  // Does `edit` end a changed() that waits already?
  bool tells_of(const std::function<void()>& edit) {
    test::Running<bool> waiting(io, wait());
    io.restart();
    io.poll();
    EXPECT_FALSE(waiting.done());
    edit();
    io.restart();
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!waiting.done() && std::chrono::steady_clock::now() < end) io.run_one_for(100ms);
    if (waiting.done()) return waiting.get();
    waiting.cancel();
    io.run_for(100ms);
    return false;
  }
  Task<bool> wait() {
    co_await files->changed();
    co_return true;
  }

  test::ScratchFolder s;
  boost::asio::io_context io;
  SystemClock clock;
  std::unique_ptr<FileWatch> files;
};

TEST_F(FileWatchTest, TellsOfAFileWrittenInPlaceReplacedAndAbsentForAWhile) {
  const std::string file = s.write("v.yaml", "1");
  watch(file);
  EXPECT_TRUE(tells_of([&] { s.write("v.yaml", "2"); }));
  EXPECT_TRUE(tells_of([&] {
    s.write("v.yaml~", "3");
    fs::rename(s / "v.yaml~", file);
  }));
  EXPECT_TRUE(tells_of([&] { fs::remove(file); }));
  EXPECT_TRUE(tells_of([&] { s.write("v.yaml", "4"); }));
}

TEST_F(FileWatchTest, FollowsASymbolicLinkToItsTargetAndToANewOne) {
  s.write("real/v.yaml", "1");
  s.write("other/v.yaml", "1");
  fs::create_symlink("real/v.yaml", s / "v.yaml");
  watch(s / "v.yaml");
  EXPECT_TRUE(tells_of([&] { s.write("real/v.yaml", "2"); }));
  EXPECT_TRUE(tells_of([&] {
    fs::create_symlink("other/v.yaml", s / "v.new");
    fs::rename(s / "v.new", s / "v.yaml");
  }));
  EXPECT_TRUE(tells_of([&] { s.write("other/v.yaml", "3"); }));
}

TEST_F(FileWatchTest, FollowsTheDataLinkOfAMountedSecret) {
  s.write("..one/v.yaml", "1");
  fs::create_symlink("..one", s / "..data");
  fs::create_symlink("..data/v.yaml", s / "v.yaml");
  watch(s / "v.yaml");
  for (const std::string next : {"..two", "..three"}) {
    EXPECT_TRUE(tells_of([&] {
      s.write(next + "/v.yaml", next);
      fs::create_symlink(next, s / "..tmp");
      fs::rename(s / "..tmp", s / "..data");
    })) << next;
  }
}

TEST_F(FileWatchTest, FollowsAFolderThatIsRemovedAndMadeAnew) {
  s.write("a/b/v.yaml", "1");
  watch(s / "a/b/v.yaml");
  EXPECT_TRUE(tells_of([&] { fs::remove_all(s / "a"); }));
  EXPECT_TRUE(tells_of([&] { s.write("a/b/v.yaml", "2"); }));
  EXPECT_TRUE(tells_of([&] { s.write("a/b/v.yaml", "3"); }));
}

TEST_F(FileWatchTest, TellsOfManifestsThatComeGoAndChangeInAFolder) {
  s.write("m/a.yaml", "1");
  s.write("elsewhere.yaml", "1");
  watch(s / "m");
  EXPECT_TRUE(tells_of([&] { s.write("m/a.yaml", "2"); }));
  EXPECT_TRUE(tells_of([&] { s.write("m/b.yml", "1"); }));
  EXPECT_TRUE(tells_of([&] { fs::create_symlink("../elsewhere.yaml", s / "m/c.yaml"); }));
  EXPECT_TRUE(tells_of([&] { s.write("elsewhere.yaml", "2"); }));
  EXPECT_TRUE(tells_of([&] { fs::remove(s / "m/b.yml"); }));
}

TEST_F(FileWatchTest, TakesABurstOfWritesForOneChange) {
  s.write("v.yaml", "1");
  watch(s / "v.yaml", {.quiet = 100ms, .look = 1h});
  EXPECT_TRUE(tells_of([&] {
    for (int i = 0; i < 50; ++i) s.write("v.yaml", std::to_string(i));
  }));
  test::Running<bool> again(io, wait());
  io.restart();
  io.poll();
  EXPECT_FALSE(again.done()) << "nothing is left of the burst";
  again.cancel();
  io.run_for(10ms);
}

TEST_F(FileWatchTest, DoesNotWakeForItsNeighbours) {
  s.write("v.yaml", "1");
  watch(s / "v.yaml");
  test::Running<bool> waiting(io, wait());
  io.restart();
  io.poll();
  s.write("w.yaml", "1");
  io.run_for(20ms);
  EXPECT_FALSE(waiting.done());
  waiting.cancel();
  io.run_for(10ms);
}

TEST_F(FileWatchTest, SeesByLookingWhatTheKernelDoesNotTell) {
  s.write("v.yaml", "1");
  watch(s / "v.yaml", {.quiet = 5ms, .look = 5ms});
  EXPECT_TRUE(tells_of([&] { s.write("v.yaml", "22"); }));
}

TEST(ReadTextFile, NeitherWaitsForAPipeNorReadsWithoutEnd) {
  std::string folder = (std::filesystem::temp_directory_path() / "rotor-read-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string pipe = folder + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_TRUE(read_text_file(pipe).error().message.ends_with("it is not a file"));
  EXPECT_EQ(read_text_file(pipe, Pipes::kRead), "") << "nobody writes: it is empty";
  EXPECT_TRUE(read_text_file("/dev/zero", Pipes::kRead).error().message.ends_with("it is longer than 16 MiB"));
  EXPECT_EQ(read_text_file(folder + "/none").error().code, Code::kNotFound);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace rotor::local
