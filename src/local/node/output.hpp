// The output of the local node's processes: to the terminal, and to the log book that `kubectl logs` reads. Runs on the
// I/O thread.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "kube/object/object.hpp"
#include "local/node/log_book.hpp"
#include "local/node/output_text.hpp"
#include "local/node/sink.hpp"

namespace rotor::local {

class Output {
 public:
  Output(Executor executor, Clock& clock, std::shared_ptr<LogBook> book, std::shared_ptr<Sink> terminal,
         OutputText text);
  ~Output();

  // For the next process of an instance: its stdout and stderr. To be closed once the process has its own.
  Result<Descriptor> open(kube::Key instance, kube::Key pod);
  void forget(const kube::Key& pod);  // the pod is gone, its log with it

  // Waits a moment for what processes that have ended left in their pipes.
  Task<> finish();

 private:
  struct Shared;
  struct Reader;
  static Task<> follow(std::shared_ptr<Shared> shared, std::unique_ptr<Reader> reader);

  Executor executor_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace rotor::local
