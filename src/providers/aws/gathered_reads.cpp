#include "providers/aws/gathered_reads.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "base/log.hpp"
#include "providers/aws/store_reader.hpp"

namespace rotor::providers::aws {
namespace {

namespace asio = boost::asio;

// Until there is news or it is `until`. Both can only fail by being cancelled, and together they say so in another way.
Task<> wait_at_most(Line::Ptr news, Clock& clock, SteadyTime until) {
  using asio::experimental::awaitable_operators::operator||;
  try {
    co_await (Line::wait(std::move(news)) || clock.sleep_until(until));
  } catch (const std::exception&) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

}  // namespace

Task<ValueLookup> read_alone(ApiClient& api, const Dialect& dialect, Wanted wanted) {
  CO_LOOKUP(const SecretBytes answer,
            co_await api.call(std::string(dialect.get), dialect.get_request(wanted.id, wanted.version)));
  CO_TRY(Value value, dialect.read_value(answer));
  co_return ValuePtr(std::make_shared<Value>(std::move(value)));
}

bool may_leave(const Traffic& traffic) {
  if (traffic.hurry == Hurry::kNone) {
    const bool filled = traffic.out == 0 && traffic.quiet >= kPatience;
    return filled || traffic.waiting >= traffic.most || traffic.oldest >= kLongestFilling;
  }
  return traffic.out == 0 || 2 * traffic.waiting >= traffic.most || traffic.oldest >= kPatience;
}

struct GatheredReads::Ask {
  Wanted wanted;
  Hurry hurry;  // of whoever has the most
  SteadyTime since;
  bool alone = false;  // a batch could not say
  bool out = false;
  std::size_t askers = 0;
  std::optional<ValueLookup> answer{};
  Line::Ptr news = std::make_shared<Line>();
};

// Somebody's interest in an answer, given up with the coroutine that waits for it.
class GatheredReads::Asker {
 public:
  Asker(Ptr reads, AskPtr ask) : reads_(std::move(reads)), ask_(std::move(ask)) { ++ask_->askers; }
  ~Asker() {
    if (--ask_->askers > 0 || ask_->answer || ask_->out) return;
    std::erase(reads_->waiting_, ask_);
    reads_->wake_first();
  }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  const AskPtr& ask() const { return ask_; }

 private:
  Ptr reads_;
  AskPtr ask_;
};

// A call that is out. However it ends, those who are without an answer wait for another.
class GatheredReads::Departure {
 public:
  Departure(GatheredReads& reads, std::vector<AskPtr> asks) : reads_(reads), asks_(std::move(asks)) { ++reads_.out_; }
  ~Departure() {
    --reads_.out_;
    reads_.moved_ = reads_.clock_.steady();
    std::vector<AskPtr> back;
    for (const AskPtr& ask : asks_) {
      ask->out = false;
      ask->alone = ask->alone || !reads_.batches_;
      if (!ask->answer && !ask->alone && ask->askers > 0) back.push_back(ask);
      ask->news->wake_all();
    }
    reads_.waiting_.insert(reads_.waiting_.begin(), back.begin(), back.end());
    reads_.wake_first();
  }
  Departure(const Departure&) = delete;
  Departure& operator=(const Departure&) = delete;

