#include "local/node/reloads.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fcntl.h>
#include <fmt/format.h>

#include "base/descriptor.hpp"
#include "local/node/environment.hpp"
#include "local/node/private_file.hpp"
#include "openclaw/builders/in_place.hpp"
#include "openclaw/in_place/mark.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kLookForEnd{5};
constexpr std::chrono::milliseconds kLookForValues{50};
constexpr std::chrono::seconds kValuesComeWithin{10};  // later than that: the process started with them

std::string report_file(const std::string& tools) { return tools + "/report"; }

// Changes whenever the files do.
std::string files_of(const std::string& values) {
  std::error_code error;
  return std::filesystem::read_symlink(values + "/..data", error).string();
}

// The command of the pod's container for that; none: it has no such container.
std::vector<std::string> reload_words(const api::Pod& pod) {
  const auto found = std::ranges::find(pod.spec.containers, openclaw::kReloadContainer, &api::Container::name);
  return found == pod.spec.containers.end() ? std::vector<std::string>() : found->command;
}

std::string mark_of(const api::Pod& pod) {
  const auto found = pod.metadata.annotations.find(openclaw::kInPlaceMark);
  return found == pod.metadata.annotations.end() ? std::string() : found->second;
}

}  // namespace

void Reloads::runs(const kube::Key& pod, Place place) {
  forget(pod);
  if (place.values.empty() || place.tools.empty()) return;
  std::string files = files_of(place.values);
  pods_.emplace(pod, Delivery{std::move(place), std::move(files)});
}

void Reloads::look(const api::Pod& pod) {
  const auto delivery = pods_.find(pod.metadata.key());
  const std::string mark = mark_of(pod);
  std::vector<std::string> words = reload_words(pod);
  if (stopping_ || delivery == pods_.end() || words.empty() || mark.empty() || mark == delivery->second.mark) return;
  if (delivery->second.process) delivery->second.process->stop(std::chrono::milliseconds(0));
  delivery->second.process = nullptr;
  delivery->second.mark = mark;
  delivery->second.number = ++numbers_;
  ++under_way_;
  asio::co_spawn(executor_, carry_out(pod.metadata.key(), std::move(words), numbers_), asio::detached);
}

std::string Reloads::answer(const kube::Key& pod) const {
  const auto delivery = pods_.find(pod);
  return delivery == pods_.end() ? std::string() : delivery->second.answer;
}

void Reloads::forget(const kube::Key& pod) {
  const auto delivery = pods_.find(pod);
  if (delivery == pods_.end()) return;
  if (delivery->second.process) delivery->second.process->stop(std::chrono::milliseconds(0));
  pods_.erase(delivery);
}

Task<> Reloads::stop() {
  stopping_ = true;
  std::vector<std::shared_ptr<Process>> processes;
  for (const auto& [pod, delivery] : pods_) {
    if (delivery.process) processes.push_back(delivery.process);
  }
  pods_.clear();
  for (const auto& process : processes) process->stop(std::chrono::milliseconds(0));
  for (const auto& process : processes) co_await process->gone();
  while (under_way_ > 0) co_await clock_.sleep_for(kLookForEnd);
}

Reloads::Delivery* Reloads::find(const kube::Key& pod, std::uint64_t number) {
  const auto found = pods_.find(pod);
  return found == pods_.end() || found->second.number != number ? nullptr : &found->second;
}

// The files follow the Secret by themselves, a moment after the operator has seen it, or once a proof let them.
Task<bool> Reloads::until_there(kube::Key pod, std::uint64_t number, Standing standing) {
  SteadyTime end = clock_.steady() + kValuesComeWithin;
  for (;;) {
    Delivery* const delivery = find(pod, number);
    if (delivery == nullptr || stopping_) co_return true;
    const TrialState state = standing ? standing() : TrialState::kFree;
    if (state == TrialState::kRefused) co_return false;
    if (state == TrialState::kTried) end = clock_.steady() + kValuesComeWithin;
    std::string files = files_of(delivery->place.values);
    if (files != delivery->files || clock_.steady() >= end) {
      delivery->files = std::move(files);
      co_return true;
    }
    co_await clock_.sleep_for(kLookForValues);
  }
}

Task<> Reloads::carry_out(kube::Key pod, std::vector<std::string> words, std::uint64_t number) {
  std::optional<Error> trouble;
  Standing standing = look_ ? look_(pod) : Standing();
  if (!co_await until_there(pod, number, std::move(standing))) {
    trouble = Error{.code = Code::kDenied, .message = "a proof refused the new value, which is not loaded"};
  } else if (auto process = co_await start(pod, std::move(words), number); process) {
    co_await (*process)->gone();
  } else {
    trouble = std::move(process).error();
  }
  settle(pod, number, trouble);
  --under_way_;
}

// What the program prints is nobody's.
Task<Result<std::shared_ptr<Process>>> Reloads::start(kube::Key pod, std::vector<std::string> words,
                                                      std::uint64_t number) {
  const Delivery* const wanted = find(pod, number);
  if (wanted == nullptr) co_return fail(Code::kCancelled, "another value has come");
  const Place place = wanted->place;
  timeline_.say(place.subject, "reload: the program is told to read its secrets again");
  std::error_code error;
  std::filesystem::remove(report_file(place.tools), error);
  const Descriptor nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!nowhere) co_return fail(Code::kUnavailable, fmt::format("/dev/null: {}", std::strerror(errno)));
  Command command;
  command.argv = std::move(words);
  command.environment = overlay(place.environment, {{"ROTOR_RELOAD_VALUES", SecretBytes(place.values)},
                                                    {"ROTOR_RELOAD_TOOLS", SecretBytes(place.tools)},
                                                    {"ROTOR_RELOAD_REPORT", SecretBytes(report_file(place.tools))},
                                                    {"ROTOR_RELOAD_MARK", SecretBytes(wanted->mark)}});
  command.out = command.err = nowhere.get();
  CO_TRY(auto process, co_await start_process(executor_, guardian_, std::move(command)));
  Delivery* const now = find(pod, number);
  if (now == nullptr) co_return fail(Code::kCancelled, "another value has come");  // its handle's end is its own
  now->process = process;
  co_return process;
}

void Reloads::settle(const kube::Key& pod, std::uint64_t number, const std::optional<Error>& trouble) {
  Delivery* const delivery = find(pod, number);
  if (delivery == nullptr || stopping_) return;
  delivery->process = nullptr;
  openclaw::InPlaceReport report =
      openclaw::parse_report(read_private_file(report_file(delivery->place.tools)).value_or(""));
  if (report.mark != delivery->mark) report = {delivery->mark, "not-run"};
  delivery->answer = json::serialize(json::Object{{"mark", report.mark}, {"result", report.result}});
  if (report.result == "ok") {
    timeline_.say(delivery->place.subject, "reload: the new value is in use, and the process goes on",
                  {{"reload", "ok"}});
  } else {
    const std::string why = trouble ? trouble->message : openclaw::words_for(report.result);
    const bool refused = trouble && trouble->code == Code::kDenied;  // the proof holds the restart, too
    timeline_.fail(delivery->place.subject, fmt::format("reload: {}{}", why, refused ? "" : "; the process restarts"),
                   {{"reload", report.result}});
  }
  if (told_) told_(pod);
}

}  // namespace rotor::local
