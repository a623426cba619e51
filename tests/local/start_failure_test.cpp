#include "local/node/start_failure.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

struct FailureCase {
  const char* name;
  Report report;
  ProgramFacts facts;
  const char* expected;
};

class AStartThatFailed : public testing::TestWithParam<FailureCase> {};

TEST_P(AStartThatFailed, IsExplained) {
  EXPECT_EQ(explain_failure("/x", "/d", GetParam().report, GetParam().facts).message, GetParam().expected);
}

Report exec(int error) { return {Report::kFailed, error, Report::kExecute}; }

INSTANTIATE_TEST_SUITE_P(
    Cases, AStartThatFailed,
    testing::Values(
        FailureCase{"NotFound", exec(ENOENT), {}, "cannot run /x: there is no such file"},
        FailureCase{"MissingInterpreter",
                    exec(ENOENT),
                    {.exists = true, .interpreter = "/opt/python"},
                    "cannot run /x: its first line asks for /opt/python, which is not on this machine"},
        FailureCase{"CarriageReturn",
                    exec(ENOENT),
                    {.exists = true, .interpreter = "/bin/sh\r"},
                    "cannot run /x: its first line asks for /bin/sh, but ends with CR LF: save the file with LF"},
        FailureCase{"MissingLoader",
                    exec(ENOENT),
                    {.exists = true},
                    "cannot run /x: the loader that it names is not on this machine"},
        FailureCase{"Folder", exec(EACCES), {.exists = true, .is_folder = true}, "cannot run /x: it is a folder"},
        FailureCase{"NotExecutable",
                    exec(EACCES),
                    {.exists = true},
                    "cannot run /x: it may not be executed: chmod +x, or look at the rights of its folders and file "
                    "system"},
        FailureCase{"WrongFormat",
                    exec(ENOEXEC),
                    {.exists = true},
                    "cannot run /x: it is no program for this machine, and a script needs `#!` and its interpreter in "
                    "the first line"},
        FailureCase{"TooBig",
                    exec(E2BIG),
                    {.exists = true},
                    "cannot run /x: its command and environment are larger than the kernel takes"},
        FailureCase{"Directory",
                    {Report::kFailed, ENOENT, Report::kDirectory},
                    {.exists = true},
                    "cannot run /x in /d: No such file or directory"},
        FailureCase{"NoMoreProcesses",
                    {Report::kFailed, EAGAIN, Report::kFork},
                    {},
                    "cannot start /x: Resource temporarily unavailable"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace rotor::local
