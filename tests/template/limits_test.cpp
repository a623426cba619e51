// Hostile templates stop with an error that names the budget they met, and what lies just below passes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/template/render.hpp"

namespace rotor::tmpl {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string times(std::size_t count, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string nested(std::size_t levels) { return times(levels, "[") + times(levels, "]"); }

// `make` gives the template for a number: at `most` it renders, one further it is over the budget.
struct Budget {
  std::string_view name;
  std::string (*make)(std::size_t n);
  std::size_t most;
  std::string_view error;
  Limits limits = {};
};

void PrintTo(const Budget& b, std::ostream* out) { *out << b.name; }

class Budgets : public testing::TestWithParam<Budget> {};

TEST_P(Budgets, RenderJustBelowAndStopJustAbove) {
  const Budget& b = GetParam();
  RenderOptions options;
  options.limits = b.limits;
  EXPECT_THAT(shown(b.make(b.most), {}, options), Not(HasSubstr("error: ")));
  EXPECT_THAT(shown(b.make(b.most + 1), {}, options), EndsWith(b.error));
}

std::string sized(std::string_view before, std::size_t n, std::string_view after) {
  return std::string(before) + std::to_string(n) + std::string(after);
}

constexpr std::string_view kText = "over budget: more than 16777216 bytes in one text";
constexpr std::string_view kLevels = "over budget: more than 1000 levels of lists and maps";
constexpr std::string_view kEffort = "over budget: more than 8000 units of work for keys and password hashes";
constexpr std::string_view kNesting = "max expression depth exceeded";

Limits bytes(std::size_t count) {
  Limits l;
  l.bytes = static_cast<std::int64_t>(count);
  return l;
}
Limits output(std::int64_t count) {
  Limits l;
  l.output = count;
  return l;
}
Limits effort(std::int64_t units) {
  Limits l;
  l.effort = units;
  return l;
}
Limits depth(int count) {
  Limits l;
  l.template_depth = count;
  return l;
}

constexpr std::size_t kListBytes = 1000 * sizeof(Value) + 128;

INSTANTIATE_TEST_SUITE_P(
    Text, Budgets,
    testing::Values(
        Budget{"repeat", [](std::size_t n) { return sized("{{repeat ", n, " \"x\" | len}}"); }, kMaxText, kText},
        Budget{"indent", [](std::size_t n) { return sized("{{indent ", n, " \"\" | len}}"); }, kMaxText, kText},
        Budget{"nindent", [](std::size_t n) { return sized("{{nindent ", n, " \"\" | len}}"); }, kMaxText - 1, kText},
        Budget{
            "replace",
            [](std::size_t n) { return sized("{{replace \"a\" (repeat 4096 \"x\") (repeat ", n, " \"a\") | len}}"); },
            4095, kText},
        Budget{"regexReplaceAll",
               [](std::size_t n) {
                 return sized("{{regexReplaceAll \"a\" (repeat 4096 \"a\") (repeat ", n, " \"x\") | len}}");
               },
               4096, kText},
        Budget{"regexReplaceAll of one match by itself",
               [](std::size_t n) {
                 return sized("{{regexReplaceAll \".+\" (repeat 4096 \"a\") (repeat ", n, " \"$0\") | len}}");
               },
               4096, kText},
        Budget{"join", [](std::size_t n) { return sized("{{join (repeat 1000000 \"x\") (until ", n, ") | len}}"); }, 16,
               kText},
        Budget{"printf width",
               [](std::size_t n) {
                 return sized("{{printf (repeat ", n, " \"%1000000d\")") + times(n, " 1") + " | len}}";
               },
               16, kText},
        Budget{"cat",
               [](std::size_t n) { return "{{$x := repeat 1048576 \"x\"}}{{cat" + times(n, " $x") + " | len}}"; }, 15,
               kText},
        Budget{"wrapWith",
               [](std::size_t n) { return sized("{{wrapWith 1 (repeat 4096 \"x\") (repeat ", n, " \"a\") | len}}"); },
               4095, kText},
        Budget{"randAlpha", [](std::size_t n) { return sized("{{randAlpha ", n, " | len}}"); }, 100,
               "over budget: more than 164 bytes made by functions", bytes(164)},
        Budget{"output", [](std::size_t n) { return sized("{{range ", n, "}}0123456789{{end}}"); }, 100,
               "over budget: more than 1000 bytes of output", output(1000)},
        Budget{"a pattern", [](std::size_t n) { return sized("{{regexMatch (repeat ", n, " \"a\") \"\"}}"); }, 65536,
               "over budget: more than 65536 bytes of a regular expression"},
        Budget{"repetition in a pattern", [](std::size_t n) { return sized("{{mustRegexMatch \"a{", n, "}\" \"\"}}"); },
               1000, "invalid repeat count: `{1001}`"},
        Budget{"digits of a number", [](std::size_t n) { return "{{mulf" + times(n, " 1.234567890123456789") + "}}"; },
               623, "over budget: more than 10000 digits of one number"}));

INSTANTIATE_TEST_SUITE_P(
    Lists, Budgets,
    testing::Values(
        Budget{"until", [](std::size_t n) { return sized("{{until ", n, " | len}}"); }, 1000,
               "over budget: more than 32128 bytes made by functions", bytes(kListBytes)},
        Budget{"until, counting down", [](std::size_t n) { return sized("{{until -", n, " | len}}"); }, 1000,
               "over budget: more than 32128 bytes made by functions", bytes(kListBytes)},
        Budget{"untilStep", [](std::size_t n) { return sized("{{untilStep 0 ", n * 3, " 3 | len}}"); }, 1000,
               "over budget: more than 32128 bytes made by functions", bytes(kListBytes)},
        Budget{"seq", [](std::size_t n) { return sized("{{seq ", n, " | len}}"); }, 1004,
               "over budget: more than 32128 bytes made by functions", bytes(kListBytes)},
        Budget{"splitList", [](std::size_t n) { return sized("{{splitList \"\" (repeat ", n, " \"x\") | len}}"); }, 141,
               "bytes made by functions", bytes(kListBytes)},
        Budget{"concat", [](std::size_t n) { return "{{$l := until 100}}{{concat" + times(n, " $l") + " | len}}"; }, 8,
               "bytes made by functions", bytes(kListBytes)},
        Budget{"dict keys",
               [](std::size_t n) { return "{{$k := repeat 8000 \"k\"}}" + times(n, "{{$_ := dict $k 1}}"); }, 2,
               "bytes made by functions", bytes(kListBytes)},
        Budget{"lists in lists, printed",
               [](std::size_t n) { return sized("{{$x := 1}}{{range ", n, "}}{{$x = list $x}}{{end}}{{$x}}"); }, 1000,
               kLevels},
        Budget{"lists in lists, toJson",
               [](std::size_t n) { return sized("{{$x := 1}}{{range ", n, "}}{{$x = list $x}}{{end}}{{toJson $x}}"); },
               1000, kLevels},
        Budget{"lists in lists, toYaml",
               [](std::size_t n) { return sized("{{$x := 1}}{{range ", n, "}}{{$x = list $x}}{{end}}{{toYaml $x}}"); },
               1000, kLevels},
        Budget{"lists in lists, quote",
               [](std::size_t n) { return sized("{{$x := 1}}{{range ", n, "}}{{$x = list $x}}{{end}}{{quote $x}}"); },
               1000, kLevels},
        Budget{"maps in maps, deepCopy",
               [](std::size_t n) {
                 return sized("{{$x := 1}}{{range ", n, "}}{{$x = dict \"a\" $x}}{{end}}{{deepCopy $x | len}}");
               },
               1000, kLevels},
        Budget{"maps in maps, merge",
               [](std::size_t n) {
                 return sized("{{$x := dict}}{{$y := dict}}{{range ", n,
                              "}}{{$x = dict \"a\" $x}}{{$y = dict \"a\" $y}}{{end}}{{merge $x $y | len}}");
               },
               1000, kLevels},
        Budget{"maps in maps, deepEqual",
               [](std::size_t n) {
                 return sized("{{$x := 1}}{{$y := 1}}{{range ", n,
                              "}}{{$x = dict \"a\" $x}}{{$y = dict \"a\" $y}}{{end}}{{deepEqual $x $y}}");
               },
               1000, kLevels},
        Budget{"JSON levels", [](std::size_t n) { return "{{fromJson `" + nested(n) + "` | kindOf}}"; }, 1000, kLevels},
        Budget{"YAML levels", [](std::size_t n) { return "{{fromYaml `a: " + nested(n) + "` | len}}"; }, 999,
               kLevels}));

INSTANTIATE_TEST_SUITE_P(
    Programs, Budgets,
    testing::Values(
        Budget{"recursion of templates",
               [](std::size_t n) {
                 return sized(
                     "{{define \"t\"}}{{if gt (int .) 0}}{{template \"t\" (sub . 1)}}{{end}}{{end}}{{template \"t\" ",
                     n, "}}");
               },
               9, "exceeded maximum template depth (10)", depth(10)},
        Budget{"parentheses", [](std::size_t n) { return "{{" + times(n, "(") + "1" + times(n, ")") + "}}"; }, 9999,
               kNesting},
        Budget{"blocks", [](std::size_t n) { return times(n, "{{if true}}") + times(n, "{{end}}"); }, 9999, kNesting},
        Budget{"else if", [](std::size_t n) { return "{{if false}}" + times(n, "{{else if false}}") + "{{end}}"; },
               9998, kNesting},
        Budget{"variables",
               [](std::size_t n) {
                 std::string out;
                 for (std::size_t i = 0; i < n; ++i) out += sized("{{$v", i, " := 1}}");
                 return out;
               },
               999, "over budget: more than 1000 variables in scope"},
        Budget{"bcrypt", [](std::size_t n) { return sized("{{range ", n, "}}{{$_ := bcrypt \"x\"}}{{end}}"); }, 4,
               "more than 250 units of work for keys and password hashes", effort(250)},
        Budget{"htpasswd", [](std::size_t n) { return times(n, "{{$_ := htpasswd \"u\" \"p\" \"bcrypt\"}}"); }, 4,
               "more than 250 units of work for keys and password hashes", effort(250)},
        Budget{"derivePassword",
               [](std::size_t n) { return times(n, "{{$_ := derivePassword 1 \"pin\" \"p\" \"u\" \"s\"}}"); }, 1,
               "more than 250 units of work for keys and password hashes", effort(250)},
        Budget{"all kinds of work together",
               [](std::size_t n) {
                 return "{{$_ := bcrypt \"x\"}}{{$_ := genPrivateKey \"ecdsa\"}}" +
                        times(n, "{{$_ := genPrivateKey \"ed25519\"}}");
               },
               189, "more than 250 units of work for keys and password hashes", effort(250)}));

TEST(TemplateLimits, EveryFunctionThatMakesAKeyCounts) {
  RenderOptions none;
  none.limits.effort = 0;
  for (const char* text : {"{{genCA \"c\" 1}}", "{{genSelfSignedCert \"c\" nil nil 1}}", "{{genPrivateKey \"\"}}",
                           "{{genPrivateKey \"rsa\"}}", "{{genPrivateKey \"dsa\"}}", "{{genPrivateKey \"ecdsa\"}}",
                           "{{genPrivateKey \"ed25519\"}}", "{{bcrypt \"x\"}}", "{{htpasswd \"u\" \"p\" \"x\"}}",
                           "{{derivePassword 1 \"pin\" \"p\" \"u\" \"s\"}}"}) {
    EXPECT_THAT(shown(text, {}, none), HasSubstr("over budget: more than 0 units of work")) << text;
  }
}

TEST(TemplateLimits, FiftyUsersAreOrdinary) {
  EXPECT_THAT(shown("{{range 50}}{{$_ := htpasswd \"u\" \"p\" \"bcrypt\"}}{{end}}"), Not(HasSubstr("error")));
}

TEST(TemplateLimits, FiftySmallKeysAreOrdinary) {
  EXPECT_THAT(shown("{{range 50}}{{$_ := genPrivateKey \"ecdsa\"}}{{end}}"), Not(HasSubstr("error")));
}

// Refused long before they are made: the first render may use all but one unit of what there is.
TEST(TemplateLimits, TwoHundredRsaKeysAreRefused) {
  Spent spent;
  spent.effort = Limits{}.effort - 1;
  RenderOptions options;
  options.spent = &spent;
  EXPECT_THAT(shown("{{range 200}}{{$_ := genPrivateKey \"rsa\"}}{{end}}", {}, options), EndsWith(kEffort));
  EXPECT_GT(200 * static_cast<std::int64_t>(Effort::kRsa2048), Limits{}.effort);
}

TEST(TemplateLimits, WorkForKeysIsSharedByTheTextsOfOneTarget) {
  const auto t = Template::parse("tpl", "{{genPrivateKey \"ed25519\" | len}}");
  Spent spent;
  RenderOptions options;
  options.limits.effort = 2;
  options.spent = &spent;
  EXPECT_TRUE(t->render(Value(), fixed_environment(), options));
  EXPECT_TRUE(t->render(Value(), fixed_environment(), options));
  EXPECT_FALSE(t->render(Value(), fixed_environment(), options));
}

// Each would run for minutes if only its calls were counted.
TEST(TemplateLimits, WorkInsideFunctionsIsCounted) {
  RenderOptions options;
  options.limits.steps = 200'000;
  for (const char* text :
       {"{{range until 100000}}{{range until 100000}}{{end}}{{end}}", "{{range 9223372036854775807}}{{end}}",
        "{{$s := repeat 1000000 \"x\"}}{{range 100000}}{{$_ := sha256sum $s}}{{end}}",
        "{{$s := repeat 1000000 \"x\"}}{{range 100000}}{{$_ := contains \"y\" $s}}{{end}}",
        "{{$s := repeat 1000000 \"x\"}}{{range 100000}}{{$_ := eq $s (upper $s)}}{{end}}",
        "{{$l := until 100000}}{{range 100000}}{{$_ := has \"x\" $l}}{{end}}", "{{uniq (until 100000)}}",
        "{{$l := until 10000}}{{range 100000}}{{$_ := sortAlpha $l}}{{end}}",
        "{{$d := dict}}{{range $i := until 2000}}{{$_ := set $d (toString $i) $i}}{{end}}"
        "{{range 100000}}{{range $d}}{{break}}{{end}}{{end}}",
        "{{$d := dict \"a\" (until 1000)}}{{range 100000}}{{$_ := deepCopy $d}}{{end}}",
        "{{$s := repeat 100000 \"x\"}}{{regexFindAll \"x*y|x\" $s -1}}",
        "{{$s := repeat 100000 \"x\"}}{{regexReplaceAll \"x*y|x\" $s \"z\"}}",
        "{{range 100000}}{{$_ := regexMatch \"(\\\\pL{100}){10}\" \"x\"}}{{end}}",
        "{{range 100000}}{{$_ := regexMatch \"((\\\\pL{30}){30}){30}\" \"x\"}}{{end}}",
        "{{$s := repeat 1000 \"- a: 1\\n\"}}{{range 100000}}{{$_ := fromYaml $s}}{{end}}",
        "{{$s := toJson (until 10000)}}{{range 100000}}{{$_ := fromJson $s}}{{end}}", "{{randAlpha 300000}}",
        "{{$s := repeat 300000 \"x\"}}{{shuffle $s}}",
        "{{$k := genPrivateKey \"ecdsa\"}}{{range 100000}}{{$_ := genCAWithKey \"c\" 1 $k}}{{end}}"}) {
    EXPECT_THAT(shown(text, {}, options), HasSubstr("over budget: more than ")) << text;
  }
}

TEST(TemplateLimits, OldVariablesAreDearer) {
  std::string text;
  for (int i = 0; i < 900; ++i) text += sized("{{$v", static_cast<std::size_t>(i), " := 1}}");
  RenderOptions options;
  options.limits.steps = 40'000;
  EXPECT_THAT(shown(text + "{{range 1000}}{{$v899}}{{end}}", {}, options), Not(HasSubstr("error")));
  EXPECT_THAT(shown(text + "{{range 1000}}{{$v0}}{{end}}", {}, options), HasSubstr("more than 40000 steps"));
}

TEST(TemplateLimits, AliasesOfYamlMultiplyOnlySoFar) {
  const auto laughs = [](std::size_t uses) {
    return "a: &a [" + times(999, "x,") + "x]\nb: [" + times(uses, "*a,") + "]\n";
  };
  EXPECT_EQ(shown("{{(fromYaml .y).b | len}}", {{"y", laughs(199)}}), "199");
  EXPECT_THAT(shown("{{fromYaml .y}}", {{"y", laughs(210)}}), HasSubstr("values made by the aliases of one document"));
  std::string billion = "a: &a x\n";
  for (char c = 'b'; c < 'm'; ++c) {
    billion +=
        std::string(1, c) + ": &" + c + " [" + times(9, std::string("*") + static_cast<char>(c - 1) + ",") + "]\n";
  }
  EXPECT_THAT(shown("{{fromYaml .y}}", {{"y", billion}}), HasSubstr("over budget: "));
}

TEST(TemplateLimits, DocumentsOfTooManyValues) {
  EXPECT_THAT(shown("{{fromJson .j}}", {{"j", "[" + times(1'000'000, "1,") + "1]"}}),
              EndsWith("over budget: more than 1000000 values in one document"));
}

TEST(TemplateLimits, ReadersThatSwallowErrorsDoNotSwallowBudgets) {
  const std::string deep = nested(1001);
  for (const char* text : {"{{fromJson .d}}", "{{fromYaml .d}}", "{{mustFromJson .d}}"}) {
    EXPECT_THAT(shown(text, {{"d", deep}}), EndsWith(kLevels)) << text;
  }
}

TEST(TemplateLimits, WidthsBeyondAMillionAreNoWidths) {
  EXPECT_EQ(shown(R"({{printf "%1000000d" 1 | len}})"), "1000000");
  EXPECT_EQ(shown(R"({{printf "%1000000000d" 1}})"), "%!(NOVERB)%!(EXTRA int=1)");
  EXPECT_EQ(shown(R"({{printf "%*d" 1000001 1}})"), "%!(BADWIDTH)1");
}

TEST(TemplateLimits, ValuesThatContainThemselves) {
  for (const char* use : {"{{$d}}", "{{toJson $d}}", "{{toYaml $d}}", "{{deepCopy $d}}", "{{quote $d}}", "{{print $d}}",
                          "{{sortAlpha $d}}", "{{join \",\" (list $d)}}"}) {
    EXPECT_THAT(shown(std::string(R"({{$d := dict}}{{$_ := set $d "a" $d}})") + use), EndsWith(kLevels)) << use;
  }
}

TEST(TemplateLimits, ListsNestedByALoopAreDroppedWithoutRecursion) {
  EXPECT_EQ(shown("{{$x := list}}{{range 100000}}{{$x = list $x}}{{end}}ok"), "ok");
}

TEST(TemplateLimits, DoublingValues) {
  const std::string doubled = "{{$x := list 1}}{{range 40}}{{$x = list $x $x}}{{end}}";
  RenderOptions options;
  options.limits.steps = 100'000;
  options.limits.output = 100'000;
  for (const char* use : {"{{$x}}", "{{toJson $x}}", "{{deepCopy $x}}"}) {
    EXPECT_THAT(shown(doubled + use, {}, options), HasSubstr("over budget: ")) << use;
  }
}

TEST(TemplateLimits, RendersOfOneTargetShareABudget) {
  const auto t = Template::parse("tpl", "{{range 300}}{{end}}");
  Spent spent;
  RenderOptions options;
  options.limits.steps = 500;
  options.spent = &spent;
  EXPECT_TRUE(t->render(Value(), fixed_environment(), options));
  const auto second = t->render(Value(), fixed_environment(), options);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, EndsWith("over budget: more than 500 steps"));
}

TEST(TemplateLimits, SearchesTakeLinearTime) {
  const std::map<std::string, std::string> data = {
      {"hay", times(300'000, "a")}, {"needle", times(150'000, "a") + "b"}, {"cut", times(100'000, "é") + "a"}};
  EXPECT_EQ(shown("{{contains .needle .hay}}{{replace .needle \"\" .hay | len}}{{splitList .needle .hay | len}}", data),
            "false3000001");
  EXPECT_EQ(shown("{{trimAll .cut .hay}}", data), "");
}

TEST(TemplateLimits, BlocksThatBeginAndNeverEnd) {
  const std::string begins = times(30'000, "-----BEGIN A-----\n");
  EXPECT_THAT(shown("{{filterPEM \"A\" .p}}", {{"p", begins}}), EndsWith("found junk"));
  EXPECT_EQ(shown("{{filterPEM \"B\" .p}}", {{"p", begins + "-----END B-----\n-----BEGIN B-----\n-----END B-----\n"}}),
            "-----BEGIN B-----\n-----END B-----\n");
}

TEST(TemplateErrors, NeverCarryValues) {
  const std::map<std::string, std::string> data = {{"k", "hunter2"}};
  for (const char* text : {"{{fail .k}}",
                           "{{.k.x}}",
                           "{{index .k 99}}",
                           "{{mustToDate \"2006\" .k}}",
                           "{{mustFromJson .k}}",
                           "{{semver .k}}",
                           "{{urlParse (printf \"http://%s/%%zz\" .k)}}",
                           "{{atoi .k | repeat .k}}",
                           "{{.k | 1}}",
                           "{{eq .k 1}}",
                           "{{range .k}}{{end}}",
                           "{{dig .k 1}}",
                           "{{semverCompare .k \"1\"}}",
                           "{{slice .k}}",
                           "{{regexFind (print \"(\" .k) \"\"}}",
                           "{{mustRegexFind (print .k \"[\") \"\"}}",
                           "{{mustDateModify .k now}}",
                           "{{mustRegexMatch (print \"(?P<\" .k \"!>x)\") \"\"}}",
                           "{{mustRegexMatch (print \"[z-\" .k \"]\") \"\"}}",
                           "{{genSelfSignedCert \"c\" (list .k) nil 1}}",
                           "{{buildCustomCert .k .k}}",
                           "{{rsaDecrypt .k .k .k .k}}",
                           "{{jwkPublicKeyPem (printf \"{\\\"kty\\\":%q}\" .k)}}",
                           "{{pkcs12key .k}}",
                           "{{decryptAES .k .k}}",
                           "{{get (dict) .k | fail}}",
                           "{{index (dict) 1 .k}}",
                           "{{(dict .k 1).x}}",
                           "{{urlJoin (dict \"host\" 1 .k .k)}}"}) {
    const std::string got = shown(text, data);
    EXPECT_THAT(got, StartsWith("error: ")) << text;
    EXPECT_THAT(got, Not(HasSubstr("hunter2"))) << text;
  }
}

TEST(TemplateErrors, FailShowsAMessageWrittenInTheTemplate) {
  EXPECT_THAT(shown(R"({{fail "no user"}})"), EndsWith("error calling fail: no user"));
  EXPECT_THAT(shown(R"({{printf "no %s" "user" | fail}})"), EndsWith("error calling fail: no user"));
}

}  // namespace
}  // namespace rotor::tmpl
