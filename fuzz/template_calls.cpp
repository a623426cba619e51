// Templates built from the input: calls of every function with values of every kind, at the ends of their ranges.
// Random text finds its way past the parser too seldom for that.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "template/functions/registry.hpp"
#include "template/language/template.hpp"

using namespace rotor;
using namespace rotor::tmpl;

namespace {

constexpr std::array<std::string_view, 16> kIntegers = {"0",
                                                        "1",
                                                        "-1",
                                                        "2",
                                                        "3",
                                                        "7",
                                                        "64",
                                                        "255",
                                                        "1000",
                                                        "86400",
                                                        "-1000",
                                                        "65536",
                                                        "2147483647",
                                                        "9223372036854775807",
                                                        "-9223372036854775808",
                                                        "4294967296"};
constexpr std::array<std::string_view, 8> kReals = {"0.0",     "0.5",  "-2.5",        "1e308",
                                                    "-1e-308", "1e21", "123456789.5", "3e0"};
constexpr std::array<std::string_view, 32> kTexts = {R"("")",
                                                     R"("a")",
                                                     R"("aAbB_c-d 1é")",
                                                     R"("\xff\x00z")",
                                                     R"("(a|b*)+?")",
                                                     R"("[^a-z]{2,3}")",
                                                     R"("${1}$n$$")",
                                                     R"("2006-01-02T15:04:05.999Z07:00")",
                                                     R"("Mon Jan _2 3PM MST 002")",
                                                     R"("2020-02-29T23:59:60Z")",
                                                     R"("America/New_York")",
                                                     R"("1h30m0.5s")",
                                                     R"("1.2.3-rc.1+b")",
                                                     R"("^1.2 || >=2.x, <3 - 4")",
                                                     R"("http://u:p%40@h:1/p?q#f")",
                                                     R"("eyJhIjpbMSx7fV19")",
                                                     R"("{\"a\":[1,2.5,null,{\"b\":\"c\"}]}")",
                                                     R"("a: &x [1, {b: 2}]\nc: *x\n<<: {d: ~}\n")",
                                                     R"("%-+# 0*.*[2]d%v%x%q%U%e%T%!")",
                                                     R"(",")",
                                                     R"(" ")",
                                                     R"("0x1F")",
                                                     R"("-0.1e-7")",
                                                     R"("9999999999999999999")",
                                                     R"("CERTIFICATE")",
                                                     R"("RSA-OAEP")",
                                                     R"("SHA512")",
                                                     R"("rsa")",
                                                     R"("long")",
                                                     R"("a.b/../c/.d.tar.gz")",
                                                     "`raw \n text`",
                                                     R"("日本語 ǅ ß İ")"};
constexpr std::array<std::string_view, 14> kAnything = {"nil",
                                                        "true",
                                                        "(list)",
                                                        R"((list 1 "a" nil 2.5 (list)))",
                                                        R"((list "b" "a" "b"))",
                                                        "(until 5)",
                                                        R"((splitList "," .in))",
                                                        R"((dict "a" .in "b" (dict "c" nil)))",
                                                        "(fromJson .in)",
                                                        "(fromYaml .in)",
                                                        "now",
                                                        "2i",
                                                        "(chunk 2 (until 5))",
                                                        "."};
constexpr std::array<std::string_view, 20> kMethods = {"Format \"2006 Z07:00\"",
                                                       "Unix",
                                                       "UnixNano",
                                                       "Year",
                                                       "YearDay",
                                                       "Weekday",
                                                       "UTC",
                                                       "String",
                                                       "AddDate 1 -13 400",
                                                       "AddDate 1000000000 1 1",
                                                       "Sub now",
                                                       "Before now",
                                                       "Month.String",
                                                       "Sub now",
                                                       "IsZero",
                                                       "UnixMilli",
                                                       "Nanosecond",
                                                       "Compare now",
                                                       "Month",
                                                       "Local"};

class Writer {
 public:
  Writer(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::string text() {
    std::string out;
    const int statements = 1 + pick(3);
    for (int i = 0; i < statements; ++i) statement(out);
    return out;
  }
  std::string_view rest() const { return {reinterpret_cast<const char*>(data_ + at_), size_ - at_}; }

 private:
  int pick(std::size_t choices) { return static_cast<int>(at_ < size_ ? data_[at_++] % choices : 0); }
  template <class Choices>
  std::string_view one_of(const Choices& choices) {
    return choices[static_cast<std::size_t>(pick(choices.size()))];
  }

  void statement(std::string& out) {
    switch (pick(6)) {
      case 0:
        out += "{{$v = ";
        call(out, 0);
        out += "}}";
        return;
      case 1:
        out += "{{range $k, $e := ";
        value(out, 'a', 0);
        out += "}}{{$e}}{{$v = $k}}{{else}}-{{end}}";
        return;
      case 2:
        out += "{{with ";
        call(out, 0);
        out += "}}{{.}}{{end}}";
        return;
      case 3:
        out += "{{(toDate \"2006-01-02\" .in).";
        out += one_of(kMethods);
        out += "}}";
        return;
      default:
        out += "{{";
        call(out, 0);
        out += "}}";
    }
  }

  void call(std::string& out, int depth) {
    static const auto kFunctions = all_functions();
    const Function& f = *kFunctions[static_cast<std::size_t>(pick(kFunctions.size()))];
    out += f.name;
    std::string signature(f.signature);
    if (signature.ends_with('*')) {
      const char repeated = signature[signature.size() - 2];
      signature.resize(signature.size() - 2);
      signature.append(static_cast<std::size_t>(pick(4)), repeated);
    }
    for (const char kind : signature) {
      out += ' ';
      value(out, kind, depth + 1);
    }
  }

  void value(std::string& out, char kind, int depth) {
    const int how = pick(8);
    if (how == 0) {
      out += "$v";
    } else if (how == 1 && depth < 4) {
      out += '(';
      call(out, depth);
      out += ')';
    } else {
      literal(out, kind);
    }
  }

  void literal(std::string& out, char kind) {
    switch (kind) {
      case 's':
      case 'h':
        out += pick(3) == 0 ? ".in" : one_of(kTexts);
        return;
      case 'i':
      case 'u':
        out += one_of(kIntegers);
        return;
      case 'f':
        out += one_of(kReals);
        return;
      case 'b':
        out += pick(2) == 0 ? "true" : "false";
        return;
      case 'm':
        out += pick(2) == 0 ? R"((dict "a" 1 "b" (dict "c" .in)))" : "(fromYaml .in)";
        return;
      case 'l':
        out += R"((list "127.0.0.1" .in))";
        return;
      case 't':
        out += "now";
        return;
      default:
        break;
    }
    switch (pick(4)) {
      case 0:
        out += one_of(kIntegers);
        return;
      case 1:
        out += one_of(kReals);
        return;
      case 2:
        out += one_of(kTexts);
        return;
      default:
        out += one_of(kAnything);
    }
  }

  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Writer writer(data, size);
  const std::string source = "{{$v := .}}" + writer.text();
  const auto parsed = Template::parse("fuzz", source);
  if (!parsed) std::abort();  // what is built here is well-formed
  Map members;
  members.emplace("in", Value::text(std::string(writer.rest())));
  RenderOptions options;
  options.limits = {.steps = 200'000, .bytes = 4 << 20, .output = 1 << 20, .effort = 0, .template_depth = 50};
  const Environment environment{WallTime(std::chrono::seconds(1'600'000'000)), [](std::span<unsigned char> out) {
                                  for (auto& byte : out) byte = 7;
                                }};
  const auto rendered = parsed->render(Value::map(std::move(members), Type::kStringMap), environment, options);
  if (rendered && rendered->size() > 1 << 20) std::abort();
  return 0;
}
