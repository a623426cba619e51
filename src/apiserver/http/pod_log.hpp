// What is asked of a pod's log and the text of the answer. Pure but for LogSource.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "apiserver/http/request.hpp"
#include "apiserver/server/log_source.hpp"

namespace rotor::apiserver {

struct LogRequest {
  std::string container;
  bool follow = false;
  bool previous = false;
  bool timestamps = false;
  std::optional<std::uint64_t> tail{};   // lines
  std::optional<std::uint64_t> limit{};  // bytes
  std::optional<WallTime> since{};
};
// `pod` for refusals.
Answer<LogRequest> log_request(const Query& query, std::string_view pod, WallTime now);

// A log that is to be sent.
struct OpenLog {
  std::shared_ptr<const LogSource> source;
  kube::Key pod;
  std::uint64_t run = 0;
  LogRequest request{};
};

// Lines as the client gets them.
class LogText {
 public:
  explicit LogText(const LogRequest& request)
      : timestamps_(request.timestamps), since_(request.since), left_(request.limit) {}

  std::string take(const std::vector<LogLine>& lines);
  bool full() const { return left_ == 0U; }  // the limit is reached

 private:
  bool timestamps_;
  std::optional<WallTime> since_;
  std::optional<std::uint64_t> left_;
  bool mid_line_ = false;
};

// The last `count` lines; a cut line counts once.
std::vector<LogLine> last_lines(std::vector<LogLine> lines, std::uint64_t count);

}  // namespace rotor::apiserver
