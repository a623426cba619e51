"""Scenarios, which run on the embedded server, on a real API server: the same tests, with the same controllers in their
process. A test that needs what only the embedded server has skips itself, and stands here.

Those of OpenClawInstances say themselves what a StatefulSet's controller and a kubelet would: they get an API server with
the collectors of garbage, namespaces and claims and nobody else."""

import fnmatch
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree as xml

import pytest
from harness.control_plane import ControlPlane
from harness.operator import install
from harness.tools import ROOT

# The one with sanitizers that runs on the embedded server: ./check has built it long before it comes here.
PROGRAM = pathlib.Path(os.environ.get("ROTOR_SCENARIOS") or ROOT / "build" / "asan" / "tests" / "test_scenarios")
FILES = ("secrets_*_test.cpp", "cluster_*_test.cpp", "generator*_test.cpp", "docs_external_secrets_test.cpp", "inspect_test.cpp")
LEAST = 175  # so many run to their end

# Not even begun.
LEFT_OUT = {
    "*KilledAnywhere.*": "each ends the operator by a fault",
    "*AnyRequest.*": "each request meets a fault",
    "Outage.*": "the outage is a fault",
    "SecretsCrowd.*": "many objects, on a clock of its own",
    "SecretsShards.*": "which objects are its own is decided in the process; test_shards.py has replicas on a real server",
    "SecretsSchedule.AsksOnceForAllObjectsThatReadTheSame": "counts at the store, with many objects",
    "SecretsSchedule.ShowsWrongCredentialsOnceToAllObjectsOfAStore": "counts at the store, with many objects",
    "SecretsSchedule.WakesWhoWaitsForAStoreThatIsMended": "counts at the store, with many objects",
    "Inspect.TellsWhichPodsStillRunWithAKeyThatWasReplacedAndWhenNoneDoes": "its pods are none of a node; here one takes them and reports otherwise",
    "ClusterSecrets.ServeTwoHundredNamespaces": "many objects, and no answer of the server that others do not get",
}

# Begun and skipped, by what there is none of on a real server.
SKIPPED = {
    "fault to be had": {
        "ClusterSecrets.FinishARenameThatARestartCutOff_Row175",
        "ClusterSecrets.FinishACleanUpThatARestartCutOff_Row182",
        "ClusterSecrets.SayWhichNamespaceRefusesAndServeTheOthers",
        "ClusterSecrets.TryAgainSoonWhenTheServerCouldNotAnswer",
        "GeneratorStates.AreKeptWhenTheirSecretWasWrittenThoughNobodySaidSo",
        "GeneratorStates.ThatWereTakenBackAreNotTakenForWhatTheSecretIsToHave",
        "Generators.AreNotRunAgainWhileTheirValuesWaitToBeWritten",
        "RandomTemplates.AreWrittenOnceWhenOnlyTheStatusFails",
        "RandomTemplates.MissNoChangeWhenTheStatusCannotBeWrittenAndTheValueReturns",
        "SecretsDeletion.BeforeTheFinalizerIsOnMakesNoSecretAndNoNoise",
        "SecretsDeletion.WhileASourceIsReadMakesNoSecret",
        "SecretsDeletion.WhileTheSecretIsWrittenTakesItAlongAfterwards",
        "SecretsHandover.AGeneratedSecretThatWasMadeAMomentAgoKeepsItsValue",
        "SecretsHandover.AnExternalSecretThatWasEditedAMomentAgoIsWrittenAsItIsNow",
        "SecretsSchedule.LeavesConnectionsToOtherStoresOfAHostWhereOneHangs",
        "SecretsSchedule.LetsALoginThatHangsHoldUpNoOtherStore",
        "SecretsSchedule.LetsAStoreThatHangsHoldUpNobodyElse",
        "SecretsTrouble.AsksAgainWhenARefreshThatWasAskedForFails",
        "SecretsTrouble.KeepsTheOldTargetUntilTheNewOneIsWritten",
        "SecretsTrouble.TakesAConflictOfItsStatusForNoFailure",
        "SecretsTrouble.TellsNothingThatARefused*",
        "StoreVersions.ThatCannotBeWrittenFailNothingAndComeWithTheNextRefresh",
    },
    "CRD that lets everything in": {
        "ClusterSecretsWithoutTheirCrd.*",
        "LooseSecretsWindows.*",
        "UnreadableChild.*",
        "UnreadableObject.*",
    },
}

