// A net::HttpClient that answers from a script: no socket, every request kept for the test to look at.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/http.hpp"

namespace rotor::test {

// A body whose pieces the test hands out when it likes.
class FakeBody {
 public:
  void push(std::string piece);
  void end();  // of the body, in good order
  void break_off(Error why);
  bool closed() const;  // the reader has let go of it

 private:
  friend class FakeHttp;
  struct State;
  std::shared_ptr<State> state();
  std::shared_ptr<State> state_;
};

class FakeHttp final : public net::HttpClient {
 public:
  using Answer = std::function<Result<net::Response>(const net::Request&)>;

  // Answers in the order given; each once. Without one left a call is kUnavailable ("nothing scripted").
  void will_answer(int status, std::string body, net::Headers headers = {});
  void will_answer(Answer answer);
  void will_fail(Error error);
  // The next open() succeeds with a body of the test's.
  std::shared_ptr<FakeBody> will_stream();

  Task<Result<net::Response>> send(net::Request request, net::CallOptions options) override;
  Task<Result<net::StreamResponse>> open(net::Request request, net::CallOptions options) override;

  const std::vector<net::Request>& requests() const { return requests_; }
  const net::Request& last() const { return requests_.back(); }
  std::size_t left() const { return script_.size(); }
  // "GET https://…": of every request so far.
  std::vector<std::string> lines() const;

 private:
  struct Step {
    Answer answer;
    std::shared_ptr<FakeBody> body;
  };
  std::deque<Step> script_;
  std::vector<net::Request> requests_;
};

// For an owner that wants a unique_ptr while the test keeps the fake.
class BorrowedHttp final : public net::HttpClient {
 public:
  explicit BorrowedHttp(net::HttpClient& inner) : inner_(inner) {}
  Task<Result<net::Response>> send(net::Request request, net::CallOptions options) override {
    return inner_.send(std::move(request), options);
  }
  Task<Result<net::StreamResponse>> open(net::Request request, net::CallOptions options) override {
    return inner_.open(std::move(request), options);
  }

 private:
  net::HttpClient& inner_;
};

}  // namespace rotor::test