 private:
  GatheredReads& reads_;
  std::vector<AskPtr> asks_;
};

Task<ValueLookup> GatheredReads::read(Ptr self, ApiClient& api, Wanted wanted, Hurry hurry) {
  const Asker asker(self, self->join(std::move(wanted), hurry));
  const AskPtr ask = asker.ask();
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);  // what else comes in this turn
  while (!ask->answer) {
    if (self->may_go(*ask)) {
      CO_TRY_VOID(co_await self->go(api, ask));
    } else {
      co_await self->wait(ask);
    }
  }
  co_return *ask->answer;
}

// What is out already began too early to be the answer to a question asked now.
GatheredReads::AskPtr GatheredReads::join(Wanted wanted, Hurry hurry) {
  moved_ = clock_.steady();
  const auto same = std::ranges::find_if(waiting_, [&](const AskPtr& ask) { return ask->wanted == wanted; });
  if (same != waiting_.end()) {
    (*same)->hurry = std::max((*same)->hurry, hurry);
    return *same;
  }
  auto ask =
      std::make_shared<Ask>(Ask{.wanted = std::move(wanted), .hurry = hurry, .since = moved_, .alone = !batches_});
  if (batches_) waiting_.push_back(ask);
  return ask;
}

bool GatheredReads::may_go(const Ask& ask) const { return !ask.out && (ask.alone || may_leave(traffic())); }

Traffic GatheredReads::traffic() const {
  const SteadyTime now = clock_.steady();
  return {.out = out_,
          .waiting = waiting_.size(),
          .most = dialect_.batch.most,
          .oldest = now - waiting_.front()->since,
          .quiet = now - moved_,
          .hurry = hurry()};
}

// When what waits may leave, if nothing happens before.
SteadyTime GatheredReads::leaves() const {
  const SteadyTime oldest = waiting_.front()->since;
  if (hurry() == Hurry::kSome) return oldest + kPatience;
  return out_ == 0 ? std::min(oldest + kLongestFilling, moved_ + kPatience) : oldest + kLongestFilling;
}

Hurry GatheredReads::hurry() const {
  const bool some = std::ranges::any_of(waiting_, [](const AskPtr& ask) { return ask->hurry == Hurry::kSome; });
  return some ? Hurry::kSome : Hurry::kNone;
}

Task<> GatheredReads::wait(AskPtr ask) {
  if (ask->out) {
    co_await Line::wait(ask->news);
  } else {
    co_await wait_at_most(ask->news, clock_, leaves());
  }
}

Task<Result<void>> GatheredReads::go(ApiClient& api, AskPtr ask) {
  const std::vector<AskPtr> asks = load(std::move(ask));
  const Departure departure(*this, asks);
  wake_first();
  if (asks.size() == 1) co_return co_await ask_for_one(api, asks.front());
  co_return co_await ask_for_all(api, asks);
}

// With this one, those that have waited for longest.
std::vector<GatheredReads::AskPtr> GatheredReads::load(AskPtr ask) {
  std::vector<AskPtr> asks{std::move(ask)};
  for (const AskPtr& other : waiting_) {
    if (asks.front()->alone || asks.size() == dialect_.batch.most) break;
    const auto goes = [&](const AskPtr& loaded) { return go_together(loaded->wanted, other->wanted); };
    if (std::ranges::all_of(asks, goes)) asks.push_back(other);
  }
  for (const AskPtr& loaded : asks) loaded->out = true;
  std::erase_if(waiting_, [](const AskPtr& waiting) { return waiting->out; });
  return asks;
}

Task<Result<void>> GatheredReads::ask_for_one(ApiClient& api, AskPtr ask) {
  ValueLookup answer = co_await read_alone(api, dialect_, ask->wanted);
  if (answer.given_up()) co_return std::unexpected(answer.error());
  ask->answer = std::move(answer);
  co_return Result<void>();
}

Task<Result<void>> GatheredReads::ask_for_all(ApiClient& api, std::vector<AskPtr> asks) {
  std::vector<Wanted> wanted;
  for (const AskPtr& ask : asks) wanted.push_back(ask->wanted);
  const Batch& batch = dialect_.batch;
  Lookup<SecretBytes> answer = co_await api.call(std::string(batch.operation), batch.request(wanted));
  if (answer.given_up()) co_return std::unexpected(answer.error());
  Result<BatchAnswers> answers = answer ? batch.read(*answer, wanted) : BatchAnswers();
  if (!answer || !answers) {
    refused(answer ? NoValue(answers.error()) : std::move(answer).none(), asks);
    co_return Result<void>();
  }
  worked_ = true;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    asks[i]->answer = std::move((*answers)[i]);
    asks[i]->alone = !asks[i]->answer;
  }
  co_return Result<void>();
}

void GatheredReads::refused(const NoValue& refusal, const std::vector<AskPtr>& asks) {
  const Refused meaning = meaning_of(dialect_.batch, worked_, refusal);
  for (const AskPtr& ask : asks) {
    ask->alone = meaning != Refused::kEverybodys;
    if (!ask->alone) ask->answer = ValueLookup(refusal);
  }
  if (meaning == Refused::kAlwaysAlone && batches_) give_up_batches(std::get<Error>(refusal));
}

void GatheredReads::give_up_batches(const Error& why) {
  batches_ = false;
  log::debug("values of AWS are read one by one", {{"refused", dialect_.batch.operation}, {"error", why.message}});
  for (const AskPtr& ask : std::exchange(waiting_, {})) {
    ask->alone = true;
    ask->news->wake_all();
  }
}

void GatheredReads::wake_first() {
  if (!waiting_.empty()) waiting_.front()->news->wake_all();
}

}  // namespace rotor::providers::aws
