#include "kube/runtime/queue_meters.hpp"

namespace rotor::kube {
namespace {

const std::vector<std::string> kByController = {"controller"};
const std::vector<std::string> kByName = {"name"};

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

std::vector<double> queue_buckets() { return exponential_buckets(1e-8, 10, 12); }
std::vector<double> reconcile_buckets() {
  return {.005, .01, .025, .05, .1,  .15, .2,  .25, .3, .35, .4, .45, .5, .6, .7, .8, .9, 1,  1.25, 1.5,
          1.75, 2,   2.5,  3,   3.5, 4,   4.5, 5,   6,  7,   8,  9,   10, 15, 20, 25, 30, 40, 50,   60};
}

// A requeue at once is a failure here: whoever asks for it says so.
std::string_view result_of(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::kDone:
      return "success";
    case Outcome::Kind::kAfter:
      return "requeue_after";
    case Outcome::Kind::kParked:  // nothing was done: no result
    case Outcome::Kind::kFailed:
      break;
  }
  return "error";
}

}  // namespace

QueueMeters::QueueMeters(MetricsRegistry& registry, std::string controller, int workers, std::function<Now()> now)
    : controller_(std::move(controller)),
      adds_(registry.counter("workqueue_adds_total", "Keys put into the queue.", kByName).with({controller_})),
      retries_(registry.counter("workqueue_retries_total", "Keys put there again after a failure.", kByName)
                   .with({controller_})),
      results_(registry.counter("controller_runtime_reconcile_total", "Passes, by result.", {"controller", "result"})),
      errors_(registry.counter("controller_runtime_reconcile_errors_total", "Passes that failed.", kByController)
                  .with({controller_})),
      waits_(registry
                 .histogram("workqueue_queue_duration_seconds", "How long a key waited in the queue.", queue_buckets(),
                            kByName)
                 .with({controller_})),
      works_(
          registry
              .histogram("workqueue_work_duration_seconds", "How long a key was worked on.", queue_buckets(), kByName)
              .with({controller_})),
      reconciles_(registry
                      .histogram("controller_runtime_reconcile_time_seconds", "Length of passes.", reconcile_buckets(),
                                 kByController)
                      .with({controller_})) {
  for (const std::string_view result : {"error", "requeue_after", "success"}) {
    results_.with({controller_, std::string(result)});
  }
  registry.gauge("controller_runtime_max_concurrent_reconciles", "Passes at once, at most.", kByController)
      .with({controller_})
      .set(workers);
  const auto gauge = [&](std::string_view name, std::string_view help, const std::vector<std::string>& label,
                         double (*value)(const Now&)) {
    registry.callback(MetricsRegistry::Kind::kGauge, name, help, label,
                      [now, value, controller = controller_](const MetricsRegistry::Emit& emit) {
                        emit({controller}, value(now()));
                      });
  };
  gauge("controller_runtime_active_workers", "Passes at this moment.", kByController,
        [](const Now& n) { return static_cast<double>(n.active); });
  gauge("workqueue_depth", "Keys that wait.", kByName, [](const Now& n) { return static_cast<double>(n.depth); });
  gauge("workqueue_unfinished_work_seconds", "Time spent so far on what is being worked on.", kByName,
        [](const Now& n) { return seconds(n.unfinished); });
  gauge("workqueue_longest_running_processor_seconds", "The longest pass at this moment.", kByName,
        [](const Now& n) { return seconds(n.longest); });
}

void QueueMeters::began_after(Duration waited) { waits_.observe(seconds(waited)); }

void QueueMeters::ended(Outcome::Kind kind, Duration took) {
  works_.observe(seconds(took));
  reconciles_.observe(seconds(took));
  results_.with({controller_, std::string(result_of(kind))}).add();
  if (kind == Outcome::Kind::kFailed) errors_.add();
}

}  // namespace rotor::kube
