#include "net/deadlines.hpp"

namespace rotor::net {

Deadlines::~Deadlines() {
  if (sleeper_) cancel(sleeper_);
}

Deadlines::Limits::iterator Deadlines::add(SteadyTime when, Limit* limit) {
  const auto place = limits_.emplace(when, limit);
  if (sleeper_ && wakes_ <= when) return place;
  if (sleeper_) cancel(sleeper_);
  wakes_ = when;
  sleeper_ = spawn(executor_, sleep(weak_from_this(), clock_, when, ++number_), [](const BackgroundPtr&) {});
  return place;
}

std::optional<SteadyTime> Deadlines::pass() {
  const SteadyTime now = clock_.steady();
  while (!limits_.empty() && limits_.begin()->first <= now) {
    Limit* const due = limits_.begin()->second;
    limits_.erase(limits_.begin());
    due->pass();
  }
  if (limits_.empty()) {
    sleeper_.reset();
    return std::nullopt;
  }
  wakes_ = limits_.begin()->first;
  return wakes_;
}

Task<> Deadlines::sleep(std::weak_ptr<Deadlines> weak, Clock& clock, SteadyTime when, std::uint64_t number) {
  for (std::optional<SteadyTime> next = when; next;) {
    co_await clock.sleep_until(*next);
    const std::shared_ptr<Deadlines> all = weak.lock();
    if (!all || all->number_ != number) co_return;
    next = all->pass();
  }
}

Deadlines::Limit::Limit(std::shared_ptr<Deadlines> all, SteadyTime when)
    : all_(std::move(all)), place_(all_->add(when, this)) {}

Deadlines::Limit::~Limit() {
  if (!passed_) all_->limits_.erase(place_);
}

void Deadlines::Limit::guard(Stream* stream) {
  stream_ = stream;
  if (passed_ && stream_ != nullptr) stream_->close();
}

void Deadlines::Limit::pass() {
  passed_ = true;
  if (stream_ != nullptr) stream_->close();
}

}  // namespace rotor::net
