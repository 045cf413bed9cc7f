"""`aiware jobs`, but for `watch`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from aiware_resources import engines
from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import BROKEN, make_cluster, make_tdo, submit


def listed(aiware: Aiware, *arguments: str) -> list[str]:
    """The ids that are listed."""
    result = aiware("jobs", "list", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return [job["id"] for job in json.loads(result.stdout)]


def test_they_are_listed_newest_first(aiware: Aiware, local: Local) -> None:
    assert aiware("jobs", "list").output == "There are no such jobs.\n"
    first, second = submit(local, name="one [red]"), submit(local)
    (on_first,) = [job["targetId"] for job in local.objects()["jobs"] if job["id"] == first]
    head, *rows = aiware("jobs", "list", columns=200).output.splitlines()
    assert head.split() == ["id", "name", "status", "tasks", "done", "TDO", "TDO", "name", "created", "(UTC)"]
    assert [row.split()[0] for row in rows] == [second, first]
    assert re.fullmatch(
        rf"{first}  one \[red\]  complete  5 of 5 +{on_first} .*  \d{{4}}-\d\d-\d\d \d\d:\d\d *", rows[1]
    )


def test_the_name_of_the_tdo_is_listed(aiware: Aiware, local: Local) -> None:
    submit(local, targetId=make_tdo(local, "council"))
    assert "  council  " in aiware("jobs", "list").output


def test_a_narrow_terminal_cuts_no_id(aiware: Aiware, local: Local) -> None:
    job = submit(local, name="a name that is much too long for a narrow terminal")
    output = aiware("jobs", "list", columns=80).output
    assert job in output
    assert local.only("tdos")["id"] in output
    assert max(map(len, output.splitlines())) <= 80
    assert "…" not in output


def test_filters_are_those_of_the_api(aiware: Aiware, local: Local) -> None:
    tdo, cluster = make_tdo(local), make_cluster(local, "c")
    done, on_tdo, on_cluster = submit(local), submit(local, targetId=tdo), submit(local, clusterId=cluster)
    local.behave(engines=BROKEN)
    failed = submit(local)
    assert listed(aiware, "--status", "failed") == [failed]
    assert listed(aiware, "--status", "failed", "--status", "complete") == [failed, on_cluster, on_tdo, done]
    assert listed(aiware, "--status", "running") == []
    # No job of the cloud API is ever aborted; asking it for them would be a mistake in the document.
    assert listed(aiware, "--status", "aborted") == []
    assert listed(aiware, "--status", "aborted", "--status", "failed") == [failed]
    assert listed(aiware, "--tdo", tdo) == [on_tdo]
    assert listed(aiware, "--cluster", cluster) == [on_cluster]
    assert len(listed(aiware, "--engine", engines.SPEECHMATICS_ENGLISH)) == 4
    assert listed(aiware, "--engine", engines.GOOGLE_SPEECH_TO_TEXT) == []


@pytest.mark.parametrize(("since", "count"), [("1h", 1), ("2w", 1), ("2020-01-31", 1)])
def test_the_list_begins_at_a_moment(aiware: Aiware, local: Local, since: str, count: int) -> None:
    submit(local)
    assert len(listed(aiware, "--since", since)) == count
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert listed(aiware, "--since", later) == []


def test_the_limit_goes_beyond_a_page(aiware: Aiware, local: Local) -> None:
    ids = [submit(local) for _ in range(33)]
    ids.reverse()
    short = aiware("jobs", "list", "--json")
    assert [job["id"] for job in json.loads(short.stdout)] == ids[:30]
    assert short.stderr == "These are the newest 30; --limit shows more.\n"
    assert aiware("-q", "jobs", "list").stderr == ""
    assert listed(aiware, "--limit", "2") == ids[:2]
    long = aiware("jobs", "list", "-n", "100", "--json")
    assert [job["id"] for job in json.loads(long.stdout)] == ids
    assert long.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--status", "done"), "'done' is not one of 'pending'"),
        (("--since", "yesterday"), "'yesterday' is neither a span, such as 30m, 12h, 2d or 1w, nor a time"),
        (("--since", "999999999999w"), "is longer ago than there is time"),
        (("--limit", "0"), "0 is not in the range x>=1"),
    ],
)
def test_wrong_usage_of_the_list(aiware: Aiware, arguments: tuple[str, ...], says: str) -> None:
    result = aiware("jobs", "list", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.fixture
def failed(local: Local) -> str:
    """A job that failed."""
    local.behave(engines=BROKEN)
    return submit(local)


def test_a_job_is_shown_with_its_tasks(aiware: Aiware, local: Local, failed: str) -> None:
    shown = aiware("jobs", "show", failed)
    assert shown.exit_code == 0
    first, *_ = shown.output.splitlines()
    assert first == f"job {failed}: failed; TDO {local.only('tdos')['id']}, cluster default"
    row = next(line for line in shown.output.splitlines() if engines.SPEECHMATICS_ENGLISH in line)
    assert "failed" in row
    assert "invalid_data: no speech in it" in row
    assert shown.output.count("complete") == 4


def test_a_job_is_shown_with_how_long_its_tasks_took(aiware: Aiware, local: Local) -> None:
    _, head, *rows = aiware("jobs", "show", submit(local)).output.splitlines()
    assert head.split() == ["task", "engine", "status", "took", "reason"]
    assert [re.search(r" complete +(\d+) s +$", row) is not None for row in rows] == [True] * 5
    local.behave(jobSeconds=600)
    waiting = aiware("jobs", "show", submit(local)).output
    assert not re.search(r" \d+ s +$", waiting, re.MULTILINE)


def test_its_name_is_shown_as_it_is(aiware: Aiware, local: Local) -> None:
    job = submit(local, name="[bold]council[/] :smile:")
    assert aiware("jobs", "show", job).output.startswith(f'job {job} "[bold]council[/] :smile:": complete; TDO ')


def test_a_narrow_terminal_cuts_no_id_of_a_task(aiware: Aiware, local: Local, failed: str) -> None:
    output = aiware("jobs", "show", failed, columns=80).output
    for task in local.only("jobs")["tasks"]["records"]:
        assert task["id"] in output
    assert "…" not in output
    assert max(map(len, output.splitlines())) <= 80


def test_json_has_no_signed_links(aiware: Aiware, failed: str) -> None:
    output = aiware("jobs", "show", failed, "--json").output
    job = json.loads(output)
    assert (job["id"], job["status"]) == (failed, "failed")
    broken = next(task for task in job["tasks"] if task["engineId"] == engines.SPEECHMATICS_ENGLISH)
    assert (broken["failureReason"], broken["failureMessage"]) == ("invalid_data", "no speech in it")
    assert "no speech in it" in broken["log"]["text"]
    assert "signature" not in output


def test_the_log_of_each_task_is_shown(aiware: Aiware, failed: str) -> None:
    output = aiware("jobs", "logs", failed).output
    assert f"({engines.SPEECHMATICS_ENGLISH}): failed invalid_data: no speech in it\n" in output
    assert "Failed: invalid_data: no speech in it\n" in output
    assert f"({engines.OUTPUT_WRITER}): complete\n" in output


def test_only_the_logs_of_tasks_that_failed(aiware: Aiware, failed: str) -> None:
    output = aiware("jobs", "logs", failed, "--failed").output
    assert engines.SPEECHMATICS_ENGLISH in output
    assert engines.OUTPUT_WRITER not in output


def test_logs_as_json(aiware: Aiware, failed: str) -> None:
    output = aiware("jobs", "logs", failed, "--failed", "--json").output
    (task,) = json.loads(output)
    assert (task["engineId"], task["status"]) == (engines.SPEECHMATICS_ENGLISH, "failed")
    assert "Failed: invalid_data: no speech in it" in task["log"]
    assert "signature" not in output


def test_a_task_that_has_not_begun_has_no_log(aiware: Aiware, local: Local) -> None:
    local.behave(jobSeconds=600)
    assert "(no log)\n" in aiware("jobs", "logs", submit(local)).output


def status(local: Local, job: str) -> str:
    """A job's status in aiWARE."""
    (found,) = [each["status"] for each in local.objects()["jobs"] if each["id"] == job]
    return str(found)


