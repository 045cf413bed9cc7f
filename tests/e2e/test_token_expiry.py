"""A token that expires while a program waits: one new login with credentials, else an end that loses nothing."""

from __future__ import annotations

import signal

from aiware_local.installation.auth import USER_NAME
from tests.support.local import Local
from tests.support.project import Project, until

THREE = """
tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000)
for number in range(3):
    graph = pipelines.transcription("file:examples/media/interview.mp4")
    Job(f"job-{number}", target_id=tdo.id, tasks=graph.tasks, routes=graph.routes)
"""


def looks(local: Local) -> int:
    return local.calls().get("job", 0)


def logins(local: Local) -> int:
    return local.calls().get("userLogin", 0)


def test_a_token_that_expires_while_waiting(project: Project, local: Local) -> None:
    password = local.credentials["password"]
    user = {"userName": USER_NAME, "password": password}
    token = local.graphql("mutation($i: UserLogin) { userLogin(input: $i) { token } }", i=user)["userLogin"]["token"]
    local.behave(jobSeconds=600)
    project.program(THREE)
    project.config(aiware__token=token)

    # Without credentials the waiting ends, with a sentence; the jobs are in the state and go on.
    running = project.start("up", "--yes", "--skip-preview", forked=True)
    until(lambda: len(project.ids("Job")) == 3 and looks(local) >= 6)
    local.expire_tokens()
    assert running.wait(timeout=240) != 0
    output = (project.folder / "started.log").read_text()
    assert "Waiting broke off: " in output
    assert "set a new one with `pulumi config set --secret aiware:token --stack local`" in output
    assert "The work goes on in aiWARE; run `pulumi up` again to resume waiting for it." in output
    assert "Traceback" not in output
    jobs = {job["id"] for job in local.objects()["jobs"]}
    assert project.ids("Job") == jobs

    # With credentials there is one new login of the process that waits; what the error advises takes them up.
    project.config(aiware__token=None, aiware__username=USER_NAME, aiware__password=password)
    running = project.start("up", "--yes", "--skip-preview", "--refresh", "--run-program", forked=True)
    asked = looks(local)
    until(lambda: looks(local) >= asked + 15)
    before, asked = logins(local), looks(local)
    local.expire_tokens()
    until(lambda: looks(local) >= asked + 15)
    assert running.poll() is None, (project.folder / "started.log").read_text()
    running.send_signal(signal.SIGINT)
    running.wait(timeout=240)
    assert logins(local) == before + 1
    assert {job["id"] for job in local.objects()["jobs"]} == project.ids("Job") == jobs
    assert local.mutations()["createJob"] == 3
