#include "secrets/reporter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "kube/object/own_fields.hpp"
#include "secrets/failure_event.hpp"
#include "secrets/policies.hpp"
#include "secrets/status.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;
using EventType = kube::EventRecorder::Type;

struct DeedWords {
  std::string_view reason, message;
};
// In the order of Deed.
constexpr std::array<DeedWords, 4> kDeeds = {{{"Created", "secret created"},
                                              {"Updated", "secret updated"},
                                              {"Deleted", "secret deleted because it was orphaned"},
                                              {"Deleted", "secret deleted due to DeletionPolicy=Delete"}}};

constexpr std::size_t kNamed = 5;  // they are read by a person

void add_first(std::vector<Remark>& out, std::string_view reason, const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < std::min(texts.size(), kNamed); ++i) out.push_back({reason, texts[i]});
  if (texts.size() > kNamed) out.push_back({reason, fmt::format("and {} more", texts.size() - kNamed)});
}

ReadyWords words_of(const ExternalSecret& es, const Report& report) {
  ReadyWords words = ready_words(report.ending, target_kind(es));
  if (report.ending == Ending::kRefused) words.message = report.error.message;
  return words;
}

}  // namespace

std::vector<Remark> remarks_of(const Report& report) {
  std::vector<Remark> out;
  std::vector<std::string> notes;
  for (const Gap& gap : report.gaps) notes.push_back(gap.note);
  add_first(out, kRemark, notes);
  add_first(out, kValueAltered, report.altered);
  if (!report.remarks) return out;
  for (const std::string& text : *report.remarks) out.push_back({kRemark, text});
  return out;
}

ExternalSecretStatus status_after(const ExternalSecret& es, const Report& report, WallTime now) {
  const ReadyWords words = words_of(es, report);
  if (!words.ready) return failed(es, words, now);
  ExternalSecretStatus status = succeeded(es, words, report.started, now);
  if (report.has_secret) {
    // A binding is a Secret that others may refer to.
    status.binding = is_generic(es) ? std::nullopt : std::optional(api::es::Binding{es.target_name()});
    status.inputs_digest = report.inputs_digest;
  }
  return status;
}

Task<Result<ExternalSecretStatus>> Reporter::report(ExternalSecretPtr es, Report report) {
  for (const Gap& gap : report.gaps) {
    if (!gap.missing.empty()) event(*es, EventType::kNormal, "MissingProviderSecret", gap.missing);
  }
  tell_deeds(*es, report.deeds);
  if (report.ending == Ending::kOvertaken || report.ending == Ending::kNotOurs) {
    log::debug("nothing to tell", {{"externalsecret", es->metadata.key().text()}, {"why", report.error.message}});
    co_return es->status;
  }
  const bool good = ready_words(report.ending).ready;
  good ? tell_remarks(*es, report) : tell_failure(*es, report);
  ExternalSecretStatus after = status_after(*es, report, p_.clock.now());
  const ExternalSecretStatus told = told_status(*es);
  const Duration least = p_.options.least_status_interval;
  if (least > Duration::zero() && !worth_writing(told, after, least)) co_return std::move(after);
  auto written = co_await write(es, told, after);
  if (written) co_return std::move(after);
  const Error& why = written.error();
  tell_status_not_written(p_.events, kube::reference_to(*es), why);
  const auto level = why.code == Code::kConflict ? log::Level::kDebug : log::Level::kWarn;
  log::write(level, "cannot write the status", {{"externalsecret", es->metadata.key().text()}, {"error", why.message}});
  co_return std::unexpected(why);
}

void Reporter::pass_took(const Key& key, Duration took) {
  if (p_.world.has_external_secret(key)) p_.metrics.sync_call(key, took);
}

void Reporter::forget(const Key& key) {
  remarks_.forget(key);
  refusals_.erase(key);
}

ExternalSecretStatus Reporter::told_status(const ExternalSecret& es) const {
  if (p_.options.least_status_interval <= Duration::zero()) return es.status;
  const ExternalSecretPtr now = p_.world.external_secret(es.metadata.key());
  return now && now->metadata.uid == es.metadata.uid ? now->status : es.status;
}

Task<Result<void>> Reporter::write(ExternalSecretPtr es, ExternalSecretStatus before, ExternalSecretStatus status) {
  const auto patch = kube::status_patch(es->metadata, before, status);
  if (!patch) co_return Result<void>();
  const Key key = es->metadata.key();
  kube::WriteOptions options;
  options.subresource = "status";
  auto answer = co_await p_.client.patch(kube::kResource<ExternalSecret>, key, kube::PatchType::kMerge,
                                         SecretBytes(*patch), std::move(options));
  if (!answer && answer.error().code == Code::kNotFound) co_return Result<void>();  // gone meanwhile
  if (!answer) co_return std::unexpected(std::move(answer).error());
  static_cast<void>(p_.world.wrote_external_secret(*answer));  // the watch shows it sooner or later
  co_return Result<void>();
}

void Reporter::tell_deeds(const ExternalSecret& es, const std::vector<Deed>& deeds) {
  for (const Deed deed : deeds) {
    const DeedWords& words = kDeeds.at(static_cast<std::size_t>(deed));
    const auto& manifest = es.spec.target.manifest;
    event(es, EventType::kNormal, words.reason,
          manifest ? fmt::format("{} {} {}", words.reason, manifest->kind, es.target_name())
                   : std::string(words.message));
  }
}

// Of a good ending alone: that something is missing is no news beside a failure.
void Reporter::tell_remarks(const ExternalSecret& es, const Report& report) {
  const Key key = es.metadata.key();
  refusals_.erase(key);
  const bool known = report.remarks || !report.gaps.empty() || !report.altered.empty();
  if (!known || !p_.world.has_external_secret(key)) return;
  for (Remark& remark : remarks_.due(key, remarks_of(report), p_.clock.steady())) {
    const auto type = warns(remark.reason) ? EventType::kWarning : EventType::kNormal;
    event(es, type, remark.reason, std::move(remark.text));
  }
}

// What was met is an event each time; a refusal, which nothing but an edit lifts, only when it is new.
void Reporter::tell_failure(const ExternalSecret& es, const Report& report) {
  const Key key = es.metadata.key();
  const bool refused = report.refused || report.ending == Ending::kInvalidTarget;
  if (refused || p_.world.has_external_secret(key)) p_.metrics.sync_error(key);
  if (refused) {
    const std::string before = std::exchange(refusals_[key], report.error.message);
    if (before == report.error.message && ready_message(es) == words_of(es, report).message) return;
  } else {
    refusals_.erase(key);
    log::warn("ExternalSecret not synced", {{"externalsecret", key.text()}, {"error", report.error.message}});
  }
  event(es, EventType::kWarning, "UpdateFailed", report.error.message);
}

void Reporter::event(const ExternalSecret& es, EventType type, std::string_view reason, std::string message) {
  p_.events.record(kube::reference_to(es), type, std::string(reason), std::move(message));
}

}  // namespace rotor::secrets