def test_failed_jobs_run_again(aiware: Aiware, local: Local) -> None:
    local.behave(engines={engine: {**broken, "failTimes": 2} for engine, broken in BROKEN.items()})
    first, second = submit(local), submit(local)
    result = aiware("jobs", "retry", first, second, first)
    assert result.stdout == f"Job {first} runs again.\nJob {second} runs again.\n"
    assert result.stderr == f"`aiware jobs watch {first} {second}` follows.\n"
    assert (result.exit_code, local.mutations()["retryJob"]) == (0, 2)
    assert [status(local, job) for job in (first, second)] == ["complete", "complete"]


def test_one_that_cannot_be_retried_does_not_keep_the_others_from_it(aiware: Aiware, local: Local) -> None:
    done = submit(local)
    local.behave(engines=BROKEN)
    failed = submit(local)
    local.behave(jobSeconds=600)
    result = aiware("jobs", "retry", done, "24112609_gonegonego", failed, "--json")
    assert result.exit_code == 1
    (retried,) = json.loads(result.stdout)
    assert retried["id"] == failed
    failures = json.loads(result.stderr)["error"]["failures"]
    assert [failure["kind"] for failure in failures] == ["InvalidInput", "NotFound"]
    assert "24112609_gonegonego" in failures[1]["message"]


