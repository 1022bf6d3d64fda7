"""Dead letters and replays on the pages."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from gateway.composition import Gateway
from gateway.console.words import OUTCOMES, REPLAY_STATES, STATES
from gateway.exchange.cause import Cause
from gateway.exchange.replay import Outcome
from gateway.services.audit import Act
from gateway.services.queueing import Ending
from gateway.services.signing_in import Role
from gateway.store.replays import ReplayFilter
from gateway.store.tables import message
from tests.berichten import PROVIDER, heenbericht
from tests.console.conftest import Browser
from tests.console.test_pages import acts
from tests.gateways import MANUAL, accepted, caller_for
from tests.services.test_opt_out import opted_out

NEW = "/console/herhalingen/nieuw"


@pytest.fixture
def failed(gateway: Gateway) -> str:
    """Let a municipality fail on a message until it is given up; gives the message's id."""
    message = accepted(gateway, caller_for(gateway, PROVIDER), heenbericht("JW305", "S1", municipality=MANUAL)).message
    recipient = caller_for(gateway, MANUAL)
    for number in range(2):
        (given,) = gateway.services.queueing.lease(MANUAL, recipient, limit=1, seconds=60, types=[])
        assert gateway.services.queueing.end(given.lease.id, recipient, Ending.FAILED, f"schijf {number} vol") == "done"
    return str(message.id)


def test_dead_letters_by_cause(browser: Browser, gateway: Gateway, failed: str) -> None:
    """What could not be delivered is counted by what stood in the way; who may operate goes on from there."""
    browser.sign_in(gateway, Role.VIEWER)
    page = browser.get("/console/onbezorgd").text
    assert "schijf # vol" in page
    assert f"/console/berichten/{failed}" in page
    assert NEW not in page
    browser.sign_in(gateway, Role.ADMINISTRATOR)
    assert f"{NEW}?status=failed&amp;recipient={MANUAL}" in browser.get("/console/onbezorgd").text


def test_a_replay_from_start_to_end(browser: Browser, gateway: Gateway, failed: str) -> None:
    """It is counted without changing anything, started, paused, continued, and tells what each message became."""
    browser.sign_in(gateway, Role.ADMINISTRATOR)
    assert f'href="{NEW}?id={failed}"' in browser.get(f"/console/berichten/{failed}").text
    before = browser.get(f"{NEW}?id={failed}").text
    assert "1 bericht opnieuw proberen" in before
    assert OUTCOMES["queued"] in before
    assert not acts(gateway, Act.REPLAY_STARTED)
    began = browser.post("/console/herhalingen", data={"mark": browser.mark, "id": failed})
    assert began.status_code == 303
    address = began.headers["location"]
    assert "nog niet aan de beurt" in browser.get(address).text
    assert address in browser.get("/console/herhalingen").text
    assert browser.post(address, data={"mark": browser.mark, "state": "paused"}).status_code == 303
    assert gateway.services.replaying.round() == 0
    assert "Hervatten" in browser.get(address).text
    browser.post(address, data={"mark": browser.mark, "state": "running"})
    assert gateway.services.replaying.round() == 1
    after = browser.get(address).text
    assert "klaar" in after
    assert OUTCOMES["queued"] in after
    assert "geen onbezorgde berichten" in browser.get("/console/onbezorgd").text


def test_filters_carry_over(browser: Browser, gateway: Gateway, failed: str) -> None:
    """What was chosen to be counted is what is started."""
    browser.sign_in(gateway, Role.ADMINISTRATOR)
    assert "niets dat hieraan voldoet" in browser.get(f"{NEW}?status=expired").text
    page = browser.get(f"{NEW}?type=JW305&status=failed&recipient={MANUAL}").text
    hidden = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition('action="/console/herhalingen"')[2])
    )
    assert browser.post("/console/herhalingen", data=hidden).status_code == 303
    (started,) = acts(gateway, Act.REPLAY_STARTED)
    assert started["filter"] == {"types": ["JW305"], "statuses": ["failed"], "recipients": [MANUAL]}
    assert failed


def test_one_cause(browser: Browser, gateway: Gateway, failed: str) -> None:
    """From its line on the page the dead letters of one cause are tried again, by an id that says nothing of it."""
    browser.sign_in(gateway, Role.ADMINISTRATOR)
    cause = Cause.of("schijf 1 vol").id
    assert f"{NEW}?recipient={MANUAL}&amp;cause={cause}" in browser.get("/console/onbezorgd").text
    page = browser.get(f"{NEW}?recipient={MANUAL}&cause={cause}").text
    assert "1 bericht opnieuw proberen" in page
    hidden = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition('action="/console/herhalingen"')[2])
    )
    assert browser.post("/console/herhalingen", data=hidden).status_code == 303
    (started,) = acts(gateway, Act.REPLAY_STARTED)
    assert started["filter"] == {"recipients": [MANUAL], "causes": [cause]}
    assert browser.get(f"{NEW}?cause=vol").status_code == 404
    assert failed


def test_a_wrong_id_is_not_everything(browser: Browser, gateway: Gateway, failed: str) -> None:
    """An id that is none starts nothing, rather than all that failed."""
    browser.sign_in(gateway, Role.ADMINISTRATOR)
    assert browser.get(f"{NEW}?id=x").status_code == 404
    assert browser.post("/console/herhalingen", data={"mark": browser.mark, "id": f"{failed}0"}).status_code == 404
    assert not acts(gateway, Act.REPLAY_STARTED)


def test_what_has_an_opt_out_is_not_named(browser: Browser, gateway: Gateway) -> None:
    """A replay counts it, and shows no id of it."""
    own = opted_out(gateway).id
    with gateway.database.write() as connection:
        connection.execute(update(message).where(message.c.id == own).values(status="failed"))
    made = gateway.services.replaying.start(ReplayFilter(statuses=("failed",)), "command-line:anna")
    browser.sign_in(gateway, Role.ADMINISTRATOR)
    page = browser.get(f"/console/herhalingen/{made.id}").text
    assert "0 van 1 bericht" in page
    assert str(own) not in page


def test_every_outcome_has_a_name() -> None:
    """What becomes of a message is called by words that a person reads."""
    assert {outcome.value for outcome in Outcome} == OUTCOMES.keys()
    assert REPLAY_STATES.keys() <= STATES.keys()
