#include "local/preview/template_error.hpp"

#include <gtest/gtest.h>

#include "base/nearest.hpp"
#include "template/language/template.hpp"

namespace rotor::local {
namespace {

struct NearestCase {
  std::string_view word;
  std::optional<std::string> expected;
};
class Nearest : public testing::TestWithParam<NearestCase> {};

TEST_P(Nearest, IsTheWordThatWasMeant) {
  const std::vector<std::string> known = {"toJson", "toYaml", "upper", "username", "b64enc", "b64dec"};
  EXPECT_EQ(nearest(GetParam().word, known), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, Nearest,
                         testing::Values(NearestCase{"tojson", "toJson"}, NearestCase{"usernmae", "username"},
                                         NearestCase{"b64en", "b64enc"}, NearestCase{"user", std::nullopt},
                                         NearestCase{"upepr", "upper"}, NearestCase{"xyz", std::nullopt},
                                         NearestCase{std::string_view{}, std::nullopt}));

// What the library says about this text, explained.
std::string explained(std::string_view source, bool hidden = false, const tmpl::Delimiters& delimiters = {}) {
  const std::vector<std::string> fields = {"db-user", "password", "tls.crt", "username"};
  tmpl::Map data;
  for (const auto& field : fields) data.emplace(field, tmpl::Value::text("canary"));
  const auto explain_it = [&](const tmpl::TemplateError& error) {
    return error.fault ? explain(*error.fault, {source, hidden}, fields) : "no position: " + error.message;
  };
  const auto parsed = tmpl::Template::parse("k", source, delimiters);
  if (!parsed) return explain_it(parsed.error());
  const auto rendered =
      parsed->render(tmpl::Value::map(std::move(data), tmpl::Type::kStringMap), tmpl::system_environment());
  return rendered ? "no error: " + *rendered : explain_it(rendered.error());
}

struct ExplainCase {
  std::string_view source;
  std::string_view expected;
};
class Explain : public testing::TestWithParam<ExplainCase> {};

TEST_P(Explain, ShowsThePlaceAndWhatWasMeant) { EXPECT_EQ(explained(GetParam().source), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Cases, Explain,
    testing::Values(
        ExplainCase{"a\nb {{ .usernme }}", R"(  line 2, column 6: map has no entry for key "usernme"
  2 | b {{ .usernme }}
    |      ^
  did you mean `.username`?)"},
        ExplainCase{"{{ .zzz }}", R"(  line 1, column 4: map has no entry for key "zzz"
  1 | {{ .zzz }}
    |    ^
  the data has `index . "db-user"`, `.password`, `index . "tls.crt"`, `.username`)"},
        ExplainCase{"{{ .password | b64encode }}", R"(  line 1, column 16: function "b64encode" not defined
  1 | {{ .password | b64encode }}
    |                ^
  did you mean `b64enc`?)"},
        ExplainCase{"{{ username }}", R"(  line 1, column 4: function "username" not defined
  1 | {{ username }}
    |    ^
  did you mean `.username`?)"},
        ExplainCase{"{{ quux }}", R"(  line 1, column 4: function "quux" not defined
  1 | {{ quux }}
    |    ^
  docs/templates.md lists the functions)"},
        ExplainCase{"{{ .tls.crt }}", R"(  line 1, column 4: map has no entry for key "tls"
  1 | {{ .tls.crt }}
    |    ^
  did you mean `index . "tls.crt"`?)"},
        ExplainCase{"{{ $d := dict }}{{ $d.name }}", R"(  line 1, column 20: map has no entry for key "name"
  1 | {{ $d := dict }}{{ $d.name }}
    |                    ^
  a member that may be missing is read with `get`: `get … "name"`)"},
        ExplainCase{"{{ .password.host }}", R"(  line 1, column 4: can't evaluate field host in type string
  1 | {{ .password.host }}
    |    ^
  did you mean `(fromJson .password).host`?)"},
        ExplainCase{"{{ base64decode .password }}",
                    R"(  line 1, column 4: function "base64decode" not defined
  1 | {{ base64decode .password }}
    |    ^
  did you mean `b64dec`?)"},
        ExplainCase{"x {{ .db-user }}", R"(  line 1, column 9: bad character U+002D '-'
  1 | x {{ .db-user }}
    |         ^
  did you mean `index . "db-user"`?)"},
        ExplainCase{"\t\"ü\": {{ .password", R"(  line 1, column 8: unclosed action
  1 | 	"ü": {{ .password
    | 	     ^)"},
        ExplainCase{
            R"(a {{ printf "%s\q" .password }} and {{ .username }})",
            R"(  line 1, column 16: invalid syntax: \q is no escape: write \\q, or put the text between backquotes
  1 | a {{ printf "%s\q" .password }} and {{ .username }}
    |                ^)"},
        ExplainCase{
            "x\n{{ '\\z' }}",
            R"(  line 2, column 5: invalid syntax: \z is no escape: write \\z, or put the text between backquotes
  2 | {{ '\z' }}
    |     ^)"},
        ExplainCase{"{{ if .username }}x", R"(  line 1, column 1: unexpected EOF
  1 | {{ if .username }}x
    | ^)"},
        ExplainCase{"a {{ end }}", R"(  line 1, column 6: unexpected {{end}}
  1 | a {{ end }}
    |      ^)"},
        ExplainCase{"{{ repeat .password 2 }}",
                    R"(  line 1, column 11: wrong type for value; expected int; got string
  1 | {{ repeat .password 2 }}
    |           ^)"}));

TEST(Explanation, ShowsAPartOfALongLine) {
  const std::string text = std::string(200, 'x') + " {{ .nope }} " + std::string(200, 'y');
  const std::string shown = explained(text);
  EXPECT_TRUE(shown.contains("line 1, column 205")) << shown;
  EXPECT_TRUE(shown.contains(" {{ .nope }} ")) << shown;
  EXPECT_TRUE(shown.contains("…")) << shown;
  EXPECT_LT(shown.size(), 500U);
}

TEST(Explanation, DoesNotShowATemplateThatIsInASecret) {
  const std::string shown = explained("hunter2 {{ .usernme }}", true);
  EXPECT_EQ(shown, "  line 1: map has no entry for key \"usernme\"\n  did you mean `.username`?");
}

TEST(Explanation, KnowsOtherDelimiters) {
  EXPECT_EQ(explained("a [[ .username", false, {"[[", "]]"}),
            "  line 1, column 3: unclosed action\n  1 | a [[ .username\n    |   ^");
}

}  // namespace
}  // namespace rotor::local