def test_a_job_whose_link_has_expired_is_not_retried(aiware: Aiware, local: Local) -> None:
    local.behave(engines={engine: {**broken, "failTimes": 2} for engine, broken in BROKEN.items()})
    links = (f"https://media.test/a.mp4?Expires={end}&Signature=sekrit&Key-Pair-Id=K" for end in (10**9, 10**10))
    outdated, valid = (submit(local, media=link) for link in links)
    result = aiware("jobs", "retry", outdated, valid)
    assert (result.exit_code, result.stdout) == (1, f"Job {valid} runs again.\n")
    assert "a signed link to https://media.test/a.mp4, which expired at 2001-09-09T01:46:40.000Z" in result.stderr
    assert "sekrit" not in result.stderr
    assert local.mutations()["retryJob"] == 1


def test_a_lost_answer_retries_once(aiware: Aiware, local: Local) -> None:
    local.behave(engines=BROKEN)
    failed = submit(local)
    local.behave(jobSeconds=600)
    local.fault({"dropResponse": True}, operation="retryJob")
    result = aiware("jobs", "retry", failed)
    assert (result.exit_code, local.mutations()["retryJob"]) == (0, 1)


@pytest.fixture
def running(local: Local) -> str:
    """A job that takes its time."""
    local.behave(jobSeconds=600)
    return submit(local)


def test_cancelling_asks_first(aiware: Aiware, local: Local, running: str) -> None:
    refused = aiware("jobs", "cancel", running, typed="n\n")
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"Cancel {running} (")
    assert "cancelJob" not in local.mutations()
    done = aiware("jobs", "cancel", running, typed="y\n")
    assert (done.exit_code, done.stdout) == (0, f"Job {running} is cancelled.\n")
    assert local.only("jobs")["status"] == "cancelled"


def test_nobody_there_to_answer_means_no(aiware: Aiware, local: Local, running: str) -> None:
    result = aiware("jobs", "cancel", running)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, "Nothing was done.")
    said = aiware("jobs", "cancel", running, "--json").stderr.splitlines()[-1]
    assert json.loads(said)["error"] == {"kind": "Aborted", "message": "Nothing was done.", "exitCode": 1}
    assert "cancelJob" not in local.mutations()


def test_cancelling_with_yes_does_not_ask(aiware: Aiware, running: str) -> None:
    done = aiware("jobs", "cancel", "--yes", running, "--json")
    assert (json.loads(done.stdout), done.stderr) == ([{"id": running, "status": "cancelled"}], "")


def test_a_lost_answer_cancels_once(aiware: Aiware, local: Local, running: str) -> None:
    local.fault({"dropResponse": True}, operation="cancelJob")
    assert aiware("jobs", "cancel", "-y", running).exit_code == 0
    assert local.mutations()["cancelJob"] == 1


def test_what_cannot_be_cancelled_is_told(aiware: Aiware, local: Local, running: str) -> None:
    local.behave(jobSeconds=0)
    done = submit(local)
    result = aiware("jobs", "cancel", "-y", done, "24112609_gonegonego", running)
    assert result.exit_code == 1
    assert result.stdout == f"Job {running} is cancelled.\n"
    assert f"1. Job {done} is complete already: there is nothing to cancel." in result.stderr
    assert "2. aiWARE has no job 24112609_gonegonego that this token can see. Check the id." in result.stderr
    assert local.mutations()["cancelJob"] == 1
