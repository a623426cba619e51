// Traps of YAML 1.1: booleans, octals and keys that are neither.
#include "tests/template/trap.hpp"

namespace rotor::tmpl {
namespace {

class TrapsYaml : public testing::TestWithParam<Trap> {};

TEST_P(TrapsYaml, BehaveAsInGo) { check(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Yaml11, TrapsYaml,
    testing::Values(
        Trap{R"({{fromYaml "y: on\nn: off\non: yes\nno: ~"}})", "map[false:<nil> true:true]"},
        Trap{R"({{(fromYaml "a: 0123").a}})", "83"}, Trap{R"({{(fromYaml "a: 08").a}})", "8"},
        Trap{R"({{(fromYaml "a: 0x1F").a}})", "31"}, Trap{R"({{(fromYaml "a: 0b11").a}})", "3"},
        Trap{R"({{(fromYaml "a: 1_000").a}})", "1000"}, Trap{R"({{(fromYaml "a: 12:30:45").a}})", "12:30:45"},
        Trap{R"({{(fromYaml "a: .5").a}})", "0.5"}, Trap{R"({{(fromYaml "a: 1e3").a}})", "1000"},
        Trap{R"({{(fromYaml "a: nO").a}})", "nO"},
        Trap{R"({{fromYaml "1.50: a\n0x10: b\n~x: c"}})", "map[1.5:a 16:b ~x:c]"},
        Trap{
            R"({{fromYaml "~: c"}})",
            R"(map[Error:error converting YAML to JSON: unsupported map key of type: %!s(<nil>), key: <nil>, value: "c"])"},
        // sigs.k8s.io/yaml 1.6.0
        Trap{R"({{fromYaml "{[a]: b}"}})",
             R"(map[Error:error converting YAML to JSON: yaml: invalid map key: []interface {}{"a"}])"},
        Trap{
            R"({{fromYaml "? {a: 1}\n: b"}})",
            R"(map[Error:error converting YAML to JSON: yaml: invalid map key: map[interface {}]interface {}{"a":1}])"},
        Trap{
            R"({{fromYaml "? [0123, 1.5, null, true, x]\n: b"}})",
            R"(map[Error:error converting YAML to JSON: yaml: invalid map key: []interface {}{83, 1.5, interface {}(nil), true, "x"}])"},
        Trap{R"({{fromYaml "a:\n  ? [[]]\n  : y"}})",
             R"(map[Error:error converting YAML to JSON: yaml: invalid map key: []interface {}{[]interface {}{}}])"},
        Trap{R"({{(fromYaml "a: 2020-01-01").a}})", "2020-01-01"},
        Trap{
            R"({{toYaml (dict "a" "yes" "b" "0123" "c" "1:20" "d" "null" "e" "" "f" "on" "g" "=" "h" "<<" "i" "1e3" "j" "0x1" "k" "y" "l" "~")}})",
            "a: \"yes\"\nb: \"0123\"\nc: \"1:20\"\nd: \"null\"\ne: \"\"\nf: \"on\"\ng: =\nh: <<\ni: \"1e3\"\nj: "
            "\"0x1\"\nk: \"y\"\nl: \"~\""},
        Trap{R"({{toYaml (dict "y" 1 "a10" 1 "a2" 1 "B" 1)}})", "B: 1\na2: 1\na10: 1\n\"y\": 1"},
        Trap{"{{toYaml (list 1.0 1e21 0.1 1000000.0)}}", "- 1\n- 1e+21\n- 0.1\n- 1000000"},
        Trap{R"({{toYaml "a\nb\n"}})", "|\n  a\n  b"}, Trap{R"({{toYaml "- x"}})", "'- x'"},
        Trap{R"({{toYaml "a: b"}})", "'a: b'"}, Trap{R"({{toYaml "#x"}})", "'#x'"}, Trap{R"({{toYaml " x"}})", "' x'"},
        Trap{R"({{toYaml "é😀"}})", R"("é\U0001F600")"}, Trap{R"({{toYaml "a\tb"}})", R"("a\tb")"},
        Trap{R"({{toYaml (list (list 1 (dict "a" (list))) (dict))}})", "- - 1\n  - a: []\n- {}"}));

}  // namespace
}  // namespace rotor::tmpl
