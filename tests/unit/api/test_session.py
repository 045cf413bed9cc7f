"""Sessions: what is sent again, what is not, and what is made of answers that are good in parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.cloud import CloudApi
from aiware_resources.api.rate_limit import Gates
from aiware_resources.settings import Connection, Credentials, Settings
from tests.unit.api.conftest import URL

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script

TDO = {"id": "42", "name": "a recording"}
JOB = {"id": "j1", "status": "running", "tasks": {"limit": 30, "count": 1, "records": [{"id": "j1_a"}]}}


def test_a_read_is_sent_again_until_it_succeeds(script: Script) -> None:
    found = script.answer({"object0": TDO})
    script.play(httpx.Response(502), httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), found)
    assert script.api().tdos(["42"])["42"].name == "a recording"
    assert len(script.requests) == 4
    assert script.sleeps == [0.5, 1.0, 2.0]


def test_a_read_that_keeps_failing_says_how_often_and_why(script: Script) -> None:
    script.play(script.answer(None, script.entry("service_failure", "object0", message="Store is down.")))
    with pytest.raises(errors.ServerFailure) as caught:
        script.api().tdos(["42"])
    assert str(caught.value) == (
        "Reading temporalDataObject 42 failed after 4 attempts: Store is down [service_failure]. "
        "The fault is on aiWARE's side: run it again later."
    )


def test_a_mutation_is_sent_again_when_it_never_arrived(script: Script) -> None:
    script.play(httpx.ConnectError("refused"), script.answer({"createTDO": TDO}))
    assert script.api().create_tdo({"name": "a recording"}).id == "42"
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    "step",
    [
        httpx.ReadError("cut"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
        httpx.Response(502),
        httpx.Response(200, text='{"data": {"crea'),
        httpx.Response(200, text="[]"),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"data": []}),
        httpx.Response(200, json={"data": {}, "errors": "many"}),
        httpx.Response(200, json={"data": {"createTDO": None}}),
        httpx.Response(200, json={"data": {"createTDO": {"name": "no id"}}}),
    ],
)
def test_a_mutation_whose_answer_is_lost_is_not_sent_again(script: Script, step: httpx.Response | Exception) -> None:
    script.play(step)
    with pytest.raises(errors.AnswerLost, match="createTDO") as caught:
        script.api().create_tdo({"name": "a recording"})
    assert len(script.requests) == 1
    assert "may or may not have been applied" in str(caught.value)


@pytest.mark.parametrize(
    "step", [httpx.Response(200, text="<html>"), httpx.Response(200, json={}), httpx.Response(200, json={"data": {}})]
)
def test_a_read_with_a_malformed_answer_is_sent_again(script: Script, step: httpx.Response) -> None:
    script.play(step)
    with pytest.raises(errors.ServerFailure, match="after 4 attempts"):
        script.api().me()


def test_a_server_that_cannot_be_reached_is_named_with_the_setting(script: Script) -> None:
    script.play(httpx.ConnectError("[Errno 111] Connection refused"))
    with pytest.raises(errors.NotSent) as caught:
        script.api().create_tdo({"name": "a recording"})
    assert str(caught.value) == (
        "createTDO was not sent: aiWARE at aiware.example:443 cannot be reached ([Errno 111] Connection refused). "
        "Nothing was changed. Check the setting aiware:endpoint (https://aiware.example/v3/graphql) and the network."
    )


def test_a_wrong_url_is_explained_by_a_right_one(script: Script) -> None:
    script.play(httpx.Response(404))
    with pytest.raises(errors.WrongUrl, match=r"should look like https://api\.veritone\.com/v3/graphql"):
        script.api().tdos(["42"])


def test_what_the_server_asks_to_wait_is_waited_and_a_little_more(script: Script) -> None:
    slow_down = httpx.Response(429, headers={"Retry-After": "7"})
    script.play(slow_down, slow_down, script.answer({"createTDO": TDO}))
    assert script.api().create_tdo({"name": "a recording"}).id == "42"
    assert script.sleeps == [7.5, 8.0]


def test_a_rate_limit_by_name_is_honored_as_well(script: Script) -> None:
    limited = script.answer({"createTDO": None}, script.entry("rate_limited", "createTDO"))
    limited.headers["Retry-After"] = "3"
    script.play(limited, script.answer({"createTDO": TDO}))
    assert script.api().create_tdo({"name": "a recording"}).id == "42"
    assert script.sleeps == [3.5]


def test_a_wait_of_hours_is_not_waited(script: Script) -> None:
    script.play(httpx.Response(429, headers={"Retry-After": "7200"}))
    with pytest.raises(errors.RateLimited) as caught:
        script.api().tdos(["42"])
    assert caught.value.retry_after == 7200
    assert "Run it again in 7200 seconds" in str(caught.value)
    assert script.sleeps == []


def test_a_wait_that_is_too_long_says_how_to_go_on_without_it(script: Script, tmp_path: Path) -> None:
    def run() -> str:
        gates = Gates(tmp_path)
        patience = replace(script.patience(), gates=gates)
        connection = Connection(URL, Credentials(token=SecretStr("token-1")))
        with pytest.raises(errors.RateLimited) as caught:
            CloudApi(Settings(endpoint=URL), connection, script.client(), patience).tdos(["42"])
        (file,) = tmp_path.glob("*.json")
        assert f"remove {file} to ask aiWARE at once" in str(caught.value)
        return str(file)

    script.play(httpx.Response(429, headers={"Retry-After": "3600"}))
    run()
    file = run()
    assert len(script.requests) == 1
    Path(file).unlink()
    run()
    assert len(script.requests) == 2


def test_a_wait_that_nobody_can_mean_counts_as_none(script: Script, tmp_path: Path) -> None:
    script.play(httpx.Response(429, headers={"Retry-After": "9" * 400}), script.answer({"object0": TDO}))
    assert "42" in script.api().tdos(["42"])
    assert sum(script.sleeps) < 10


def test_what_is_put_off_again_and_again_does_not_fail_while_there_is_time(script: Script) -> None:
    later = httpx.Response(429, headers={"Retry-After": "60"})
    script.play(*[later] * 12, script.answer({"createTDO": TDO}))
    assert script.api().create_tdo({"name": "a recording"}).id == "42"
    assert len(script.requests) == 13


def test_what_is_put_off_for_too_long_is_given_up_and_nothing_else_is_sent_before_the_time(script: Script) -> None:
    script.play(httpx.Response(429, headers={"Retry-After": "600"}))
    api = script.api()
    with pytest.raises(errors.RateLimited, match="after 2 attempts"):
        api.tdos(["42"])
    assert script.sleeps == [600.5]
    with pytest.raises(errors.RateLimited):
        api.tdos(["42"])
    # It had waited for so long before it was sent that no time was left.
    assert script.sleeps == [600.5, 600]
    assert len(script.requests) == 3


def test_variables_that_are_not_given_are_left_out(script: Script) -> None:
    script.play(script.answer({"cleanupTDO": {"id": "42"}}))
    api = script.api()
    api.cleanup_tdo("42")
    api.cleanup_tdo("42", ["storage"])
    api.cleanup_tdo("42", [])
    assert [body["variables"] for body in script.bodies] == [
        {"id": "42"},
        {"id": "42", "options": ["storage"]},
        {"id": "42", "options": []},
    ]


def test_a_null_inside_an_input_is_sent(script: Script) -> None:
    script.play(script.answer({"updateTDO": TDO}))
    script.api().update_tdo({"id": "42", "description": None})
    assert script.bodies[0]["variables"] == {"input": {"id": "42", "description": None}}


def test_a_mutation_that_was_applied_is_not_spoilt_by_a_nested_error(script: Script) -> None:
    gap = script.entry("service_failure", "createJob", "tasks")
    script.play(script.answer({"createJob": {**JOB, "tasks": None}}, gap))
    job = script.api().create_job({"targetId": "42"})
    assert (job.id, job.tasks) == ("j1", [])


@pytest.mark.parametrize("name", ["not_allowed", "rate_limited", "authentication_error", "service_failure"])
def test_a_mutation_nulled_by_a_nested_error_may_have_been_applied(script: Script, name: str) -> None:
    script.play(script.answer({"createJob": None}, script.entry(name, "createJob", "id")))
    able_to_log_in = Credentials(token=SecretStr("token-1"), username="me", password=SecretStr("hunter22"))
    with pytest.raises(errors.AnswerLost):
        script.api(able_to_log_in).create_job({"targetId": "42"})
    assert len(script.requests) == 1


def test_an_error_before_execution_is_a_bad_request(script: Script) -> None:
    script.play(httpx.Response(200, json={"errors": [script.entry(None, message='Cannot query field "x".')]}))
    with pytest.raises(errors.BadRequest, match='Cannot query field "x"'):
        script.api().create_job({"targetId": "42"})


def test_a_refused_document_tells_what_the_server_said(script: Script) -> None:
    refusal = {"errors": [script.entry("invalid_input", message='Unknown argument "ids".', requestId="r9")]}
    script.play(httpx.Response(400, json=refusal))
    with pytest.raises(errors.BadRequest) as caught:
        script.api().tdos(["42"])
    assert 'Unknown argument "ids" [invalid_input, HTTP 400, request r9].' in str(caught.value)


@pytest.mark.parametrize("secret", ["aiware-token", "reg-password", "hunter22"])
def test_secrets_that_the_server_quotes_are_masked(script: Script, secret: str) -> None:
    quoted = f'Variable "$input" got invalid value "{secret}"; see https://s3.example/x?Signature=abc'
    script.play(httpx.Response(400, json={"errors": [script.entry(None, message=quoted)]}))
    with pytest.raises(errors.BadRequest) as caught:
        script.api().create_cluster(
            {
                "name": "c",
                "serviceToken": "aiware-token",
                "dockerCredentials": {"registries": [{"user": "me", "pass": "reg-password"}]},
                "clusterConfig": {"password": "hunter22"},
            }
        )
    assert secret not in str(caught.value)
    assert "Signature" not in str(caught.value)
    assert '"[secret]"; see https://s3.example/x' in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_name_that_nobody_chose_is_left_out_where_jobs_have_none(script: Script) -> None:
    made = script.answer({"createJob": {"id": "j"}})

    def older(request: httpx.Request) -> httpx.Response:
        if "name" not in script.bodies[-1]["variables"]["input"]:
            return made
        return httpx.Response(400, json={"errors": [{"message": 'Field "name" is not defined by type "CreateJob".'}]})

    script.play(older)
    api = script.api()
    for _ in range(2):
        assert api.create_job({"tasks": []}, default_name="council").id == "j"
    assert [body["variables"]["input"].get("name") for body in script.bodies] == ["council", None, None]
    # One that the program gives is not passed over, even if it is the same.
    with pytest.raises(errors.BadRequest):
        api.create_job({"name": "council", "tasks": []}, default_name="council")


def test_a_job_that_is_refused_for_something_else_is_not_sent_again(script: Script) -> None:
    script.play(httpx.Response(400, json={"errors": [{"message": "Too many tasks."}]}))
    with pytest.raises(errors.BadRequest, match="Too many tasks"):
        script.api().create_job({"tasks": []}, default_name="council")
    assert len(script.requests) == 1


def test_an_input_error_names_the_object_that_the_server_named(script: Script) -> None:
    script.play(script.answer({"createJob": None}, script.entry("not_found", "createJob", objectId="42")))
    with pytest.raises(errors.NotFound) as caught:
        script.api().create_job({"targetId": "42", "tasks": []})
    assert caught.value.object_id == "42"
    assert str(caught.value).startswith("createJob of 42 failed: It went wrong [not_found].")


class TestLookups:
    """Batches: what is missing is left out, and nothing else is."""

    def test_missing_objects_are_absent_and_the_others_stay(self, script: Script) -> None:
        data = {"object0": TDO, "object1": None, "object2": {**TDO, "id": "44"}}
        script.play(script.answer(data, script.entry("not_found", "object1", objectId="43")))
        assert set(script.api().tdos(["42", "43", "44"])) == {"42", "44"}
        assert len(script.requests) == 1

    @pytest.mark.parametrize("told", [{"objectId": "43"}, {}])
    def test_an_entry_without_a_path_is_matched_by_its_object(self, script: Script, told: dict[str, Any]) -> None:
        script.play(script.answer({"object0": TDO, "object1": None}, script.entry("not_found", **told)))
        assert set(script.api().tdos(["42", "43"])) == {"42"}

    def test_null_without_a_word_is_not_taken_for_missing(self, script: Script) -> None:
        elsewhere = script.entry("not_found", "object1", objectId="43")
        script.play(script.answer({"object0": None, "object1": None}, elsewhere))
        with pytest.raises(errors.ServerFailure, match="42"):
            script.api().tdos(["42", "43"])

    def test_another_error_of_one_object_is_raised(self, script: Script) -> None:
        denied = script.entry("not_allowed", "object1", objectId="43")
        script.play(script.answer({"object0": TDO, "object1": None}, denied))
        with pytest.raises(errors.NotAllowed, match="43"):
            script.api().tdos(["42", "43"])

    def test_a_refusal_outweighs_a_passing_failure(self, script: Script) -> None:
        failures = (script.entry("service_failure", "object0"), script.entry("not_allowed", "object1"))
        script.play(script.answer({"object0": None, "object1": None}, *failures))
        with pytest.raises(errors.NotAllowed):
            script.api().tdos(["42", "43"])
        assert len(script.requests) == 1

    @pytest.mark.parametrize("name", ["not_found", "not_allowed"])
    @pytest.mark.parametrize("rest", [("target",), ("tasks", "records", 0, "engine")])
    def test_links_that_lead_nowhere_do_no_harm(self, script: Script, name: str, rest: tuple[str | int, ...]) -> None:
        last = script.answer({"job": {"tasks": {"records": []}}})
        script.play(script.answer({"object0": {**JOB, "target": None}}, script.entry(name, "object0", *rest)), last)
        job = script.api().jobs(["j1"])["j1"]
        assert (job.target, job.status) == (None, "running")

    def test_a_gap_anywhere_else_is_raised(self, script: Script) -> None:
        gap = script.entry("not_allowed", "object0", "details")
        script.play(script.answer({"object0": TDO}, gap))
        with pytest.raises(errors.NotAllowed):
            script.api().tdos(["42"])

    def test_each_id_is_asked_about_once_and_batches_have_their_size(self, script: Script) -> None:
        def found(request: httpx.Request) -> httpx.Response:
            ids = script.bodies[-1]["variables"]
            return script.answer({f"object{index}": {**TDO, "id": id_} for index, id_ in enumerate(ids.values())})

        script.play(found)
        api = script.api(poll_batch_size=2)
        assert list(api.tdos(["1", "2", "1", "3", "4", "5"])) == ["1", "2", "3", "4", "5"]
        assert [len(body["variables"]) for body in script.bodies] == [2, 2, 1]
        assert api.tdos([]) == {}
        assert len(script.requests) == 3

    def test_a_list_that_one_missing_id_takes_down_is_read_in_halves(self, script: Script) -> None:
        def strict(request: httpx.Request) -> httpx.Response:
            ids = script.bodies[-1]["variables"]
            if "gone" in ids.values():
                return script.answer(None, script.entry("not_found", "object0"))
            return script.answer(
                {f"object{n}": {"records": [{"id": id_, "status": "active"}]} for n, id_ in enumerate(ids.values())}
            )

        script.play(strict)
        assert set(script.api().clusters(["a", "b", "gone", "c"])) == {"a", "b", "c"}