# Those that ask most of the server: what is applied, owned, repaired and collected. The other files of instances, and of their
# pages, would take three times as long; they pass there by hand, but for the handover, which needs faults, and the storm, which
# has many objects on a clock of its own.
INSTANCE_FILES = tuple(f"openclaw_{of}_test.cpp" for of in ("access", "deletion", "instance", "managed", "pod", "repair", "storage", "token"))
INSTANCES_LEAST = 75

INSTANCES_SKIPPED = {
    "fault to be had": {
        "OpenClawAccess.ARightThatRotorLacksIsSaidAsThat",
        "OpenClawAccess.RightsThatTheOperatorHasNotItselfAreSaidWithTheWayOut",
        "OpenClawDeletion.AClaimThatCannotBeLetGoOfKeepsTheInstance",
        "OpenClawLife.ARefusalIsNotTriedAgainAtOnceAndAnEditIs",
        "OpenClawLife.B233AConflictIsTriedAgainAndFailsNothing",
        "OpenClawLife.B234AnotherErrorIsSaidAndTriedAgain",
        "OpenClawLife.Row13AndB274AReadErrorKeepsEverything",
        "OpenClawRepair.AStatusThatMetSomebodyElsesWriteIsWrittenByTheNextPass",
        "OpenClawRepair.ConflictsThatGoOnAreNoHotLoop",
    },
}


class QuietPlane(ControlPlane):
    """Nobody makes pods of StatefulSets and Jobs, or says how they are."""

    controllers = "garbage-collector-controller,namespace-controller,persistentvolumeclaim-protection-controller"

    def after_apiserver(self):
        install(self)  # before the garbage collector looks which kinds there are
        self.start_controller_manager()


@pytest.fixture
def quiet_plane(request, tmp_path):
    plane = QuietPlane(tmp_path / "plane")
    request.addfinalizer(plane.stop)
    return plane.start()


def suites(patterns) -> list[str]:
    """Of all files with such scenarios: what is added there runs here as well."""
    files = [path for pattern in patterns for path in sorted((ROOT / "tests" / "scenarios").glob(pattern))]
    return sorted({name for path in files for name in re.findall(r"(?m)^TEST(?:_F|_P)?\((\w+),", path.read_text())})


def expected_reason(test: str, reasons: dict) -> str:
    return next((why for why, tests in reasons.items() if any(fnmatch.fnmatchcase(test, t) for t in tests)), "")


def run_scenarios(plane, report: pathlib.Path, files, left_out: dict, reasons: dict) -> int:
    """How many ran to their end."""
    wanted = ":".join(f"{suite}.*:*/{suite}.*" for suite in suites(files))
    done = subprocess.run([PROGRAM, "--gtest_brief=1", f"--gtest_filter={wanted}:-{':'.join(left_out)}", f"--gtest_output=xml:{report}"],
                          env={**os.environ, "ROTOR_SCENARIOS_KUBECONFIG": str(plane.kubeconfig)},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    skipped, ran = {}, []
    for case in xml.parse(report).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        if (why := case.find("skipped")) is not None:
            skipped[name] = why.get("message")
        else:
            ran.append(name)
    unexpected = {name: why for name, why in skipped.items() if not (reason := expected_reason(name, reasons)) or reason not in why}
    assert not unexpected, "they are skipped for a reason that is not on the list"
    assert not [name for name in ran if expected_reason(name, reasons)], "they run: take them off the list"
    return len(ran)


def test_what_passes_on_the_embedded_server_passes_on_a_real_one(unused_plane, tmp_path):
    assert run_scenarios(unused_plane, tmp_path / "report.xml", FILES, LEFT_OUT, SKIPPED) >= LEAST


def test_what_instances_do_on_the_embedded_server_they_do_on_a_real_one(quiet_plane, tmp_path):
    ran = run_scenarios(quiet_plane, tmp_path / "report.xml", INSTANCE_FILES, {}, INSTANCES_SKIPPED)
    assert ran >= INSTANCES_LEAST
