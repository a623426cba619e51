#include "secrets/answers.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "secrets/items.hpp"
#include "secrets/store_view.hpp"

namespace rotor::secrets {
namespace {

using api::es::Data;
using api::es::DataFrom;
using api::es::RemoteRef;
using api::es::SourceVersion;
using api::es::StoreRef;
using providers::Lookup;

// A search answers of many secrets at once and says of none which version it is.
template <class T>
SourceVersion source_of(const StoreRef& store, const RemoteRef& ref, const Lookup<T>& answer) {
  if (!answer) return {};
  std::string version = api::es::fit_version(answer.version());
  if (version.empty()) return {};
  return {fmt::format("{}/{}", store_kind(store), store.name), ref.key, std::move(version)};
}

// The texts that people know say dataFrom of an item of spec.data too; the note names the field it is.
Gap absent_gap(std::string_view list, std::size_t i, const std::string& key, const std::string& what) {
  const std::string which = key.empty() ? fmt::format("[{}]", i) : fmt::format("[{}] (key={})", i, key);
  return {fmt::format("secret does not exist at provider using spec.dataFrom{}", which),
          fmt::format("{}{}: {}", list, which, what)};
}

Gap empty_search(std::size_t i, const api::es::Find& wanted) {
  return {"", fmt::format("spec.dataFrom[{}].find matched nothing: {}", i, wanted_text(wanted))};
}

template <class T>
void note_altered(const Lookup<T>& answer, const std::string& item, std::vector<std::string>& altered) {
  if (answer && !answer.altered().empty()) altered.push_back(fmt::format("{}: {}", item, answer.altered()));
}

// Absence stays absence.
providers::NoValue with_item(providers::NoValue none, const std::string& item) {
  if (auto* absent = std::get_if<providers::Absent>(&none)) return providers::Absent{about_item(absent->what, item)};
  return in_item(std::get<Error>(std::move(none)), item);
}

}  // namespace

StoreRef store_of_item(const ExternalSecret& es, const std::optional<api::es::SourceRef>& source) {
  if (source && source->store_ref) return *source->store_ref;
  return es.spec.secret_store_ref.value_or(StoreRef{});
}

std::vector<SourceVersion> Fetched::sources() const {
  std::vector<SourceVersion> out;
  for (const auto* items : {&data_from_sources, &data_sources}) {
    std::ranges::copy_if(*items, std::back_inserter(out), [](const auto& source) { return !source.version.empty(); });
  }
  return out;
}

Lookup<Fetched> assembled(const ExternalSecret& es, Answers answers) {
  Fetched all;
  for (std::size_t i = 0; i < es.spec.data_from.size(); ++i) {
    const DataFrom& from = es.spec.data_from[i];
    Lookup<SecretMap>& answer = answers.data_from[i];
    const bool left_out = answer.absent() && !retains(es);
    if (left_out) {
      all.gaps.push_back(absent_gap("spec.dataFrom", i, {}, answer.absence().what));
      answer = SecretMap{};
    }
    if (!answer) return with_item(std::move(answer).none(), map_item(from, i));
    if (from.find && answer->empty() && !left_out) all.gaps.push_back(empty_search(i, *from.find));
    note_altered(answer, map_item(from, i), all.altered);
    all.data_from_sources.push_back(from.extract && !from.find
                                        ? source_of(store_of_item(es, from.source_ref), *from.extract, answer)
                                        : SourceVersion{});
    all.data_from.push_back(*std::move(answer));
  }
  for (std::size_t i = 0; i < es.spec.data.size(); ++i) {
    const Data& item = es.spec.data[i];
    Lookup<SecretBytes>& answer = answers.data[i];
    all.data_sources.push_back(source_of(store_of_item(es, item.source_ref), item.remote_ref, answer));
    if (answer.absent() && !retains(es)) {
      all.gaps.push_back(absent_gap("spec.data", i, item.remote_ref.key, answer.absence().what));
      all.data.emplace_back();
      continue;
    }
    if (!answer) return with_item(std::move(answer).none(), data_item(i, item));
    note_altered(answer, data_item(i, item), all.altered);
    all.data.emplace_back(*std::move(answer));
  }
  return all;
}

}  // namespace rotor::secrets
