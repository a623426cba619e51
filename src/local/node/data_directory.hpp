// Where the processes of `rotor run` have their folders: homes, volumes and claims, by namespace.
//
//   NAMESPACE/pods/POD/…      as long as the pod
//   NAMESPACE/claims/CLAIM/   kept between runs
#pragma once

#include <string>

#include "base/error.hpp"

namespace rotor::local {

// Beside a run's own folder (see state_directory()), which does not outlive the run.
std::string data_directory(const std::string& run_directory);

struct DataFolderOptions {
  std::string path;
  bool fresh = false;    // without what earlier runs kept
  bool passing = false;  // nothing of it is kept
};

// Held by one run at a time; at its end whatever lives only as long as a pod is removed, and all of it when no claim is
// left.
class DataFolder {
 public:
  // kDenied: not a folder for this, the message says why; kUnavailable: another run holds it.
  static Result<DataFolder> open(DataFolderOptions options);
  ~DataFolder();
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;

  const std::string& path() const { return path_; }

  // Both are made when missing. kInvalid: a name that is none.
  Result<std::string> pod(const std::string& ns, const std::string& name) const;
  Result<std::string> claim(const std::string& ns, const std::string& name) const;

  Result<void> remove_pod(const std::string& ns, const std::string& name) const;

 private:
  DataFolder(std::string path, int lock, bool passing) : path_(std::move(path)), lock_(lock), passing_(passing) {}
  void remove_pods() const;
  Result<void> remove_all() const;

  std::string path_;
  int lock_ = -1;
  bool passing_ = false;
};

}  // namespace rotor::local
