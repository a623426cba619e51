#include "secrets/schedule/shared_reads.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

namespace rotor::secrets {
namespace {

constexpr auto kForgetAStoreAfter = std::chrono::minutes(10);

// Parts cannot run into each other: each is preceded by its length.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += fmt::format("{}:{}", part.size(), part);
  return text;
}

std::size_t size_of(const Answer& answer) {
  std::size_t bytes = 0;
  if (!answer.found()) return bytes;
  for (const auto& [name, value] : *answer) bytes += name.size() + value.size();
  return bytes;
}

Task<Answer> ask_in_turn(HeldClientPtr held, const SharedReads::Call& call) {
  if (held->client->reads_side_by_side()) co_return co_await call(*held->client);
  const auto turn = co_await Turn::take(held->turn);
  co_return co_await call(*held->client);
}

}  // namespace

Question question_about(const providers::RemoteRef& ref, bool as_map) {
  return {joined({"secret", ref.key, ref.version, ref.fetches_metadata() ? "metadata" : "value"}),
          joined({as_map ? "map" : "one", ref.property})};
}

Question question_about(const providers::FindRequest& find) {
  const auto text = [](const std::optional<std::string>& given) { return given ? "=" + *given : std::string(); };
  std::string tags;
  if (find.tags) {
    tags = "=";
    for (const auto& [key, value] : *find.tags) tags += joined({key, value});
  }
  return {joined({"find", text(find.path), text(find.name_regexp), tags, find.conversion_strategy}), "all"};
}

struct SharedReads::Kept {
  Answer answer;
  Answered about;
};

struct SharedReads::Document {
  Turn::ObjectPtr turn = std::make_shared<Turn::Object>();
  SteadyTime began{};      // the call that read it
  HeldClientPtr client{};  // that read it; null: nobody has, or it is not known any more
  std::size_t bytes = 0;
  std::map<std::string, Kept> parts{};
};

struct SharedReads::Store {
  StoreName name;
  StoreLedger ledger;
  Line::Ptr line = std::make_shared<Line>();  // until the first call shows whether the credentials are good
};

