"""What tests share: golden files (``pytest --update-golden`` writes them anew), and a desk that trades."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.stand_in.clock import FakeClock
    from tests.stand_in.gateway import Gateway
    from tests.stand_in.trading import Desk

os.environ["PBAL_CONFIG"] = ""  # the defaults of whoever runs the tests are not what they test

GOLDEN = Path(__file__).parent / "golden"

QUICK = 20
"""The most examples of a property in ``make check``."""

# Machines are shared and noisy: how long an example takes says nothing about the code. The examples are the same on
# every run, so that a change is judged by what it changed; `pytest --hypothesis-profile=explore` looks for new ones.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("pbal", parent=settings.get_profile("explore"), derandomize=True)
settings.load_profile("pbal")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files instead of comparing")
    parser.addoption("--quick", action="store_true", help=f"at most {QUICK} examples a property")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ``--quick`` each property is tried on a few examples, whatever its own number of them is."""
    if config.getoption("--quick"):
        for item in items:
            function = getattr(item, "function", None)
            # Where hypothesis keeps the settings of a test; it has no other way to change them for a run.
            own = getattr(function, "_hypothesis_internal_use_settings", None)
            if function is not None and own is not None:
                function._hypothesis_internal_use_settings = settings(own, max_examples=min(QUICK, own.max_examples))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """``golden("plan.txt", text)`` in cli/test_exact.py compares with golden/cli/exact/plan.txt, to the byte."""
    module = request.path.relative_to(GOLDEN.parent)
    folder = GOLDEN / module.parent / module.stem.removeprefix("test_")
    update = request.config.getoption("--update-golden")

    def check(name: str, text: str) -> None:
        path = folder / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.is_file(), f"{path} is missing: run pytest --update-golden and look at it"
        assert text == path.read_bytes().decode()

    return check


@pytest.fixture(scope="module")
def trading_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, FakeClock]]:
    """The stand-in of IBKR's gateway with its limits, and the clock that it goes by."""
    from tests.stand_in.clock import FakeClock  # the stand-in is for the few tests that trade
    from tests.stand_in.gateway import Gateway
    from tests.stand_in.server import make_certificate

    fake = FakeClock()
    gateway = Gateway(make_certificate(tmp_path_factory.mktemp("tls")), now=lambda: fake.time, limits=True)
    with gateway.server:
        yield gateway, fake


@pytest.fixture
def desk(trading_gateway: tuple[Gateway, FakeClock], tmp_path: Path) -> Iterator[Desk]:
    """A client of the stand-in, set up anew, with a journal of its own."""
    from tests.stand_in.trading import Desk, begin_anew

    gateway, fake = trading_gateway
    begin_anew(gateway, fake)
    desk = Desk(gateway, fake, tmp_path)
    yield desk
    gateway.server.released.set()
    gateway.server.released.clear()
    desk.close()
