"""The four files that make up the Pulumi CLI with its Python language host, and how each is made."""

from __future__ import annotations

import hashlib
import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from golang import Go, GoError, pinned, step

HERE = Path(__file__).resolve().parent
SDK = "github.com/pulumi/pulumi/sdk/v3"


@dataclass(frozen=True)
class Artifact(ABC):
    """One file of the CLI.

    Attributes:
        name: The file's name.
        module: Name of the folder whose go.mod pins its version.
    """

    UNFINISHED: ClassVar[str] = ".unfinished"

    name: str
    module: str

    @property
    def folder(self) -> Path:
        return HERE / self.module

    def is_current(self, bin_folder: Path) -> bool:
        """Whether the file is there, made from what go.mod and go.sum say now."""
        file, stamp = bin_folder / self.name, self._stamp(bin_folder)
        return file.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == self._recipe()

    def make(self, go: Go, bin_folder: Path) -> None:
        """Makes the file under another name and moves it into place, so that it is never there by half.

        Raises:
            GoError: Go failed.
        """
        unfinished = bin_folder / f"{self.name}{self.UNFINISHED}"
        self._write(go, unfinished)
        unfinished.chmod(0o755)
        unfinished.replace(bin_folder / self.name)
        self._stamp(bin_folder).write_text(self._recipe(), encoding="utf-8")

    @abstractmethod
    def _write(self, go: Go, file: Path) -> None: ...

    def _stamp(self, bin_folder: Path) -> Path:
        return bin_folder.parent / f"{self.name}.stamp"

    def _recipe(self) -> str:
        """What the file is made from, as a short text that changes when it must be made again."""
        parts = [(self.folder / name).read_bytes() for name in ("go.mod", "go.sum")]
        return hashlib.sha256(b"\0".join([repr(self).encode(), *parts])).hexdigest()


@dataclass(frozen=True)
class Program(Artifact):
    """A Go program.

    Attributes:
        package: Its import path.
        owner: The module that the package belongs to.
        takes: How long the build takes on two cores.
        version_variable: Go variable that carries its version, if it has one.
    """

    package: str
    owner: str
    takes: str
    version_variable: str = ""

    def _write(self, go: Go, file: Path) -> None:
        version = pinned(self.folder, self.owner)
        with step(f"downloading the Go modules of {self.name} {version} (less than a minute)"):
            go.run(self.folder, "list", "-deps", "-f", "", self.package)
        with step(f"building {self.name} {version} ({self.takes})"):
            flags = ("-trimpath", "-ldflags", self._linker_flags(version))
            go.run(self.folder, "build", *flags, "-o", str(file), self.package)

    def _linker_flags(self, version: str) -> str:
        flags = "-s -w"
        return f"{flags} -X {self.version_variable}={version}" if self.version_variable else flags


@dataclass(frozen=True)
class Script(Artifact):
    """A script that the SDK's Go module carries.

    Attributes:
        path: Where it lies in the module.
    """

    path: str

    def _write(self, go: Go, file: Path) -> None:
        with step(f"copying {self.name} from the SDK's module"):
            go.run(self.folder, "mod", "download", SDK)
            source = Path(go.run(self.folder, "list", "-m", "-f", "{{.Dir}}", SDK).strip()) / self.path
            if not source.is_file():
                raise GoError(f"{source} is missing; `go clean -modcache` and another run bring it back.")
            shutil.copyfile(source, file)


ARTIFACTS: tuple[Artifact, ...] = (
    Program(
        name="pulumi-language-python",
        module="language",
        package=f"{SDK}/python/cmd/pulumi-language-python",
        owner=SDK,
        takes="about a minute",
    ),
    Script(
        name="pulumi-language-python-exec",
        module="engine",
        path="python/cmd/pulumi-language-python-exec",
    ),
    Script(
        name="pulumi-resource-pulumi-python",
        module="engine",
        path="python/dist/pulumi-resource-pulumi-python",
    ),
    Program(
        name="pulumi",
        module="engine",
        package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        owner="github.com/pulumi/pulumi/pkg/v3",
        takes="3 to 4 minutes",
        version_variable=f"{SDK}/go/common/version.Version",
    ),
)
