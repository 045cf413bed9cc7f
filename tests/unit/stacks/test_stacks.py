"""The stacks: what is shipped, and what is found wrong in a stack's file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.runtime import config as runtime_config

from aiware_resources.errors import ConfigurationError
from aiware_resources.reconcile.values import parse_size
from aiware_resources.settings import Settings
from aiware_resources.settings.project import Project
from aiware_resources.stacks.checking import check_stacks
from aiware_resources.text.times import parse_time
from configuration import Recording

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ("dev", "local", "prod", "staging")


def config_of(stack: str) -> dict[str, Any]:
    content = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = content["config"]
    return found


# --- what is shipped -------------------------------------------------------------------------------------------------


def test_nothing_is_wrong_with_the_stacks_that_are_shipped() -> None:
    project = Project(ROOT)
    assert {stack.name for stack in project.stacks()} >= set(SHIPPED)
    assert [problem for problem in check_stacks(project, project.stacks()) if not problem.is_hint] == []


def test_the_stacks_differ_where_environments_do() -> None:
    configs = {stack: config_of(stack) for stack in SHIPPED}
    assert {stack for stack, config in configs.items() if config["aiware:endpoint"] == "local"} == {"local"}
    assert {stack for stack, config in configs.items() if config.get("aiware:wait") == "false"} == {"dev"}
    assert {stack for stack, config in configs.items() if config.get("aiware-pipelines:protect")} == {"prod"}
    clusters = {stack: config["aiware-pipelines:cluster"] for stack, config in configs.items()}
    sizes = [parse_size(clusters[stack]["memorySize"]) for stack in ("dev", "staging", "prod")]
    assert sizes == sorted(set(sizes))
    assert len({cluster["name"] for cluster in clusters.values()}) == len(SHIPPED)


# --- what is found wrong ---------------------------------------------------------------------------------------------

FINE: dict[str, Any] = {
    "aiware:endpoint": "https://aiware.test/v3/graphql",
    "aiware:token": {"secure": "v1:abc"},
    "aiware-pipelines:cluster": {"name": "a", "allowedEngines": ["all"]},
    "recordings": [{"name": "a", "url": "https://media.test/a.mp4"}],
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name in ("configuration.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "stacks").mkdir()
    return Project(tmp_path)


def found(project: Project, text: str, *, hints: bool = False) -> list[tuple[str, str]]:
    (project.stacks_folder / "Pulumi.one.yaml").write_text(text, encoding="utf-8")
    problems = check_stacks(project, [project.stack("one")])
    return [(problem.key, problem.sentence) for problem in problems if problem.is_hint == hints]


def problems_of(project: Project, **config: Any) -> list[tuple[str, str]]:
    """What is wrong with a stack that is fine but for these keys; ``aiware__wait`` for ``aiware:wait``."""
    changed = FINE | {key.replace("__", ":"): value for key, value in config.items()}
    return found(project, yaml.safe_dump({"config": {k: v for k, v in changed.items() if v is not None}}))


def test_nothing_is_wrong_with_a_stack_that_is_fine(project: Project) -> None:
    assert problems_of(project) == []
    assert problems_of(project, **{"pulumi:tags": {"a": "b"}, "aws:region": "eu-west-1", "protect": "true"}) == []
    assert problems_of(project, aiware__jobTimeout="90", aiware__pollBatchSize=7, aiware__organizationId=7) == []


@pytest.mark.parametrize(
    ("config", "key", "says"),
    [
        ({"aiware__jobTimout": 5}, "aiware:jobTimout", "is not a setting: did you mean aiware:jobTimeout?"),
        ({"aiware__jobTimeout": "soon"}, "aiware:jobTimeout", "should be a number, but is 'soon'."),
        ({"aiware__jobTimeout": -1}, "aiware:jobTimeout", "should be greater than 0, but is -1."),
        ({"aiware__wait": [1]}, "aiware:wait", "must be one value, not several."),
        ({"aiware__token": "abc"}, "aiware:token", "is a secret, and stands here for everybody to read"),
        ({"aiware__password": "abc"}, "aiware:password", "pulumi config set --secret aiware:password --stack one"),
        ({"aiware__endpoint": "aiware.test"}, "aiware:endpoint", "must be `local` or a URL"),
        ({"aiware__endpoint": "http://aiware.test/v3"}, "aiware:endpoint", "over plain http"),
        ({"aiware__pollInterval": 60}, "aiware:pollMaxInterval", "is shorter than aiware:pollInterval"),
        ({"awiare__wait": True}, "awiare:wait", "is not a namespace of this project: did you mean aiware:wait?"),
        ({"recodings": []}, "aiware-pipelines:recodings", "did you mean recordings?"),
        ({"recordings": {}}, "aiware-pipelines:recordings", "must be of the type array, but is an object."),
        ({"protect": "maybe"}, "aiware-pipelines:protect", "must be of the type boolean, but is 'maybe'."),
        (
            {"recordings": [{"name": "a", "url": "u", "formts": []}]},
            "aiware-pipelines:recordings[0].formts",
            "is not known here: did you mean formats?",
        ),
        (
            {"recordings": [{"name": "a", "url": "u", "formats": ["doc"]}]},
            "aiware-pipelines:recordings[0].formats[0]",
            "must be 'txt', 'docx'",
        ),
        ({"recordings": [{"name": "a"}]}, "aiware-pipelines:recordings[0]", "needs url"),
        ({"recordings": [{"name": "a", "url": "u", "tdoId": 1}]}, "aiware-pipelines:recordings[0]", "not both"),
        (
            {"recordings": [{"name": "a", "url": "u", "start": "noon"}]},
            "aiware-pipelines:recordings[0].start",
            "is not a point in time",
        ),
        ({"recordings": [{"name": "a", "url": "u"}] * 2}, "aiware-pipelines:recordings", "several entries called a"),
        ({"recordings": [{"name": "cluster", "url": "u"}]}, "aiware-pipelines:recordings", "choose another name"),
        (
            {"aiware-pipelines__cluster": {"name": "a", "allowedEngines": ["all"], "memorySize": "big"}},
            "aiware-pipelines:cluster.memorySize",
            "is not a size",
        ),
        ({"aiware-pipelines__cluster": {"name": "a"}}, "aiware-pipelines:cluster.allowedEngines", "is missing."),
    ],
)
def test_what_is_wrong_is_told_with_its_key(project: Project, config: dict[str, Any], key: str, says: str) -> None:
    told = problems_of(project, **config)
    assert [place for place, _ in told] == [key]
    assert says in told[0][1]
    assert "abc" not in told[0][1]


def recording(**more: Any) -> dict[str, Any]:
    return {"recordings": [{"name": "a", "url": "u", **more}]}


@pytest.mark.parametrize(
    "name",
    [
        *("../../escape", "/etc/passwd", "..", ".", "a/b", "a\\b", "..\\b", ".hidden", ".aiware-files.json", "", " "),
        *("a ", "a.", "a\nb", "a\0b", "\u202ea", "con", "NUL.vtt", "lpt1", "x" * 201, "é" * 101),
    ],
)
def test_a_name_that_is_no_file_name_is_refused(project: Project, name: str) -> None:
    for config, key in (
        ({"recordings": [{"name": name, "url": "u"}]}, "recordings[0].name"),
        ({"documents": [{"name": name, "url": "u"}]}, "documents[0].name"),
    ):
        assert [place for place, _ in problems_of(project, **config)] == [f"aiware-pipelines:{key}"]


@pytest.mark.parametrize("name", ["a", "Council 2026-03-02", "é" * 100, "a.b", "council: part 1", "console", "-"])
def test_other_names_are_fine(project: Project, name: str) -> None:
    assert problems_of(project, recordings=[{"name": name, "url": "u"}]) == []


@pytest.mark.parametrize(
    ("recordings", "documents", "key", "says"),
    [
        ([{"name": "intro"}], [{"name": "intro"}], "documents[0].name", "the name of the recording intro too"),
        ([{"name": "Intro"}], [{"name": "x"}, {"name": "intro"}], "documents[1].name", "of the recording Intro too"),
        ([{"name": "e\u0301"}], [{"name": "\u00e9"}], "documents[0].name", "too: rename one"),
        ([{"name": "a", "formats": ["srt"]}], [{"name": "a.srt"}], "documents[0].name", "where the file a.srt of"),
        ([{"name": "a"}, {"name": "A"}], [], "recordings", "several entries called A, a"),
        ([{"name": "a", "formats": ["vtt", "srt", "vtt"]}], [], "recordings[0].formats", "lists vtt more than once"),
    ],
)
def test_what_would_be_one_resource_or_one_file_twice(
    project: Project, recordings: list[Any], documents: list[Any], key: str, says: str
) -> None:
    config = {"recordings": [{"url": "u", **each} for each in recordings]}
    told = problems_of(project, **config, documents=[{"url": "u", **each} for each in documents])
    assert [place for place, _ in told] == [f"aiware-pipelines:{key}"]
    assert says in told[0][1]


TIMES = {
    "2026-03-02T09:00:00Z": "2026-03-02T09:00:00Z",
    "2026-03-02": "2026-03-02T00:00:00Z",
    "2026-03-02 09:00:00 +0000 UTC": "2026-03-02T09:00:00Z",
    "2026-03-02 09:00:00.5 +0200 +0200": "2026-03-02T07:00:00.5Z",
    "2026-03-02 09:00:00 +0530 IST": "2026-03-02T03:30:00Z",
    "2026-03-02 09:00:00": "2026-03-02T09:00:00Z",
    "2026-03-02T09:00:00.25+02:00": "2026-03-02T07:00:00.25Z",
    "2026-03-02 09:00:00 +2": "2026-03-02T07:00:00Z",
    "2026-03-02t09:00:00 -1:30": "2026-03-02T10:30:00Z",
    "1772442000": "2026-03-02T09:00:00Z",
}


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("written", TIMES)
def test_a_time_is_read_as_the_time_that_it_is(project: Project, written: str, quote: str) -> None:
    text = yaml.safe_dump({"config": {key: value for key, value in FINE.items() if key != "recordings"}})
    text += f"  recordings:\n  - {{name: a, url: u, start: {quote}{written}{quote}, stop: 2026-12-31}}\n"
    assert found(project, text) == []
    shown = yaml.safe_load(text)["config"]["recordings"][0]["start"]
    for given in (written, shown):
        read = Recording.model_validate({"name": "a", "url": "u", "start": given, "stop": "2026-12-31"})
        assert parse_time(read.start) == parse_time(TIMES[written])


@pytest.mark.parametrize(
    "written", ["2026-02-30", "2026-13-01T00:00:00Z", "09:00:00", "noon", "2026-03-02 09:00:00 CET"]
)
def test_what_is_no_time_for_the_run_is_none_for_the_check(project: Project, written: str) -> None:
    text = yaml.safe_dump({"config": {key: value for key, value in FINE.items() if key != "recordings"}})
    told = found(project, text + f"  recordings:\n  - {{name: a, url: u, start: {written}}}\n")
    assert [key for key, _ in told] == ["aiware-pipelines:recordings[0].start"]
    assert "is not a point in time" in told[0][1]


def test_a_stop_before_the_start_is_found(project: Project) -> None:
    (told,) = problems_of(project, **recording(start="2026-03-02T09:00:00Z", stop="2026-03-02T08:00:00Z"))
    assert (told[0], "stop is earlier than" in told[1]) == ("aiware-pipelines:recordings[0]", True)
    # Of a TDO that is there already neither is used.
    there = {"name": "a", "tdoId": "1", "start": 5, "stop": 4}
    assert problems_of(project, recordings=[there]) == []


CLUSTER: dict[str, Any] = {"name": "a", "allowedEngines": ["all"]}


@pytest.mark.parametrize(
    ("secrets", "key"),
    [
        ({"dockerCredentials": {"user": {"secure": "v1:a"}, "password": "sekrit"}}, "dockerCredentials.password"),
        ({"dockerCredentials": {"a": {"b": ["sekrit"]}}}, "dockerCredentials.a.b[0]"),
        ({"serviceToken": "sekrit"}, "serviceToken"),
    ],
)
def test_a_secret_in_plain_text_inside_of_an_object(project: Project, secrets: dict[str, Any], key: str) -> None:
    place = f"aiware-pipelines:cluster.{key}"
    (told,) = problems_of(project, **{"aiware-pipelines:cluster": {**CLUSTER, **secrets}})
    assert told[0] == place
    assert told[1].endswith(f"pulumi config set --path --secret '{place}' --stack one")
    assert "sekrit" not in told[1]


@pytest.mark.parametrize(
    "secrets",
    [
        {"serviceToken": {"secure": "v1:a"}, "dockerCredentials": {}},
        {"dockerCredentials": {"secure": "v1:a"}},
        {"dockerCredentials": {"user": {"secure": "v1:a"}}, "serviceToken": ""},
    ],
)
def test_an_encrypted_secret_inside_of_an_object_is_fine(project: Project, secrets: dict[str, Any]) -> None:
    assert problems_of(project, **{"aiware-pipelines:cluster": {**CLUSTER, **secrets}}) == []


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("config:\n  a: [\n", "", "line 3 is not YAML"),
        ("- a\n", "", "must hold keys and values"),
        ("config:\n  a: 1\n  a: 1\n", "", "line 3 is not YAML: a is there twice"),
        ("config: [a]\n", "config", "must hold keys and values"),
        ("config:\n  recordings:\n", "aiware-pipelines:recordings", "is null, which Pulumi refuses"),
        ("confg: {}\n", "confg", "did you mean config?"),
        ("encryptionsalt: v1\nrecordings: []\n", "recordings", "keys belong under config."),
    ],
)
def test_a_file_that_is_none_is_told(project: Project, text: str, key: str, says: str) -> None:
    (place, sentence), *_ = found(project, text)
    assert place == key
    assert says in sentence


def test_what_is_merged_is_not_there_twice_and_a_day_is_text_where_text_is_wanted(project: Project) -> None:
    recordings = "[&a {name: 2026-03-02, url: u}, {<<: *a, name: b}]"
    cluster = "aiware-pipelines:cluster: {name: a, allowedEngines: [all]}"
    assert found(project, f"config:\n  {cluster}\n  aiware-pipelines:recordings: {recordings}\n") == []


def test_an_encrypted_value_is_there_and_not_decrypted(project: Project) -> None:
    secret = {"secure": "v1:abc"}
    cluster = {"name": "a", "allowedEngines": ["all"], "dockerCredentials": {"password": secret}, "tags": secret}
    assert problems_of(project, aiware__jobTimeout=secret, **{"aiware-pipelines:cluster": cluster}) == []


def test_credentials_that_may_come_from_the_environment_are_a_hint(project: Project) -> None:
    config = {key: value for key, value in FINE.items() if key != "aiware:token"}
    text = yaml.safe_dump({"config": config})
    assert found(project, text) == []
    assert [key for key, _ in found(project, text, hints=True)] == ["aiware:token"]
    half = yaml.safe_dump({"config": {**config, "aiware:username": "u"}})
    assert [key for key, _ in found(project, half, hints=True)] == ["aiware:password"]
    assert found(project, yaml.safe_dump({"config": FINE}), hints=True) == []


def test_a_project_without_a_model_is_checked_by_its_manifest(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        "name: mine\nruntime: python\nconfig:\n  count: {type: integer}\n  mine:place: {type: string, default: here}\n"
    )
    (tmp_path / "Pulumi.one.yaml").write_text("config:\n  mine:count: many\n  plcae: there\n")
    (tmp_path / "Pulumi.two.yaml").touch()
    project = Project.around(tmp_path)
    assert [(each.file.name, each.key, each.sentence) for each in check_stacks(project, project.stacks())] == [
        ("Pulumi.one.yaml", "mine:plcae", "is not a key of this project: did you mean place?"),
        ("Pulumi.one.yaml", "mine:count", "must be of the type integer, but is 'many'."),
        ("Pulumi.two.yaml", "mine:count", "is missing, and the project has no default for it."),
    ]


@pytest.mark.parametrize("code", ["raise ValueError('broken')", "Configuration = 5"])
def test_a_model_that_cannot_be_used_is_told(project: Project, code: str) -> None:
    (project.folder / "configuration.py").write_text(code)
    with pytest.raises(ConfigurationError, match=r"configuration\.py"):
        problems_of(project)


def test_where_there_is_no_project_or_stack(tmp_path: Path, project: Project) -> None:
    with pytest.raises(ConfigurationError, match=r"no Pulumi project here"):
        Project.around(Path("/"))
    (project.stacks_folder / "Pulumi.one.yaml").touch()
    with pytest.raises(ConfigurationError, match=r"There is no stack nowhere.*The stacks are one"):
        project.stack("organization/nowhere")


# --- in a program ----------------------------------------------------------------------------------------------------


@pytest.fixture
def no_config() -> Iterator[None]:
    before = dict(runtime_config.CONFIG.get())
    yield
    runtime_config.set_all_config(before)


@pytest.mark.usefixtures("no_config")
def test_a_program_refuses_a_misspelled_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime_config.set_all_config({"aiware:wait": "true", "other:wiat": "true"})
    Settings.refuse_unknown()
    monkeypatch.setenv("PULUMI_CONFIG", '{"aiware:wiat": "sekrit"}')
    with pytest.raises(
        ConfigurationError, match=r"aiware:wiat is not a setting: did you mean aiware:wait\?"
    ) as refused:
        Settings.refuse_unknown()
    assert "sekrit" not in str(refused.value)


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"secure": "v1:abc"}, None),
        ({"X-Id": "7f3a", "X-Key": {"secure": "v1:abc"}}, None),
        ('{"X-Id": "7f3a"}', None),
        ({"Host": {"secure": "v1:abc"}}, "has Host, which is not yours to set"),
        ({"X-Id": "sekrit\r\n"}, "must have visible ASCII characters for X-Id"),
        (["X-Id"], "must be one value, not several."),
    ],
)
def test_headers_of_ones_own(project: Project, headers: Any, says: str | None) -> None:
    told = problems_of(project, **{"aiware:headers": headers})
    assert [key for key, _ in told] == (["aiware:headers"] if says else [])
    assert all(str(says) in said and "sekrit" not in said for _, said in told)
