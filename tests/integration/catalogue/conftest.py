"""A local aiWARE to look things up in; each test has a catalogue that knows nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from aiware_resources.api import CloudApi
from aiware_resources.catalogue import Catalogue
from aiware_resources.settings import Connection, Credentials, Settings
from tests.support.local import Local


@pytest.fixture
def local(shared_local: Local) -> Local:
    """The local aiWARE, empty."""
    shared_local.reset()
    shared_local.clear_faults()
    return shared_local


@pytest.fixture
def catalogue(local: Local) -> Iterator[Catalogue]:
    """A catalogue of the local aiWARE."""
    url = f"{local.server.url}/v3/graphql"
    api = CloudApi(Settings(max_retries=0), Connection(url, Credentials(token=SecretStr(local.token))))
    yield Catalogue(api)
    api.close()
