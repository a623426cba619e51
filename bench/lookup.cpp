// Property look-ups in a 64 KB document, and reading it whole.
#include <string>

#include <benchmark/benchmark.h>

#include "json/reader.hpp"
#include "template/gjson/gjson.hpp"

namespace {

// {"group0": {"key0": "value…", …}, …}: about 64 KB.
std::string make_document() {
  std::string out = "{";
  for (int group = 0; group < 32; ++group) {
    out += (group == 0 ? "\"group" : ",\"group") + std::to_string(group) + "\":{";
    for (int key = 0; key < 32; ++key) {
      out += (key == 0 ? "\"key" : ",\"key") + std::to_string(key) + "\":\"" + std::string(48, 'v') + "\"";
    }
    out += "}";
  }
  return out + "}";
}

void look_up(benchmark::State& state, const char* path) {
  const std::string document = make_document();
  for (auto _ : state) benchmark::DoNotOptimize(rotor::gjson::lookup(document, path));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * document.size()));
}

void look_up_first(benchmark::State& state) { look_up(state, "group0.key0"); }
void look_up_last(benchmark::State& state) { look_up(state, "group31.key31"); }

void validate(benchmark::State& state) {
  const std::string document = make_document();
  for (auto _ : state) benchmark::DoNotOptimize(rotor::json::validate(document));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * document.size()));
}

BENCHMARK(look_up_first);
BENCHMARK(look_up_last);
BENCHMARK(validate);

}  // namespace
