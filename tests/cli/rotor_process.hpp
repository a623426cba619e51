// `rotor …` in a process of its own, as a shell runs it: what it writes, signals, how it ends.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace rotor::cli {

class RotorProcess {
 public:
  // Standard output and error are one text. State goes to a folder of its own.
  explicit RotorProcess(std::vector<std::string> arguments, const std::function<void()>& in_child = {});
  ~RotorProcess();
  RotorProcess(const RotorProcess&) = delete;
  RotorProcess& operator=(const RotorProcess&) = delete;

  // Reads on until `text` was written; false when Rotor ended, or the time was over, before that.
  bool says(const std::string& text, std::chrono::milliseconds within = std::chrono::seconds(20));
  void signal(int number) const;
  int exit_code();  // waits for the end; 128 + signal when a signal was it
  const std::string& output() const { return output_; }
  pid_t pid() const { return pid_; }
  // Files and folders left in the folder for state, but not the folders that are made once for all runs, nor claims.
  std::vector<std::string> left_behind() const;

 private:
  bool read_some(int timeout_ms);

  std::filesystem::path state_;
  pid_t pid_ = -1;
  int out_ = -1;
  std::string output_;
};

// A folder with one manifest file, gone at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string write(const std::string& name, const std::string& text) const;
  std::string path(const std::string& name = "") const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace rotor::cli
