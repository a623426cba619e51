// Who may read the metrics (--metrics-auth): the API server says whose token it is (TokenReview) and whether its owner
// may `get` the path (SubjectAccessReview). What it said is remembered for a while, by a hash of the token.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/task.hpp"
#include "kube/client/client.hpp"

namespace rotor::cli {

struct Refusal {
  int status = 401;
  std::string text{};
};

class MetricsAccess {
 public:
  static constexpr auto kGoodFor = std::chrono::minutes(1);
  static constexpr auto kBadFor = std::chrono::seconds(10);
  static constexpr std::size_t kMostRemembered = 64;
  static constexpr int kMostAtOnce = 4;  // anybody who reaches the port can ask

  MetricsAccess(kube::Client& client, Clock& clock) : client_(client), clock_(clock) {}

  // `authorization`: the header as it came. nullopt: he may.
  Task<std::optional<Refusal>> refuses(std::string authorization, std::string path);

 private:
  struct Remembered {
    std::optional<Refusal> said;
    SteadyTime until;
  };
  Task<std::optional<Refusal>> ask(std::string token, std::string path);
  void remember(const std::string& id, const std::optional<Refusal>& said);

  kube::Client& client_;
  Clock& clock_;
  std::map<std::string, Remembered> known_;
  int asking_ = 0;
};

// `Bearer TOKEN`; nullopt for anything else.
std::optional<std::string> bearer_token(std::string_view authorization);

}  // namespace rotor::cli