// A call that goes out. However it ends, the others go on.
class SharedReads::Asking {
 public:
  Asking(StorePtr store, SteadyTime now) : store_(std::move(store)), began_(now) {}
  ~Asking() {
    if (!answered_) store_->ledger.abandoned();
    store_->line->wake_all();
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  void answered(const Error* error, SteadyTime now, int calls = 1) {
    store_->ledger.made(calls, now);
    store_->ledger.answered(error, now, now - began_);
    answered_ = true;
  }

 private:
  StorePtr store_;
  SteadyTime began_;
  bool answered_ = false;
};

SharedReads::SharedReads(Clock& clock, MetricsRegistry& metrics) : clock_(clock) { add_metrics(metrics); }
SharedReads::~SharedReads() = default;

Task<> SharedReads::run() {
  for (;;) {
    if (documents_.empty()) co_await Line::wait(filled_);
    co_await clock_.sleep_for(std::chrono::seconds(1));
    sweep();
    co_await close_leaving();
  }
}

Task<Answer> SharedReads::ask(Consumer consumer, Question question, Open open, Call call) {
  const SteadyTime asked = clock_.steady();
  sweep();
  DocumentPtr& slot = documents_[joined({consumer.identity, question.document})];
  if (!slot) slot = std::make_shared<Document>();
  const DocumentPtr document = slot;
  filled_->wake_all();
  const auto turn = co_await Turn::take(document->turn);
  const auto known = document->parts.find(question.part);
  if (known != document->parts.end() && usable(known->second.about, consumer.wanted, asked, clock_.steady())) {
    ++tallies_[consumer.store].shared;
    co_return Answer(known->second.answer);
  }
  co_return co_await lead(std::move(consumer), std::move(question), document, std::move(open), std::move(call));
}

Task<Answer> SharedReads::lead(Consumer consumer, Question question, DocumentPtr document, Open open, Call call) {
  const bool knows_it = document->client && document->began >= consumer.wanted.not_before;
  SteadyTime began = document->began;
  std::optional<Answer> answer;
  if (knows_it) {
    ++tallies_[consumer.store].shared;
    answer = co_await ask_in_turn(document->client, call);
  } else {
    empty(*document);
    began = document->began = clock_.steady();
    answer = co_await go_out(std::move(consumer), document, std::move(open), std::move(call));
  }
  const Answered about{how(*answer), began, clock_.steady()};
  if (!answer->given_up()) keep(*document, std::move(question.part), {*answer, about});
  co_return *std::move(answer);
}

Task<Answer> SharedReads::go_out(Consumer consumer, DocumentPtr document, Open open, Call call) {
  const StorePtr store = store_of(consumer);
  auto asking = co_await be_admitted(consumer, store);
  if (!asking) {
    ++tallies_[consumer.store].memory;
    co_return std::unexpected(std::move(asking).error());
  }
  ++tallies_[consumer.store].store;
  auto held = co_await open();
  if (!held) {
    const Error& error = held.error();
    const bool of_the_store = error.code == Code::kUnauthenticated || error.code == Code::kThrottled;
    if (of_the_store) (*asking)->answered(&error, clock_.steady());
    refused_(store->name);
    co_return std::unexpected(error);
  }
  Answer answer = co_await ask_in_turn(*held, call);
  if (answer.given_up()) co_return std::move(answer);
  const int calls = (*held)->client->take_calls();
  (*asking)->answered(answer.failed() ? &answer.error() : nullptr, clock_.steady(), calls);
  if (answer.failed() && answer.error().code == Code::kUnauthenticated) refused_(store->name);
  if (answer.found()) document->client = *held;
  co_return std::move(answer);
}

Task<Result<std::unique_ptr<SharedReads::Asking>>> SharedReads::be_admitted(Consumer consumer, StorePtr store) {
  using boost::asio::experimental::awaitable_operators::operator||;
  while (!consumer.wanted.forced) {
    const StoreLedger::Next next = store->ledger.next(clock_.steady());
    if (next == StoreLedger::Next::kAsk) co_return std::make_unique<Asking>(store, clock_.steady());
    if (next == StoreLedger::Next::kRefused) co_return std::unexpected(store->ledger.refusal());
    co_await (Line::wait(store->line) || clock_.nap_until(store->ledger.next_test()));
  }
  store->ledger.ask_anyway(clock_.steady());
  co_return std::make_unique<Asking>(store, clock_.steady());
}

SharedReads::StorePtr SharedReads::store_of(const Consumer& consumer) {
  StorePtr& store = stores_[consumer.identity];
  if (!store)
    store = std::make_shared<Store>(Store{consumer.store, StoreLedger(consumer.budget(), clock_.steady(), replicas_)});
  return store;
}

void SharedReads::keep(Document& document, std::string part, Kept kept) {
  const std::size_t size = size_of(kept.answer);
  if (const auto known = document.parts.find(part); known != document.parts.end()) {
    const std::size_t before = size_of(known->second.answer);
    document.bytes -= before;
    bytes_ -= before;
  }
  document.parts.insert_or_assign(std::move(part), std::move(kept));
  document.bytes += size;
  bytes_ += size;
}

void SharedReads::empty(Document& document) {
  bytes_ -= std::exchange(document.bytes, 0);
  document.parts.clear();
  if (document.client && document.client.use_count() == 1) leaving_.push_back(std::move(document.client));
  document.client.reset();
}

void SharedReads::drop_idle(Duration older_than) {
  for (auto it = documents_.begin(); it != documents_.end();) {
    const auto here = it++;
    Document& document = *here->second;
    // Who waits for its turn has a share of it.
    const bool idle = document.turn.use_count() == 1 && !document.turn->busy;
    if (!idle || clock_.steady() - document.began < older_than) continue;
    empty(document);
    documents_.erase(here);
  }
}

// What has served its time, and while it is too much the older half of it, and half of that.
void SharedReads::sweep() {
  const SteadyTime now = clock_.steady();
  const auto too_much = [this] { return documents_.size() > kMostDocuments || bytes_ > kMostBytes; };
  if (now - swept_ < std::chrono::seconds(1) && !too_much()) return;
  swept_ = now;
  drop_idle(kWindow);
  for (Duration age = kWindow / 2; too_much(); age = age > std::chrono::milliseconds(10) ? age / 2 : Duration::zero()) {
    drop_idle(age);
    if (age == Duration::zero()) break;
  }
  std::erase_if(stores_, [now](const auto& item) {
    const StoreLedger& ledger = item.second->ledger;
    const bool silent = now - ledger.used() > kForgetAStoreAfter && ledger.paused_for(now) == Duration::zero();
    return item.second.use_count() == 1 && silent;
  });
}

Task<> SharedReads::close_leaving() {
  const std::vector<HeldClientPtr> leaving = std::exchange(leaving_, {});
  for (const HeldClientPtr& held : leaving) co_await held->client->close();
}

Duration SharedReads::pause(const std::string& identity, bool somebody_waits) {
  const auto found = stores_.find(identity);
  return found == stores_.end() ? Duration::zero() : found->second->ledger.pause(clock_.steady(), somebody_waits);
}

bool SharedReads::slow(const std::string& identity) const {
  const auto found = stores_.find(identity);
  return found == stores_.end() || found->second->ledger.slow(clock_.steady());
}

bool SharedReads::lags(const std::string& identity) const {
  const auto found = stores_.find(identity);
  return found != stores_.end() && found->second->ledger.has_answered() && slow(identity);
}

void SharedReads::divide(int replicas) {
  replicas_ = replicas;
  for (const auto& [identity, store] : stores_) store->ledger.divide(replicas, clock_.steady());
}

void SharedReads::forget_refusals(const StoreName& store) {
  for (const auto& [identity, known] : stores_) {
    if (known->name == store) known->ledger.forget_refusal(clock_.steady());
  }
}

bool SharedReads::refuses(const StoreName& store) const {
  return std::ranges::any_of(
      stores_, [&](const auto& item) { return item.second->name == store && item.second->ledger.refused_last(); });
}

void SharedReads::forget(const StoreName& store) {
  tallies_.erase(store);
  std::erase_if(stores_, [&](const auto& item) { return item.second->name == store && item.second.use_count() == 1; });
}

void SharedReads::add_metrics(MetricsRegistry& metrics) {
  using Kind = MetricsRegistry::Kind;
  metrics.callback(Kind::kCounter, "externalsecret_store_reads_total",
                   "Reads that ExternalSecrets asked for, by who answered: the store, another object's answer, or the "
                   "memory of refused credentials.",
                   {"kind", "namespace", "name", "answered_by"}, [this](const MetricsRegistry::Emit& emit) {
                     for (const auto& [store, tally] : tallies_) {
                       emit({store.kind, store.ns, store.name, "memory"}, tally.memory);
                       emit({store.kind, store.ns, store.name, "shared"}, tally.shared);
                       emit({store.kind, store.ns, store.name, "store"}, tally.store);
                     }
                   });
  const auto gauge = [this, &metrics](std::string_view name, std::string_view help, auto value, auto worse) {
    metrics.callback(Kind::kGauge, name, help, {"kind", "namespace", "name"},
                     [this, value, worse](const MetricsRegistry::Emit& emit) {
                       std::map<StoreName, double> worst;  // of the logins of one store
                       for (const auto& [identity, store] : stores_) {
                         const double now = value(store->ledger, clock_.steady());
                         const auto [it, fresh] = worst.try_emplace(store->name, now);
                         if (!fresh) it->second = worse(it->second, now);
                       }
                       for (const auto& [store, number] : worst) emit({store.kind, store.ns, store.name}, number);
                     });
  };
  const auto least = [](double a, double b) { return std::min(a, b); };
  const auto most = [](double a, double b) { return std::max(a, b); };
  gauge(
      "externalsecret_store_calls_left", "Calls that the store's budget still has; negative: refreshes wait.",
      [](StoreLedger& ledger, SteadyTime now) { return ledger.tokens(now); }, least);
  gauge(
      "externalsecret_store_calls_at_most", "What the budget holds when it is full; at a tenth of it refreshes wait.",
      [](StoreLedger& ledger, SteadyTime) { return ledger.burst(); }, most);
  gauge(
      "externalsecret_store_paused_seconds", "For how long the store asked to be left alone.",
      [](StoreLedger& ledger, SteadyTime now) { return std::chrono::duration<double>(ledger.paused_for(now)).count(); },
      most);
  gauge(
      "externalsecret_store_refused", "1 while credentials that the store refused are not shown to it again.",
      [](StoreLedger& ledger, SteadyTime now) { return ledger.refused(now) ? 1.0 : 0.0; }, most);
}

}  // namespace rotor::secrets
