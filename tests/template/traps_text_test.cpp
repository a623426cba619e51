// Traps about text: lengths in bytes, errors that are text or nothing, replacements.
#include "tests/template/trap.hpp"

namespace rotor::tmpl {
namespace {

class TrapsText : public testing::TestWithParam<Trap> {};

TEST_P(TrapsText, BehaveAsInGo) { check(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    LengthsCountBytes, TrapsText,
    testing::Values(Trap{"{{slice .a 1}}", kError}, Trap{"{{len .a}}", "5"},
                    Trap{"{{substr 0 2 .a | quote}}", R"("é")"}, Trap{"{{trunc 3 .a | quote}}", R"("é\xe6")"},
                    Trap{"{{trunc -3 .a}}", "日"}, Trap{R"({{abbrev 4 "日本語"}})", "\xe6..."},
                    Trap{R"({{wrap 3 "日本 語"}})", "\xe6\x97\xa5\xe6\x9c\xac\n\xe8\xaa\x9e"},
                    Trap{R"({{initials "é b"}})", "Ãb"}, Trap{R"({{nospace "é é"}})", "Ã©Ã©"},
                    Trap{"{{slice (list 1 2 3) 1 2}}", "[2]"}, Trap{R"({{slice "abc" 1 2}})", kError},
                    Trap{R"({{printf "%5s|" .a}})", "   é日|"}, Trap{R"({{printf "%.1s" .a}})", "é"},
                    Trap{"{{index .a 0}}", "195"}, Trap{R"({{wrapWith 3 "-" "日本"}})", "日-本"},
                    Trap{R"({{abbrevboth 1 7 "日本語日本語"}})", "\xe6\x97\xa5\xe6..."}));

INSTANTIATE_TEST_SUITE_P(
    DecodersReportErrorsAsText, TrapsText,
    testing::Values(
        Trap{"{{b64dec .b}}", "illegal base64 data at input byte 0"},
        Trap{R"({{b64dec "YQ"}})", "illegal base64 data at input byte 0"},
        Trap{R"({{b32dec "a"}})", "illegal base32 data at input byte 0"},
        Trap{R"({{hexdec "zz"}})", "encoding/hex: invalid byte: U+007A 'z'"},
        Trap{R"({{hexdec "abc"}})", "encoding/hex: odd length hex string"},
        Trap{R"({{fromYaml "a: b: c"}})",
             "map[Error:error converting YAML to JSON: yaml: mapping values are not allowed in this context]"},
        Trap{R"({{fromYaml "- a"}})",
             "map[Error:error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of "
             "type map[string]interface {}]"},
        Trap{R"({{fromYaml "x"}})",
             "map[Error:error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of "
             "type map[string]interface {}]"},
        Trap{R"({{(fromYaml "[").Error}})",
             "error converting YAML to JSON: yaml: line 1: did not find expected node content"},
        Trap{R"({{genPrivateKey "x"}})", "Unknown type x"},
        Trap{R"({{htpasswd "a:b" "p" "sha"}})", "invalid username: a:b"},
        Trap{R"({{htpasswd "a:b" "p"}})", "invalid username: a:b"},
        Trap{R"({{htpasswd "ann" "p" | trunc 11}})", "ann:$2a$10$"}, Trap{R"({{"p" | htpasswd "ann" | len}})", "64"},
        Trap{R"({{htpasswd "ann"}})",
             "error: template: tpl:1:2: executing \"tpl\" at <htpasswd>: wrong number of args for htpasswd: want 3 got "
             "1"},
        Trap{R"({{bcrypt (repeat 73 "x")}})",
             "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"},
        Trap{R"({{derivePassword 1 "x" "a" "b" "c"}})", "cannot find password template x"},
        Trap{R"({{b64dec "YQ==YQ=="}})", "illegal base64 data at input byte 4"},
        Trap{R"({{b64dec "Y Q=="}})", "illegal base64 data at input byte 1"}, Trap{R"({{b32dec "MFRGG==="}})", "abc"},
        Trap{R"({{len (b64dec "YQ")}})", "35"}));

INSTANTIATE_TEST_SUITE_P(
    ErrorsAreSwallowed, TrapsText,
    testing::Values(Trap{R"({{fromJson "{"}})", "<no value>"}, Trap{R"({{fromJson "[1e400,2]"}})", "[<nil> 2]"},
                    Trap{R"({{fromJson "1 2"}})", "<no value>"}, Trap{R"({{mustFromJson "{"}})", kError},
                    Trap{"{{toJson (list 1.0 2i)}}|", "|"}, Trap{"{{mustToJson (list 2i)}}", kError},
                    Trap{"{{toYaml 2i}}|", "|"},
                    Trap{R"({{toDate "2006-01-02" "nope"}})", "0001-01-01 00:00:00 +0000 UTC"},
                    Trap{R"({{mustToDate "2006-01-02" "nope"}})", kError}, Trap{R"({{atoi "x"}})", "0"},
                    Trap{R"({{int "1e5"}})", "0"}, Trap{R"({{int64 "abc"}})", "0"}, Trap{R"({{float64 "x"}})", "0"},
                    Trap{R"({{int " 5"}})", "0"}, Trap{R"({{toDecimal "9"}})", "0"}, Trap{"{{toRawJson 2i}}", kError},
                    Trap{"{{toPrettyJson 2i}}|", "|"}, Trap{R"({{regexMatch "(" "x"}})", "false"},
                    Trap{R"({{mustRegexMatch "(" "x"}})", kError},
                    Trap{R"({{dateModify "x" (toDate "2006-01-02" "2020-01-01") | htmlDate}})", "2020-01-01"},
                    Trap{R"({{mustDateModify "x" now}})", kError}, Trap{R"({{duration "x"}})", "0s"},
                    Trap{R"({{durationRound "x"}})", "0s"},
                    Trap{R"({{fromYaml ": :"}})",
                         "map[Error:error converting YAML to JSON: yaml: did not find expected key]"},
                    Trap{"{{ago 1.5 | kindOf}}", "string"}));

INSTANTIATE_TEST_SUITE_P(
    RegexpReplacement, TrapsText,
    testing::Values(Trap{R"t({{regexReplaceAll "(a)" "ab" "$1x"}})t", "b"},
                    Trap{R"t({{regexReplaceAll "(a)" "ab" "${1}x"}})t", "axb"},
                    Trap{R"t({{regexReplaceAllLiteral "(a)" "ab" "$1x"}})t", "$1xb"},
                    Trap{R"t({{regexReplaceAll "(a)" "ab" "\\1"}})t", R"(\1b)"},
                    Trap{R"t({{regexReplaceAll "a(?P<n>b)" "ab" "$n-$m-$$"}})t", "b--$"},
                    Trap{R"({{regexReplaceAll "x*" "abc" "-"}})", "-a-b-c-"},
                    Trap{R"({{regexFindAll "a*" "baac" -1}})", "[ aa ]"},
                    Trap{R"({{regexSplit "z*" "azb" -1}})", "[a b]"}, Trap{R"({{regexReplaceAll "" "é" "-"}})", "-é-"},
                    Trap{R"t({{regexFind "(?<n>b)" "abc"}})t", "b"}, Trap{R"({{regexMatch "^a.c$" "a\nc"}})", "false"},
                    Trap{R"({{regexMatch "(?s)^a.c$" "a\nc"}})", "true"}, Trap{R"({{regexMatch "a$" "a\n"}})", "false"},
                    Trap{R"({{regexFindAll "[a-z]" "abc" 2}})", "[a b]"},
                    Trap{R"({{regexReplaceAll "(" "x" "y"}})", kError},
                    Trap{R"({{regexSplit "," "a,b,c" 2}})", "[a b,c]"}, Trap{R"({{regexMatch "\\C" "a"}})", "false"},
                    Trap{R"({{regexMatch "a{1001}" "a"}})", "false"}, Trap{R"({{regexFind "\\pL+" "日x1"}})", "日x"}));

INSTANTIATE_TEST_SUITE_P(InvalidUtf8Subjects, TrapsText,
                         testing::Values(Trap{R"({{regexReplaceAll "." .x "z"}})", "zzz"},
                                         Trap{R"({{regexFindAll "[^a]" .x -1 | len}})", "2"},
                                         Trap{R"({{regexMatch "^a.b$" .x}})", "true"},
                                         Trap{R"({{regexSplit "." .x -1 | len}})", "4"},
                                         Trap{R"({{regexFind "b" .x}})", "b"},
                                         Trap{R"({{regexReplaceAll "b" .x "c" | quote}})", R"("a\xffc")"},
                                         Trap{R"({{regexMatch "\xff" .x}})", "false"}));

}  // namespace
}  // namespace rotor::tmpl
