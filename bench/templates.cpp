// Templates and keys over the inputs of bench/data: parsing, rendering, and the way from text and fetched bytes to a
// Secret. bench/go does the same work; with `--outputs=DIR` both write what they make, to be compared.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

#include "json/document.hpp"
#include "template/apply.hpp"
#include "template/keys.hpp"
#include "template/language/template.hpp"
#include "template/rewrite.hpp"

namespace {

using namespace rotor;

template <class T, class E>
T need(std::expected<T, E> result) {
  if (result) return *std::move(result);
  std::cerr << result.error().message << '\n';
  std::exit(1);
}

std::string read_file(const std::string& name) {
  std::ifstream in(ROTOR_BENCH_DATA "/" + name, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!text.empty()) return text;
  std::cerr << "no " << name << " in " ROTOR_BENCH_DATA "\n";
  std::exit(1);
}

json::Object read_object(const std::string& name) { return need(json::parse(read_file(name))).as_object(); }

// A template as an ExternalSecret has it, and the fetched data it stands over.
struct TemplateCase {
  explicit TemplateCase(const std::string& key) : name(key), text(read_file(key + ".tpl")) {
    for (const auto& [k, v] : read_object(key + ".json")) {
      fetched.emplace(k, std::string_view(v.as_string()));
      members.emplace(k, tmpl::Value::text(std::string(v.as_string())));
    }
    spec.data.emplace(name, text);
  }

  std::string name, text;
  SecretMap fetched;
  tmpl::Map members;
  tmpl::TemplateSpec spec;
};

tmpl::SecretParts apply(const TemplateCase& c, const tmpl::Environment& environment) {
  tmpl::SecretParts out;
  if (auto applied = tmpl::apply_to_secret(c.spec, c.fetched, environment, {}, out); !applied) {
    std::cerr << applied.error().error.message << '\n';
    std::exit(1);
  }
  return out;
}

void parse_template(benchmark::State& state, const TemplateCase& c) {
  for (auto _ : state) benchmark::DoNotOptimize(tmpl::Template::parse(c.name, c.text));
}

void render_template(benchmark::State& state, const TemplateCase& c) {
  const auto parsed = need(tmpl::Template::parse(c.name, c.text));
  const auto data = tmpl::Value::map(c.members, tmpl::Type::kStringMap);
  const auto environment = tmpl::system_environment();
  for (auto _ : state) benchmark::DoNotOptimize(need(parsed.render(data, environment)));
}

void apply_template(benchmark::State& state, const TemplateCase& c) {
  for (auto _ : state) benchmark::DoNotOptimize(apply(c, tmpl::system_environment()));
}

// A `rewrite` by regular expression and the conversion of what comes out.
struct RewriteCase {
  RewriteCase() {
    const json::Object in = read_object("rewrite.json");
    const auto text = [&in](std::string_view member) { return std::string(in.at(member).as_string()); };
    operations.emplace_back(tmpl::RewriteRegexp{.source = text("source"), .target = text("target")});
    for (const auto& key : in.at("keys").as_array()) {
      values.emplace(std::string(key.as_string()), SecretBytes(std::string(32, 'v')));
    }
  }

  SecretMap run(SecretMap in, const tmpl::Environment& environment) const {
    return need(tmpl::convert_keys(need(tmpl::rewrite(operations, std::move(in), environment)), "Unicode"));
  }

  std::vector<tmpl::RewriteOperation> operations;
  SecretMap values;
};

void rewrite_keys(benchmark::State& state, const RewriteCase& c) {
  const auto environment = tmpl::system_environment();
  for (auto _ : state) {
    state.PauseTiming();
    SecretMap in = c.values;  // the real one is given away as well
    state.ResumeTiming();
    benchmark::DoNotOptimize(c.run(std::move(in), environment));
  }
}

const char* const kTemplates[] = {"docker", "config", "pkcs12"};

void write_file(const std::string& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (out.flush()) return;
  std::cerr << "cannot write " << path << '\n';
  std::exit(1);
}

void write_outputs(const std::string& dir) {
  const auto environment = tmpl::system_environment();
  for (const char* name : kTemplates) {
    const TemplateCase c(name);
    const auto parsed = need(tmpl::Template::parse(c.name, c.text));
    write_file(dir + "/" + name, need(parsed.render(tmpl::Value::map(c.members, tmpl::Type::kStringMap), environment)));
  }
  const RewriteCase c;
  std::string keys;
  for (const auto& [key, _] : c.run(c.values, environment)) keys += (keys.empty() ? "" : "\n") + key;
  write_file(dir + "/rewrite", keys);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::string_view kOutputs = "--outputs=";
  if (argc == 2 && std::string_view(argv[1]).starts_with(kOutputs)) {
    write_outputs(argv[1] + kOutputs.size());
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  for (const std::string name : kTemplates) {
    const TemplateCase c(name);
    benchmark::RegisterBenchmark((name + "/parse").c_str(), [c](auto& state) { parse_template(state, c); });
    benchmark::RegisterBenchmark((name + "/render").c_str(), [c](auto& state) { render_template(state, c); });
    benchmark::RegisterBenchmark((name + "/apply").c_str(), [c](auto& state) { apply_template(state, c); });
  }
  benchmark::RegisterBenchmark("rewrite", [c = RewriteCase()](auto& state) { rewrite_keys(state, c); });
  benchmark::RunSpecifiedBenchmarks();
}
