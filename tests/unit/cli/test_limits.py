"""The limits of `aiware preview`: what is not known is within none of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from aiware_resources import engines
from aiware_resources.cli import main
from tests.unit.report.made import UNKNOWN, printed, state, step
from tests.unit.report.test_fleets import fleet
from tests.unit.report.test_rows import graph, new_recording

PRICES = f"{{currency: EUR, engines: {{{engines.SPEECHMATICS_ENGLISH}: {{perMinute: 2}}}}}}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a file of prices, and two previews: of recordings of known and of unknown length."""
    known = new_recording("a", tasks=graph("https://host/a.mp4")) + new_recording("b", tasks=graph("s3://b/b.mp4"))
    unknown = [each for each in new_recording("c") if "TemporalDataObject" not in each["urn"]]
    for each in known:
        if "TemporalDataObject" in each["urn"]:
            each["newState"]["inputs"] = {"startDateTime": 0, "stopDateTime": 300}
    (tmp_path / "known.json").write_text(printed(*known))
    (tmp_path / "unknown.json").write_text(printed(*known, *unknown))
    undecided = step("create", "JobFleet", "archive", new=state("JobFleet", fleet({}) | {"media": UNKNOWN}))
    (tmp_path / "undecided.json").write_text(printed(undecided))
    (tmp_path / "prices.yaml").write_text(PRICES)
    (tmp_path / "Pulumi.yaml").write_text("name: studio\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AIWARE_PRICES", raising=False)
    return tmp_path


def preview(source: str, *options: str) -> Result:
    result = CliRunner().invoke(main, ["preview", "--from", f"{source}.json", "--json", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    ("source", "options", "said"),
    [
        ("known", ["--max-jobs", "2", "--max-minutes", "10", "--max-cost", "20", "--prices", "prices.yaml"], ""),
        ("known", ["--max-jobs", "1"], "2 jobs would run; --max-jobs allows 1."),
        ("known", ["--max-minutes", "9.5"], "would work on 10.0 minutes of media; --max-minutes allows 9.5."),
        (
            "known",
            ["--max-cost", "19.99", "--prices", "prices.yaml"],
            "20.00 EUR; --max-cost allows 19.99 EUR.",
        ),
        ("known", ["--max-cost", "1000"], "Without prices the cost is unknown"),
        ("unknown", ["--max-jobs", "3"], ""),
        ("unknown", ["--max-minutes", "1000"], "The length of the media of c is unknown"),
        ("unknown", ["--max-minutes", "15", "--unknown-minutes", "5"], ""),
        ("unknown", ["--max-minutes", "14", "--unknown-minutes", "5"], "would work on 15.0 minutes"),
        ("unknown", ["--max-cost", "1000", "--prices", "prices.yaml"], "The cost of c is unknown"),
        ("unknown", ["--max-cost", "30", "--prices", "prices.yaml", "--unknown-minutes", "5"], ""),
        ("unknown", ["--max-cost", "29", "--prices", "prices.yaml", "--unknown-minutes", "5"], "cost about 30.00 EUR"),
        ("undecided", ["--max-jobs", "1000"], "What archive will run is not known before the update"),
        ("undecided", [], ""),
    ],
)
def test_limits(project: Path, source: str, options: list[str], said: str) -> None:
    ran = preview(source, *options)
    assert ran.exit_code == (1 if said else 0)
    assert said in ran.stderr
    assert json.loads(ran.stdout)["stack"] == "dev"


@pytest.mark.parametrize("amount", ["much", "-1", "inf", "nan"])
def test_what_is_not_an_amount_is_wrong_usage(project: Path, amount: str) -> None:
    ran = preview("known", "--max-cost", amount)
    assert ran.exit_code == 2
    assert "is not an amount, such as 12.50" in ran.stderr


def cost(ran: Result) -> Any:
    return json.loads(ran.stdout)["estimate"].get("cost")


def test_the_stack_names_the_file_of_prices_or_else_the_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cost(preview("known")) is None
    monkeypatch.setenv("AIWARE_PRICES", "prices.yaml")
    assert cost(preview("known")) == 20
    (project / "cheap.yaml").write_text(PRICES.replace("perMinute: 2", "perJob: 1"))
    (project / "Pulumi.dev.yaml").write_text("config: {'aiware:prices': cheap.yaml}\n")
    assert cost(preview("known")) == 2
    assert cost(preview("known", "--prices", "prices.yaml")) == 20


def test_a_bad_file_of_prices_is_an_error_with_its_reason(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "bad.yaml").write_text("{currency: EUR, engines: {a: {perMinute: -1}}}")
    ran = preview("known", "--prices", "bad.yaml")
    assert ran.exit_code != 0
    assert "engines.a.perMinute must not be negative" in ran.stderr
    monkeypatch.setenv("AIWARE_PRICES", "none.yaml")
    ran = preview("known")
    assert ran.exit_code != 0
    assert "none.yaml cannot be read" in ran.stderr
