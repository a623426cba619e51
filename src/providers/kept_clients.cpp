#include "providers/kept_clients.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "providers/recording_gate.hpp"

namespace rotor::providers {

// What one client was made of, and that client: others are made after it, and nothing is read through it.
struct KeptClients::Entry {
  Entry(ReferenceGate& real, const Store& made_for, SteadyTime now)
      : store(made_for), gate(real), made(now), used(now) {}

  Store store;
  RecordingGate gate;  // what was made with it may ask it for tokens
  std::unique_ptr<SecretsClient> first{};
  SteadyTime made;
  SteadyTime used;
  bool changed = false;
  std::uint64_t good_at = 0;  // the last look that found everything as it was
  SteadyTime looked = made;   // when it began
  Turn::ObjectPtr looking = std::make_shared<Turn::Object>();
};

// However it ends, who waits for it goes on.
class KeptClients::Making {
 public:
  Making(std::shared_ptr<Makings> all, const std::string& identity) : all_(std::move(all)) {
    const auto [it, first] = all_->try_emplace(identity, std::make_shared<Line>());
    if (first) mine_ = it;
  }
  ~Making() {
    if (!mine_) return;
    (*mine_)->second->wake_all();
    all_->erase(*mine_);
  }
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;

 private:
  std::shared_ptr<Makings> all_;
  std::optional<Makings::iterator> mine_{};
};

namespace {

// A client together with what it needs.
template <class Entry>
std::shared_ptr<SecretsClient> with_its_gate(std::shared_ptr<Entry> entry, std::unique_ptr<SecretsClient> client) {
  struct Held {
    std::shared_ptr<Entry> entry;
    std::unique_ptr<SecretsClient> client;  // destroyed first
  };
  auto held = std::make_shared<Held>(std::move(entry), std::move(client));
  return {held, held->client.get()};
}

bool is_of(const Store& store, std::string_view kind, std::string_view ns, std::string_view name) {
  return store.kind == kind && store.ns == ns && store.name == name;
}

// The same object as it was written; whoever wrote it again gave it another generation.
bool same_store(const Store& a, const Store& b) {
  return is_of(a, b.kind, b.ns, b.name) && a.uid == b.uid && a.generation == b.generation && a.provider == b.provider &&
         a.config == b.config && a.max_retries == b.max_retries && a.retry_interval == b.retry_interval;
}

}  // namespace

Task<Result<KeptClients::ClientPtr>> KeptClients::open(Provider& provider, std::string identity, StoreContext context,
                                                       bool patient) {
  sweep();
  CO_TRY(ClientPtr client, co_await find_or_make(provider, std::move(identity), std::move(context), patient));
  if (patient) client->be_patient();
  co_return std::move(client);
}

// Who is patient waits for the one that is being made, once: reads of clients that were made apart share no call.
Task<Result<KeptClients::ClientPtr>> KeptClients::find_or_make(Provider& provider, std::string identity,
                                                               StoreContext context, bool patient) {
  for (bool waits = patient;; waits = false) {
    const EntryPtr kept = find(identity, context.store);
    if (kept && co_await unchanged(kept, patient)) {
      kept->used = clock_.steady();
      co_return with_its_gate(kept, kept->first->again());
    }
    if (kept) drop(identity, kept);
    const auto making = makings_->find(identity);
    if (!waits || making == makings_->end()) break;
    co_await Line::wait(making->second);
  }
  const Making making(makings_, identity);
  co_return co_await make(provider, std::move(identity), std::move(context));
}

KeptClients::EntryPtr KeptClients::find(const std::string& identity, const Store& store) const {
  const auto it = entries_.find(identity);
  return it != entries_.end() && same_store(it->second->store, store) ? it->second : nullptr;
}

// One look serves all who asked before it began.
Task<bool> KeptClients::unchanged(EntryPtr entry, bool patient) {
  const std::uint64_t asked = ++looks_;
  if (clock_.steady() - entry->made > kOldest) co_return false;
  const auto turn = co_await Turn::take(entry->looking);
  const SteadyTime now = clock_.steady();
  const bool will_do = entry->good_at >= asked || (patient && now - entry->looked < kRecent);
  if (!entry->changed && !will_do) {
    const std::uint64_t began = ++looks_;
    entry->changed = co_await entry->gate.same_as_noted() != RecordingGate::Same::kYes;
    entry->good_at = began;
    entry->looked = now;
  }
  co_return !entry->changed;
}

Task<Result<KeptClients::ClientPtr>> KeptClients::make(Provider& provider, std::string identity, StoreContext context) {
  const auto entry = std::make_shared<Entry>(context.gate, context.store, clock_.steady());
  StoreContext through{std::move(context.store), std::move(context.consumer_ns), entry->gate,
                       context.allow_controller_identity};
  CO_TRY(entry->first, co_await provider.make_client(std::move(through)));
  entry->gate.stop();
  std::unique_ptr<SecretsClient> client = entry->first->again();
  if (!client) co_return with_its_gate(entry, std::move(entry->first));
  entries_.insert_or_assign(std::move(identity), entry);
  co_return with_its_gate(entry, std::move(client));
}

void KeptClients::drop(const std::string& identity, const EntryPtr& entry) {
  const auto it = entries_.find(identity);
  if (it != entries_.end() && it->second == entry) entries_.erase(it);
}

void KeptClients::forget(std::string_view kind, std::string_view ns, std::string_view name) {
  std::erase_if(entries_, [&](const auto& item) { return is_of(item.second->store, kind, ns, name); });
}

void KeptClients::sweep() {
  const SteadyTime now = clock_.steady();
  if (now - swept_ >= std::chrono::minutes(1)) {
    swept_ = now;
    std::erase_if(entries_, [&](const auto& item) { return now - item.second->used > kIdleFor; });
  }
  if (entries_.size() < kMost) return;
  entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& item) { return item.second->used; }));
}

}  // namespace rotor::providers
