#include "openclaw/division.hpp"

#include <utility>

namespace rotor::openclaw {

Division::Division(const Executor& executor, kube::Client& client, Clock& clock, View& view,
                   const kube::Namespaces& watched, const KeptWhole& is_whole,
                   std::function<void(const std::string& ns)> on_complete)
    : clock_(clock),
      is_whole_(is_whole),
      on_complete_(std::move(on_complete)),
      instances_(client, view.instances.cache(), kube::kResource<api::OpenClawInstance>, watched, {},
                 view.instances.rules(is_whole)),
      some_missing_(executor) {
  for (const View::Owned& kind : view.owned) {
    owned_.emplace_back(
        client, *kind.cache, kind.resource, watched, kind.options,
        kube::PartlyKept<LiveObject>::Rules{
            .is_whole = [is_whole](const LiveObject& object) { return is_whole(object.metadata.ns); },
            .read_whole = kind.read_whole,
            .reduce = [resource = kind.resource](const LiveObject& whole) { return reduce(resource, whole); }});
  }
}

std::set<std::string> Division::look() const {
  std::set<std::string> namespaces = instances_.incomplete();
  for (const auto& kind : owned_) namespaces.merge(kind.incomplete());
  return namespaces;
}

void Division::divide() {
  instances_.reduce_others();
  for (auto& kind : owned_) kind.reduce_others();
  std::erase_if(incomplete_, [this](const std::string& ns) { return !is_whole_(ns); });
  incomplete_.merge(look());
  if (!incomplete_.empty()) some_missing_.notify_one();
}

Task<> Division::run() {
  return kube::keep_complete(clock_, some_missing_, [this] { return !incomplete_.empty(); }, [this] { return read(); });
}

// A kind that cannot be listed holds up the namespaces that lack something of it, and no others.
Task<Result<void>> Division::read() {
  Result<void> done = co_await instances_.complete();
  for (auto& kind : owned_) {
    auto listed = co_await kind.complete();
    if (!listed && done) done = std::move(listed);
  }
  const std::set<std::string> still = look();
  const std::set<std::string> asked = std::exchange(incomplete_, still);
  for (const std::string& ns : asked) {
    if (!still.contains(ns)) on_complete_(ns);
  }
  co_return std::move(done);
}

}  // namespace rotor::openclaw
