// Answers of stores, for those who may see the same: whoever wants what is being read waits for it, whoever comes a
// little later gets a copy. One call at a time for each document of each store; other parts of it come out of the
// client that read it, which knows the whole.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/line.hpp"
#include "base/metrics.hpp"
#include "providers/client.hpp"
#include "secrets/schedule/freshness.hpp"
#include "secrets/schedule/identity.hpp"
#include "secrets/schedule/store_ledger.hpp"

namespace rotor::secrets {

using Answer = providers::Lookup<SecretMap>;  // a single value stands under the empty name

// What is read. `document` is the same for every property of it.
struct Question {
  std::string document;
  std::string part;
};
Question question_about(const providers::RemoteRef& ref, bool as_map);
Question question_about(const providers::FindRequest& find);

// A client and whose turn with it it is, where it takes one read at a time. Closed by who has it last.
struct HeldClient {
  std::shared_ptr<providers::SecretsClient> client;
  Turn::ObjectPtr turn = std::make_shared<Turn::Object>();
};
using HeldClientPtr = std::shared_ptr<HeldClient>;

class SharedReads {
 public:
  using Open = std::function<Task<Result<HeldClientPtr>>()>;
  using Call = std::function<Task<Answer>(providers::SecretsClient&)>;
  struct Consumer {
    StoreName store;
    std::string identity;  // identity_of
    Freshness wanted;
    std::function<CallBudget()> budget = [] { return CallBudget(); };  // of a store that nobody has asked yet
  };

  // What is held: no longer than this, and no more.
  static constexpr auto kWindow = std::chrono::seconds(10);
  static constexpr std::size_t kMostDocuments = 1024;
  static constexpr std::size_t kMostBytes = 8U << 20;

  SharedReads(Clock& clock, MetricsRegistry& metrics);
  ~SharedReads();

  // Wipes what has served its time. Until cancelled.
  Task<> run();

  // `open` and `call` are run while the caller waits here, so they may refer to what it owns.
  Task<Answer> ask(Consumer consumer, Question question, Open open, Call call);

  // Before a pass that may wait: for how long the store wants to be left alone.
  Duration pause(const std::string& identity, bool somebody_waits);
  bool slow(const std::string& identity) const;  // as long as it has not answered, too
  bool lags(const std::string& identity) const;  // it has answered, and is slow
  // Stores are asked by so many replicas: each has its part of what they may be asked.
  void divide(int replicas);
  // `refused` is told of a store that does not take our credentials, or of which no client can be made.
  void on_refusal(std::function<void(const StoreName&)> refused) { refused_ = std::move(refused); }
  // The store was found usable, or its credentials are others.
  void forget_refusals(const StoreName& store);
  // The last word of the store about one of its logins was a refusal.
  bool refuses(const StoreName& store) const;
  void forget(const StoreName& store);  // it is gone

  std::size_t documents() const { return documents_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Kept;
  struct Document;
  struct Store;
  class Asking;
  struct Tally {
    double store = 0, shared = 0, memory = 0;
  };
  using DocumentPtr = std::shared_ptr<Document>;
  using StorePtr = std::shared_ptr<Store>;

  StorePtr store_of(const Consumer& consumer);
  Task<Answer> lead(Consumer consumer, Question question, DocumentPtr document, Open open, Call call);
  Task<Answer> go_out(Consumer consumer, DocumentPtr document, Open open, Call call);
  Task<Result<std::unique_ptr<Asking>>> be_admitted(Consumer consumer, StorePtr store);
  void keep(Document& document, std::string part, Kept kept);
  void empty(Document& document);
  Task<> close_leaving();
  void drop_idle(Duration older_than);
  void sweep();
  void add_metrics(MetricsRegistry& metrics);

  Clock& clock_;
  std::function<void(const StoreName&)> refused_ = [](const StoreName&) {};
  int replicas_ = 1;
  std::map<std::string, StorePtr> stores_;        // by identity
  std::map<std::string, DocumentPtr> documents_;  // by identity and document
  std::map<StoreName, Tally> tallies_;
  std::vector<HeldClientPtr> leaving_;  // nobody needs them: to be closed
  SteadyTime swept_{};
  std::size_t bytes_ = 0;
  Line::Ptr filled_ = std::make_shared<Line>();
};

}  // namespace rotor::secrets
