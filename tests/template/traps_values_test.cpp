// Traps about values: nil, truth, merging, order.
#include "tests/template/trap.hpp"

namespace rotor::tmpl {
namespace {

class TrapsValues : public testing::TestWithParam<Trap> {};

TEST_P(TrapsValues, BehaveAsInGo) { check(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    NilPrintsInThreeWays, TrapsValues,
    testing::Values(Trap{"{{(fromJson .j).n}}", "<no value>"}, Trap{R"({{index (fromJson .j) "n"}})", "<no value>"},
                    Trap{"{{(fromJson .j).l}}", "[1 a <nil>]"}, Trap{"{{print (fromJson .j).n}}", "<nil>"},
                    Trap{"{{toString (fromJson .j).n}}", "<nil>"}, Trap{R"({{printf "%v" (fromJson .j).n}})", "<nil>"},
                    Trap{"{{quote (fromJson .j).n}}|", "|"}, Trap{"{{squote nil}}|", "|"},
                    Trap{R"({{join "," (list 1 nil 2)}})", "1,2"}, Trap{R"({{default "d" (fromJson .j).n}})", "d"},
                    Trap{"{{list nil}}", "[<nil>]"}, Trap{R"({{dict "a" nil}})", "map[a:<nil>]"},
                    Trap{R"({{cat "a" nil "b"}})", "a b"}, Trap{"{{toJson (list nil)}}", "[null]"},
                    Trap{R"({{toYaml (dict "a" nil)}})", "a: null"}, Trap{R"({{coalesce nil ""}})", "<no value>"},
                    Trap{"{{first list}}", "<no value>"}, Trap{"{{rest list}}", "[]"},
                    Trap{R"({{printf "%s" (fromJson .j).n}})", "%!s(<nil>)"}, Trap{"{{println nil}}", "<nil>\n"},
                    Trap{"{{html nil}}", "&lt;no value&gt;"}, Trap{R"({{toStrings (list nil "a")}})", "[a]"},
                    Trap{"{{sortAlpha nil}}", "[<nil>]"}, Trap{"{{len (fromJson .j).n}}", kError},
                    Trap{"{{typeOf nil}}", "<nil>"}, Trap{"{{empty nil}}", "true"}, Trap{"{{eq nil nil}}", "true"},
                    Trap{"{{ternary nil 1 true}}", "<no value>"}, Trap{"{{dict nil 1}}", "map[<nil>:1]"}));

// Found by comparing random templates with Go's.
INSTANTIATE_TEST_SUITE_P(NothingAndTooLittle, TrapsValues,
                         testing::Values(Trap{R"({{toJson (regexFindAll "q" "ab" -1)}})", "null"},
                                         Trap{R"({{toJson (mustRegexFindAll "a" "ab" 0)}})", "null"},
                                         Trap{R"({{toJson (regexSplit "b" "abc" 0)}})", "null"},
                                         Trap{R"({{len (regexFindAll "q" "ab" -1)}})", "0"},
                                         Trap{R"({{merge (dict "x" 1) (dict "a" nil "c" true)}})", "map[c:true x:1]"},
                                         Trap{R"({{mergeOverwrite (dict "x" 1) (dict "x" nil)}})", "map[x:<nil>]"},
                                         Trap{"{{chunk -3 list}}", kError}, Trap{"{{chunk -3 (list 1)}}", "[[1]]"},
                                         Trap{"{{chunk -1 (list 1)}}", kError},
                                         Trap{"{{chunk -3 (list 1 2 3 4)}}", "[]"},
                                         Trap{"{{chunk -3 (list 1 2 3 4 5)}}", kError},
                                         Trap{R"({{printf "%+w" 2}})", "%!w(int=2)"},
                                         Trap{R"({{printf "%#w" "x"}})", R"(%!w(string="x"))"},
                                         Trap{R"({{printf "%5w" (list "a")}})", "%!w([]interface {}=[    a])"},
                                         Trap{R"({{printf "%#X|%#x" 3.0 3.0}})", "0X1.8P+01|0x1.8000p+01"}));

INSTANTIATE_TEST_SUITE_P(AndOrReturnOperands, TrapsValues,
                         testing::Values(Trap{"{{and 1 0 2}}", "0"}, Trap{R"({{or "" "a" "b"}})", "a"},
                                         Trap{"{{and}}", kError}, Trap{R"({{or 0 ""}}|)", "|"},
                                         Trap{R"({{and 1 "x"}})", "x"}, Trap{R"({{or 1 (fail "x")}})", "1"},
                                         Trap{R"({{and 0 (fail "x")}})", "0"}, Trap{R"({{if or "" "a"}}y{{end}})", "y"},
                                         Trap{R"({{default "d" 0}})", "d"}, Trap{R"({{default "d" false}})", "d"},
                                         Trap{R"({{default "d" ""}})", "d"}, Trap{R"({{default "d" (list)}})", "d"},
                                         Trap{R"({{default "d" 0.0}})", "d"}, Trap{R"({{default "d" "0"}})", "0"},
                                         Trap{"{{1 | and 0}}", "0"}, Trap{R"({{"x" | or ""}})", "x"},
                                         Trap{"{{and nil 1}}", "<no value>"}, Trap{R"({{not ""}})", "true"},
                                         Trap{R"({{coalesce 0 "" false "x"}})", "x"},
                                         Trap{R"({{ternary "a" "b" ""}})", kError},
                                         Trap{"{{or nil nil}}", "<no value>"}, Trap{"{{and true nil}}", "<no value>"}));

INSTANTIATE_TEST_SUITE_P(
    MergeAndMergeOverwrite, TrapsValues,
    testing::Values(
        Trap{R"({{$d := dict "a" "" "b" 1}}{{$_ := merge $d (dict "a" 2 "b" 2 "c" 3)}}{{$d}})", "map[a:2 b:1 c:3]"},
        Trap{R"({{$d := dict "a" "x" "b" 1}}{{$_ := mergeOverwrite $d (dict "a" "" "b" 0 "c" nil)}}{{toJson $d}})",
             R"({"a":"","b":0,"c":null})"},
        Trap{R"({{merge (dict "a" (dict "x" 1)) (dict "a" (dict "x" 2 "y" 3))}})", "map[a:map[x:1 y:3]]"},
        Trap{R"({{merge (dict "a" (dict "x" 1)) (dict "a" 5)}})", "map[a:map[x:1]]"},
        Trap{R"({{mergeOverwrite (dict "a" (dict "x" 1)) (dict "a" 5)}})", "map[a:5]"},
        Trap{R"({{mergeOverwrite (dict "a" 5) (dict "a" (dict "x" 1))}})", "map[a:map[x:1]]"},
        Trap{R"({{$s := dict "n" (dict "k" 1)}}{{$d := merge (dict) $s}}{{$_ := set $d.n "k" 9}}{{$s}})",
             "map[n:map[k:9]]"},
        Trap{R"({{merge (dict "a" (list)) (dict "a" (list 1))}})", "map[a:[1]]"},
        Trap{R"({{merge (dict "a" (list 1)) (dict "a" (list 2))}})", "map[a:[1]]"},
        Trap{R"({{mergeOverwrite (dict "a" (list 1)) (dict "a" (list))}})", "map[a:[]]"},
        Trap{R"({{merge (dict) (dict "a" 1) (dict "a" 2)}})", "map[a:1]"},
        Trap{R"({{mergeOverwrite (dict) (dict "a" 1) (dict "a" 2)}})", "map[a:2]"},
        Trap{R"({{merge (dict "a" false) (dict "a" true)}})", "map[a:true]"},
        Trap{R"({{merge (dict "a" nil) (dict "a" 1)}})", "map[a:1]"},
        Trap{R"({{mustMerge (dict "a" 0) (dict "a" 1)}})", "map[a:1]"},
        Trap{R"({{mergeOverwrite (dict "a" (dict "x" 1 "y" 1)) (dict "a" (dict "x" nil))}})",
             "map[a:map[x:<nil> y:1]]"}));

INSTANTIATE_TEST_SUITE_P(
    MapsIterateInOrder, TrapsValues,
    testing::Values(Trap{R"({{range $k, $v := dict "b" 1 "a" 2 "C" 3 "é" 4 "10" 5 "9" 6}}{{$k}}={{$v}} {{end}})",
                         "10=5 9=6 C=3 a=2 b=1 é=4 "},
                    Trap{R"({{dict "b" 1 "a" 2}})", "map[a:2 b:1]"},
                    Trap{R"({{toJson (dict "b" 1 "a" 2 "B" 3)}})", R"({"B":3,"a":2,"b":1})"},
                    Trap{R"({{values (dict "a" 2 "b" 1) | sortAlpha}})", "[1 2]"},
                    Trap{R"({{range $v := split "," "x,y"}}{{$v}}{{end}})", "xy"},
                    Trap{R"({{printf "%v" (fromJson "{\"z\":1,\"a\":{\"c\":1,\"b\":2}}")}})",
                         "map[a:map[b:2 c:1] z:1]"},
                    Trap{R"({{range dict "b" 1 "a" 2}}{{.}}{{end}})", "21"},
                    Trap{R"({{toYaml (dict "b" 1 "a" 2)}})", "a: 2\nb: 1"}));

}  // namespace
}  // namespace rotor::tmpl
