#include "secrets/stores.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "kube/client/retry.hpp"
#include "kube/object/news.hpp"
#include "secrets/store_check.hpp"

namespace rotor::secrets {
namespace {

using kube::Key;
using kube::Outcome;

}  // namespace

StoreController::StoreController(const Parts& parts)
    : p_(parts),
      reporter_(parts),
      queue_(parts.clock, "secretstore", std::min(parts.options.workers, 16),
             [this](Key key) { return reconcile(std::move(key)); }) {}

void StoreController::changed(const StoreViewPtr& before, const StoreViewPtr& after) {
  if (!after) {
    p_.metrics.store_gone(before->metadata.key());
    queue_.forget(before->metadata.key());
    return;
  }
  if (!before || kube::is_news(before->metadata, after->metadata)) queue_.add(after->metadata.key());
}

Task<Outcome> StoreController::reconcile(Key key) {
  const StoreViewPtr store = p_.world.store(key);
  if (!store || !managed_by(*store, p_.options.controller_class)) co_return Outcome::done();
  const SteadyTime start = p_.clock.steady();
  StoreVerdict verdict = co_await check_store(p_, store);
  const bool retry = verdict.retry;
  const auto written = co_await reporter_.report(store, std::move(verdict));
  p_.metrics.store_pass(key, p_.clock.steady() - start);
  if (!written) {
    const auto level = written.error().code == Code::kConflict ? log::Level::kDebug : log::Level::kWarn;
    log::write(level, "cannot write the status",
               {{"store", key.text()}, {"kind", store->kind}, {"error", written.error().message}});
    co_return kube::after_failed_write(written.error().code);
  }
  if (retry) co_return Outcome::failed();
  co_return Outcome::again_after(check_interval(*store, p_.options));
}

}  // namespace rotor::secrets
