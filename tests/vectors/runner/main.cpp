// vector-runner FILE…: executes every entry and says which fail. Exit code 1 when any does.
#include <cstdio>
#include <fstream>
#include <sstream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tests/vectors/runner/runner.hpp"

namespace {

using namespace rotor;

struct Totals {
  int passed = 0, failed = 0;
};

void run_entry(const vectors::Entry& entry, Totals& totals) {
  const std::string kind = vectors::text(entry, "kind");
  if (kind == "meta") return;
  const auto run = vectors::runner_of(kind);
  const vectors::Outcome failure = run == nullptr ? vectors::Failure{"", "a known kind", kind} : run(entry);
  if (!failure) {
    ++totals.passed;
    return;
  }
  ++totals.failed;
  std::printf("FAILED %s (%s)\n  input:    %s\n  expected: %s\n  got:      %s\n", vectors::text(entry, "id").c_str(),
              kind.c_str(), boost::json::serialize(boost::json::value(failure->input)).c_str(),
              boost::json::serialize(boost::json::value(failure->expected)).c_str(),
              boost::json::serialize(boost::json::value(failure->got)).c_str());
}

bool run_file(const char* path, Totals& totals) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  boost::system::error_code ec;
  const auto document = boost::json::parse(content.str(), ec);
  if (!file || ec || !document.is_array()) {
    std::fprintf(stderr, "%s: not a readable JSON array of vectors\n", path);
    return false;
  }
  for (const auto& entry : document.get_array()) run_entry(entry.as_object(), totals);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: vector-runner FILE...\n");
    return 2;
  }
  Totals totals;
  bool readable = true;
  for (int i = 1; i < argc; ++i) readable = run_file(argv[i], totals) && readable;
  std::printf("%d passed, %d failed\n", totals.passed, totals.failed);
  return totals.failed == 0 && readable ? 0 : 1;
}
