#include "local/admission_hook.hpp"

#include <cstdlib>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "admission/kinds.hpp"
#include "local/values/values.hpp"
#include "local/values/values_provider.hpp"

namespace rotor::local {
namespace {

class NobodyCounts final : public providers::CallCounter {
 public:
  void count(std::string_view, std::string_view, bool) override {}
};

std::optional<std::string> variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// Its loop never runs: static checks need none.
class Judge {
 public:
  Judge(const MakeProviders& make_providers, StoresAnswer stores, providers::PlainHttp plain)
      : http_(providers::make_http_clients(io_.get_executor(), clock_, "rotor")),
        registry_(make_providers({.executor = io_.get_executor(),
                                  .clock = clock_,
                                  .http = *http_,
                                  .calls = counter_,
                                  .environment = variable,
                                  .plain_http = plain})) {
    if (stores == StoresAnswer::kFromValues) registry_.set_stand_in(make_values_provider(no_values_));
  }

  apiserver::AdmissionAnswer answer(const apiserver::AdmissionRequest& request) const {
    const admission::JudgedKind* kind = admission::judged_kind(request.group, request.kind);
    if (kind == nullptr) return {};
    // The schema and the builders have the defaults: what is judged has them, what is stored stays as it was written.
    std::string object = json::serialize(request.object);
    if (kind->with_defaults != nullptr) object = kind->with_defaults(object);
    std::string old = request.old == nullptr ? std::string() : json::serialize(*request.old);
    if (kind->with_defaults != nullptr && !old.empty()) old = kind->with_defaults(old);
    admission::Verdict verdict = kind->judge({object, old}, registry_);
    apiserver::AdmissionAnswer out{.webhook = std::string(kind->webhook)};
    if (!verdict.allowed()) out.denial = verdict.message();
    out.warnings = std::move(verdict.warnings);
    return out;
  }

 private:
  boost::asio::io_context io_;
  SystemClock clock_;
  NobodyCounts counter_;
  Values no_values_;
  std::unique_ptr<providers::HttpClients> http_;
  providers::ProviderRegistry registry_;
};

}  // namespace

apiserver::Admission make_admission(const MakeProviders& make_providers, StoresAnswer stores,
                                    providers::PlainHttp plain) {
  return [judge = std::make_shared<const Judge>(make_providers, stores, plain)](
             const apiserver::AdmissionRequest& request) { return judge->answer(request); };
}

}  // namespace rotor::local
