#include "generators/generators.hpp"

#include "generators/generator.hpp"
#include "generators/kinds.hpp"

namespace rotor::generators {
namespace {

using providers::Lookup;

// A kind that asks nobody; one that takes long does so on the pool, and holds up none of the others.
class LocalGenerator final : public Generator {
 public:
  LocalGenerator(const Kind& kind, Pool& pool) : kind_(kind), pool_(pool) {}

  Task<Lookup<Made>> generate(Order order) override {
    if (kind_.make != nullptr) {
      auto values = kind_.make(order.spec, private_random);
      if (!values) co_return std::unexpected(std::move(values).error());
      co_return Made{*std::move(values)};
    }
    auto work = [make = kind_.make_slowly, spec = std::move(order.spec)](std::stop_token stop) {
      return make(spec, private_random, std::move(stop));
    };
    auto values = co_await pool_.run(std::move(work));
    if (!values) co_return std::unexpected(std::move(values).error());
    co_return Made{*std::move(values)};
  }

 private:
  const Kind& kind_;
  Pool& pool_;
};

}  // namespace

Generators::Generators(const providers::Services& services) : pool_(1) {
  for (const Kind& kind : kinds()) {
    if (kind.local()) {
      set(std::string(kind.name), std::make_unique<LocalGenerator>(kind, pool_));
    } else if (kind.connect != nullptr) {
      set(std::string(kind.name), kind.connect(services, pool_));
    }
  }
}

Generators::~Generators() = default;

Generator* Generators::find(std::string_view kind) const {
  const auto it = generators_.find(kind);
  return it == generators_.end() ? nullptr : it->second.get();
}

void Generators::set(std::string kind, std::unique_ptr<Generator> generator) {
  generators_.insert_or_assign(std::move(kind), std::move(generator));
}

}  // namespace rotor::generators
