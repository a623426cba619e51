// Writes to a terminal, pipe or file on a thread of its own, so that a reader who is slow or gone holds nobody up.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <thread>

namespace rotor::local {

class Sink {
 public:
  // `most`: bytes that wait to be written; beyond it the oldest are left out, and how many is said.
  explicit Sink(int file, std::size_t most = std::size_t{1} << 20);
  ~Sink();  // writes what is left, as long as somebody reads, for at most a second
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void put(std::string text);  // never blocks

  // Half of the room is taken and the reader still reads: whoever can wait should.
  bool wants_pause() const;

 private:
  struct State;
  static void write_out(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;  // the thread's too: one that hangs in a write is left behind
  std::thread thread_;
};

}  // namespace rotor::local
