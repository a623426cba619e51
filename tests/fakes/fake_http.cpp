#include "tests/fakes/fake_http.hpp"

#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rotor::test {

namespace asio = boost::asio;

struct FakeBody::State {
  std::deque<std::string> pieces;
  bool ended = false;
  bool closed = false;
  std::optional<Error> error;
  asio::steady_timer* waiting = nullptr;

  void wake() {
    if (waiting != nullptr) waiting->cancel();
  }
};

std::shared_ptr<FakeBody::State> FakeBody::state() {
  if (!state_) state_ = std::make_shared<State>();
  return state_;
}

void FakeBody::push(std::string piece) {
  state()->pieces.push_back(std::move(piece));
  state()->wake();
}
void FakeBody::end() {
  state()->ended = true;
  state()->wake();
}
void FakeBody::break_off(Error why) {
  state()->error = std::move(why);
  state()->wake();
}
bool FakeBody::closed() const { return state_ && state_->closed; }

namespace {

template <class State>
class ScriptedBody final : public net::BodyStream {
 public:
  explicit ScriptedBody(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~ScriptedBody() override { state_->closed = true; }

  Task<Result<SecretBytes>> read_some(std::chrono::milliseconds) override {
    for (;;) {
      if (!state_->pieces.empty()) {
        SecretBytes piece(state_->pieces.front());
        state_->pieces.pop_front();
        co_return piece;
      }
      if (state_->error) co_return std::unexpected(*state_->error);
      if (state_->ended) co_return SecretBytes();
      asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
      state_->waiting = &timer;
      (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      state_->waiting = nullptr;
      co_await asio::post(timer.get_executor(), asio::use_awaitable);  // throws when cancelled
    }
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace

void FakeHttp::will_answer(int status, std::string body, net::Headers headers) {
  will_answer([=](const net::Request&) { return net::Response{status, headers, SecretBytes(body)}; });
}
void FakeHttp::will_answer(Answer answer) { script_.push_back({std::move(answer), nullptr}); }
void FakeHttp::will_fail(Error error) {
  will_answer([error](const net::Request&) -> Result<net::Response> { return std::unexpected(error); });
}
std::shared_ptr<FakeBody> FakeHttp::will_stream() {
  auto body = std::make_shared<FakeBody>();
  script_.push_back({nullptr, body});
  return body;
}

Task<Result<net::Response>> FakeHttp::send(net::Request request, net::CallOptions) {
  requests_.push_back(std::move(request));
  if (script_.empty()) co_return fail(Code::kUnavailable, "nothing scripted");
  const Step step = std::move(script_.front());
  script_.pop_front();
  if (!step.answer) co_return fail(Code::kInternal, "a stream was scripted, a plain answer asked for");
  co_return step.answer(requests_.back());
}

Task<Result<net::StreamResponse>> FakeHttp::open(net::Request request, net::CallOptions) {
  requests_.push_back(std::move(request));
  if (script_.empty()) co_return fail(Code::kUnavailable, "nothing scripted");
  const Step step = std::move(script_.front());
  script_.pop_front();
  FakeBody whole;
  int status = 200;
  net::Headers headers;
  if (step.answer) {
    CO_TRY(net::Response response, step.answer(requests_.back()));
    status = response.status;
    headers = std::move(response.headers);
    whole.push(std::string(response.body.reveal()));
    whole.end();
  }
  auto state = step.body ? step.body->state() : whole.state();
  net::StreamResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.body = std::make_unique<ScriptedBody<FakeBody::State>>(std::move(state));
  co_return response;
}

std::vector<std::string> FakeHttp::lines() const {
  std::vector<std::string> out;
  for (const auto& request : requests_) out.push_back(request.method + " " + request.url);
  return out;
}

}  // namespace rotor::test
