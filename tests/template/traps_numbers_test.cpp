// Where C++ would trap, wrap or crash and Go does not; versions and times at their edges.
#include "tests/template/trap.hpp"

namespace rotor::tmpl {
namespace {

class TrapsNumbers : public testing::TestWithParam<Trap> {};

TEST_P(TrapsNumbers, BehaveAsInGo) { check(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    CppHazards, TrapsNumbers,
    testing::Values(
        Trap{"{{div -9223372036854775808 -1}}", "-9223372036854775808"}, Trap{"{{mod -9223372036854775808 -1}}", "0"},
        Trap{"{{div 1 0}}", kError}, Trap{"{{mod 1 0}}", kError}, Trap{"{{int 1e300}}", "-9223372036854775808"},
        Trap{"{{int -1e300}}", "-9223372036854775808"}, Trap{"{{int64 (divf 1 1e-300)}}", "-9223372036854775808"},
        Trap{R"({{repeat -1 "x"}})", kError}, Trap{R"({{indent -1 "x"}})", kError},
        Trap{R"({{nindent -1 "x"}})", kError}, Trap{R"({{substr 2 1 "abc"}})", kError},
        Trap{R"({{substr 5 6 "abc"}})", kError}, Trap{R"({{substr -1 5 "abc"}})", kError},
        Trap{R"({{substr 1 -1 "abc"}})", "bc"}, Trap{"{{slice (list 1 2) 3}}", kError},
        Trap{"{{slice (list 1 2) 1 0}}", kError}, Trap{"{{slice (list 1 2) -1}}", kError},
        Trap{"{{chunk 0 (list 1)}}", kError}, Trap{"{{index (list 1) 5}}", kError},
        Trap{"{{index (list 1) -1}}", kError}, Trap{"{{add 9223372036854775807 1}}", "-9223372036854775808"},
        Trap{"{{mul 9223372036854775807 2}}", "-2"}, Trap{"{{sub -9223372036854775808 1}}", "9223372036854775807"},
        Trap{R"({{trunc -9223372036854775808 "abc"}})", "abc"}, Trap{R"({{trunc 9223372036854775807 "abc"}})", "abc"},
        Trap{"{{untilStep 0 10 0}}", "[]"}, Trap{"{{until -3}}", "[0 -1 -2]"}, Trap{"{{seq 0}}", "1 0"},
        Trap{"{{seq 5 -2 1}}", "5 3 1"}, Trap{"{{randInt 5 5}}", kError}, Trap{"{{round 1.5 400}}", "NaN"},
        Trap{"{{round 12345.678 -2}}", "12300"}, Trap{R"({{printf "%d" 9223372036854775807}})", "9223372036854775807"},
        Trap{R"({{printf "%x" -1}})", "-1"}, Trap{R"({{printf "%c" 1114112}})", "�"},
        Trap{R"({{printf "%-5d|%05d|%+d" 3 -3 3}})", "3    |-0003|+3"},
        Trap{R"({{splitn "," -1 "a,b"}})", "map[_0:a _1:b]"}, Trap{R"({{splitn "," 0 "a,b"}})", "map[]"},
        Trap{R"({{date "2006-01-02" 9223372036854775807}})", "292277026596-12-04"},
        Trap{R"({{date "2006-01-02" -9223372036854775807}})", "292277026596-12-04"},
        Trap{"{{ago -9223372036854775808}}", "2562047h47m16.854775807s"},
        Trap{"{{ago 9223372036854775807}}", "2562047h47m16.854775807s"}, Trap{"{{duration 9223372036854775807}}", "0s"},
        Trap{R"({{duration "9223372036854775807"}})", "-1s"},
        Trap{R"({{durationRound "-2562047h47m16.854775808s"}})", "292y"},
        Trap{R"({{(toDate "2006-01-02" "2020-01-31").AddDate 0 1 0 | htmlDate}})", "2020-03-02"},
        Trap{R"({{(toDate "2006-01-02" "2020-01-31").AddDate 0 -11 -400 | htmlDate}})", "2018-01-27"},
        Trap{R"({{unixEpoch (toDate "2006" "0001")}})", "-62135596800"}, Trap{"{{max}}", kError},
        Trap{"{{min -9223372036854775808 9223372036854775807}}", "-9223372036854775808"}, Trap{"{{floor -0.5}}", "-1"},
        Trap{R"({{maxf 1 "x"}})", "1"}, Trap{R"({{add "9223372036854775808" 1}})", "1"},
        Trap{R"({{int "9223372036854775808"}})", "0"}, Trap{R"({{atoi "9223372036854775808"}})", "9223372036854775807"},
        Trap{"{{int true}}", "1"}, Trap{R"({{abbrev -5 "abcdef"}})", "abcdef"},
        Trap{R"({{wrap -1 "ab cd"}})", "ab\ncd"}, Trap{R"({{wrap 0 "ab"}})", "ab"},
        Trap{R"({{htmlDateInZone 0 "Nowhere/Land"}})", "1970-01-01"},
        Trap{R"({{toDecimal "777777777777777777777777"}})", "0"}, Trap{"{{mod 7 -3}}", "1"}, Trap{"{{mod -7 3}}", "-1"},
        Trap{"{{div -7 2}}", "-3"}, Trap{R"({{printf "%*d|%-*d" 5 1 3 2}})", "    1|2  "},
        Trap{R"({{printf "%[3]v %[1]v" 1 2}})", "%!v(BADINDEX) 1"}, Trap{R"({{printf "%!"}})", "%!!(MISSING)"},
        Trap{R"({{printf "%.3x" "abcdef"}})", "616263"},
        Trap{R"({{printf "%6.2f|%e|%g" 3.14159 1e9 1e21}})", "  3.14|1.000000e+09|1e+21"}));

INSTANTIATE_TEST_SUITE_P(SemverOnPrereleases, TrapsNumbers,
                         testing::Values(Trap{R"({{(semver "1.2.3-rc.1").IncMinor}})", "1.3.0"},
                                         Trap{R"({{(semver "1.2.3-rc.1").IncMajor}})", "2.0.0"},
                                         Trap{R"({{(semver "1.2.3-rc.1").IncPatch}})", "1.2.3"},
                                         Trap{R"({{(semver "1.2.3-rc.1+b5").IncPatch}})", "1.2.3"},
                                         Trap{R"({{(semver "1.2.3+b5").IncPatch}})", "1.2.4"},
                                         Trap{R"({{(semver "v1.2.3-a").IncPatch.Original}})", kError},
                                         Trap{R"({{(semver "v1.2.3").IncMinor.Original}})", kError},
                                         Trap{R"({{(semver "v1.2").IncMajor.Original}})", kError},
                                         Trap{R"({{(semver "1.2.3-rc.1").IncMinor.Prerelease}}|)", "|"},
                                         Trap{R"({{(semver "1.2.3+m").IncMajor.Metadata}}|)", "|"},
                                         Trap{R"({{(semver "1.2.3-a").Compare (semver "1.2.3")}})", "-1"},
                                         Trap{R"({{(semver "1.2.3-a.10").GreaterThan (semver "1.2.3-a.9")}})", "true"},
                                         Trap{R"({{(semver "1.0.0").Equal (semver "1.0.0+x")}})", "true"},
                                         Trap{R"({{(semver "18446744073709551615.0.0").IncMajor}})", "0.0.0"},
                                         Trap{R"({{(semver "1.2.3-rc.01")}})", kError},
                                         Trap{R"({{semverCompare ">1.2.3-0" "1.2.4-rc.1"}})", "true"},
                                         Trap{R"({{semverCompare ">1.2.3" "1.2.4-rc.1"}})", "false"},
                                         Trap{R"({{(semver "1.2.3-rc.1").IncPatch.IncPatch}})", "1.2.4"}));

INSTANTIATE_TEST_SUITE_P(TimesAndNow, TrapsNumbers,
                         testing::Values(Trap{"{{now | kindOf}}", "struct"},
                                         Trap{R"({{regexMatch " m=[+]" (toString now)}})", "true"},
                                         Trap{R"({{regexMatch " m=[+]" (toString (dateModify "1h" now))}})", "true"},
                                         Trap{R"({{regexMatch " m=[+]" (toString now.UTC)}})", "false"},
                                         Trap{R"({{regexMatch " m=[+]" (toString (now.AddDate 0 0 1))}})", "false"},
                                         Trap{R"({{regexMatch " m=[+]" (toString (now.Round 1))}})", "false"},
                                         Trap{R"({{regexMatch " m=[+]" (printf "%v" (list now))}})", "true"},
                                         Trap{R"({{regexMatch " m=[+]" (toString (now.Add 5))}})", "true"},
                                         Trap{R"({{regexMatch " m=[+]" now.String}})", "true"},
                                         Trap{R"({{regexMatch " m=[+]" (toString now.Local)}})", "false"}));

}  // namespace
}  // namespace rotor::tmpl
