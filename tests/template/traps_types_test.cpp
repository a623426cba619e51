// Traps about types: JSON numbers, the data map, int and int64, missing keys. Expected values are those of Go with
// sprig.
#include "tests/template/trap.hpp"

namespace rotor::tmpl {
namespace {

class TrapsTypes : public testing::TestWithParam<Trap> {};

TEST_P(TrapsTypes, BehaveAsInGo) { check(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    JsonNumbersAreFloat64, TrapsTypes,
    testing::Values(
        Trap{"{{(fromJson .j).big}}", "1e+06"}, Trap{"{{(fromJson .j).id}}", "1.2345678901e+10"},
        Trap{"{{(fromJson .j).big | int}}", "1000000"}, Trap{"{{eq (fromJson .j).port 5432}}", kError},
        Trap{"{{eq (fromJson .j).port 5432.0}}", "true"}, Trap{"{{gt (fromJson .j).port 1}}", kError},
        Trap{"{{gt (int (fromJson .j).port) 1}}", "true"}, Trap{"{{(fromJson .j).port | trunc 2}}", kError},
        Trap{R"({{repeat (fromJson .j).port "x"}})", kError},
        Trap{R"({{printf "%d" (fromJson .j).port}})", "%!d(float64=5432)"},
        Trap{R"({{printf "%.0f" (fromJson .j).id}})", "12345678901"}, Trap{"{{add (fromJson .j).port 1}}", "5433"},
        Trap{"{{kindOf (fromJson .j).port}}", "float64"}, Trap{R"({{(fromYaml "a: 1000000").a}})", "1e+06"},
        Trap{R"({{index (list "a" "b") (index (fromJson "[1]") 0)}})", kError},
        Trap{R"({{until (fromJson "3")}})", kError}, Trap{R"({{range (fromJson "3")}}{{.}}{{end}})", kError},
        Trap{"{{(fromJson .j).big | toJson}}", "1000000"}, Trap{"{{(fromJson .j).big | toString}}", "1e+06"},
        Trap{"{{(fromJson .j).big | quote}}", R"("1e+06")"}, Trap{R"({{has 1 (fromJson "[1]")}})", "false"},
        Trap{R"({{has 1.0 (fromJson "[1]")}})", "true"}));

INSTANTIATE_TEST_SUITE_P(DataIsAStringMap, TrapsTypes,
                         testing::Values(Trap{R"({{hasKey . "j"}})", kError}, Trap{R"({{get . "j"}})", kError},
                                         Trap{"{{keys .}}", kError}, Trap{R"({{merge . (dict "a" 1)}})", kError},
                                         Trap{R"({{pick . "j"}})", kError}, Trap{R"({{dig "j" "d" .}})", kError},
                                         Trap{R"({{set . "x" "y"}})", kError}, Trap{R"({{unset . "j"}})", kError},
                                         Trap{"{{values .}}", kError}, Trap{R"({{pluck "j" .}})", kError},
                                         Trap{R"({{omit . "j"}})", kError}, Trap{R"({{index . "zz"}})", ""},
                                         Trap{R"({{index . "zz" | default "d"}})", "d"}, Trap{"{{.zz}}", kError},
                                         Trap{"{{len .}}", "5"}, Trap{"{{typeOf .}}", "map[string]string"},
                                         Trap{R"({{kindIs "map" .}})", "true"}, Trap{R"({{index . "b"}})", "!!"},
                                         Trap{"{{range $k, $v := .}}{{$k}},{{end}}", "a,b,e,j,n,"},
                                         Trap{R"({{toJson (index . "b")}})", R"("!!")"},
                                         Trap{"{{with .zz}}x{{end}}", kError}, Trap{"{{if .zz}}x{{end}}", kError},
                                         Trap{"{{deepCopy . | typeOf}}", "map[string]string"}));

INSTANTIATE_TEST_SUITE_P(
    IntIsNotInt64, TrapsTypes,
    testing::Values(Trap{"{{until (add 1 2)}}", kError}, Trap{R"({{repeat (add 1 2) "x"}})", kError},
                    Trap{R"({{trunc (sub 3 1) "abc"}})", kError}, Trap{R"({{indent (mul 1 2) "x"}})", kError},
                    Trap{R"({{substr (add 0 0) 1 "abc"}})", kError}, Trap{"{{seq (add 1 1)}}", kError},
                    Trap{"{{round 1.5 (add 0 1)}}", kError}, Trap{"{{until (int (add 1 2))}}", "[0 1 2]"},
                    Trap{R"({{repeat (len "ab") "x"}})", "xx"}, Trap{"{{eq (add 1 2) 3}}", "true"},
                    Trap{"{{typeOf (add 1 2)}}", "int64"}, Trap{"{{index (list 1 2 3) (add 0 1)}}", "2"},
                    Trap{"{{until (max 1 2)}}", kError}, Trap{"{{has 3 (list (add 1 2))}}", "false"},
                    Trap{R"({{printf "%d" (add 1 2)}})", "3"}, Trap{"{{chunk (add 1 1) (list 1 2)}}", kError},
                    Trap{R"({{plural "a" "b" (add 0 1)}})", kError}, Trap{"{{randAlpha (add 0 1)}}", kError},
                    Trap{"{{until (toDecimal 3)}}", kError}, Trap{R"({{until (atoi "3")}})", "[0 1 2]"}));

INSTANTIATE_TEST_SUITE_P(
    MissingKeysFail, TrapsTypes,
    testing::Values(Trap{R"({{(dict "a" 1).b}})", kError}, Trap{R"({{(fromJson "{}").b}})", kError},
                    Trap{R"({{(split "," "a")._1}})", kError}, Trap{R"({{index (dict "a" 1) "b"}})", "<no value>"},
                    Trap{R"({{get (dict "a" 1) "b"}})", ""}, Trap{R"({{(dict "a" nil).a}})", "<no value>"},
                    Trap{R"({{(dict "a" nil).a.b}})", kError},
                    Trap{R"({{$d := dict "a" nil}}{{$v := $d.a}}{{$v.b}})", kError},
                    Trap{R"({{(dict "a" (dict)).a.b}})", kError}, Trap{R"({{default "x" .zz}})", kError}));

}  // namespace
}  // namespace rotor::tmpl
