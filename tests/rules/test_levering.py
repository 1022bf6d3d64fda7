"""The TR rules of start and stop."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.ijw.bericht import Bericht
from gateway.ijw.klasse import Klasse
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.typen import Product
from gateway.rules.judge import judge_against
from tests.rules.builders import (
    GESTART,
    GESTOPT,
    JW305_,
    JW307_,
    OTHER_PRODUCT,
    TOEGEWEZEN,
    change,
    places,
)
from tests.rules.histories import against, broken, dossier, fact, history, with_dossiers

START = "/Bericht/Client/StartProducten/StartProduct"
PRODUCT = "/Bericht/Client/StopProducten/StopProduct"
TIJDELIJK = replace(GESTOPT, reden_beeindiging="20", einddatum=date(2026, 4, 20))
MEI = date(2026, 5, 1)


def started(*products: JW305.StartProduct) -> JW305:
    """Make a JW305 with these starts."""
    return change(JW305_, "client", start_producten=products)


def stopped(*products: JW307.StopProduct) -> JW307:
    """Make a JW307 with these stops."""
    return change(JW307_, "client", stop_producten=products)


def removed(product: Any) -> Any:
    """Give the removal of a start or a stop."""
    return replace(product, status_aanlevering="3")


def test_tr018_a_stop_comes_after_the_start() -> None:
    """Care may end on the day that it began, not on the day before."""
    same = change(JW307_, "client.stop_producten.0", einddatum=date(2026, 4, 3))
    before = change(JW307_, "client.stop_producten.0", einddatum=date(2026, 4, 2))
    assert places(same, "TR018") == []
    assert places(before, "TR018") == [(f"{PRODUCT}/Einddatum", f"{PRODUCT}/Begindatum")]


@pytest.mark.parametrize(("bericht", "shown"), [(JW305_, START), (JW307_, PRODUCT)])
def test_tr019_an_allocation_is_behind_it(bericht: Bericht, shown: str) -> None:
    """The number is that of an allocation of this very client, in whatever version, that was not removed."""
    gone = replace(TOEGEWEZEN, einddatum=TOEGEWEZEN.ingangsdatum, reden_wijziging="13")
    later = replace(gone, toewijzingsdatum=date(2026, 5, 1))
    earlier = replace(gone, toewijzingsdatum=date(2026, 3, 1))
    other = replace(TOEGEWEZEN, toewijzing_nummer=300209)
    for known in (history(), history(other), history(gone), history(TOEGEWEZEN, later)):
        assert against(bericht, known, "TR019") == [(f"{shown}/ToewijzingNummer",)]
    for known in (history(TOEGEWEZEN), history(TOEGEWEZEN, earlier)):
        assert not against(bericht, known, "TR019")
    elsewhere = with_dossiers({"999900018": dossier(TOEGEWEZEN)})
    assert against(bericht, elsewhere, "TR019")


def test_tr019_not_without_a_number_nor_for_a_removal() -> None:
    """Care without an allocation has no number, and a removal is not looked into any further."""
    assert not against(started(replace(GESTART, toewijzing_nummer=None)), history(), "TR019")
    assert not against(started(removed(GESTART)), history(), "TR019")


def test_tr019_says_since_when_anything_is_known() -> None:
    """What is missing may be from before the history here; the finding says when that begins."""
    (found,) = [finding for finding in judge_against(JW305_, history()) if finding.code == "TR019"]
    assert found.message.endswith("van deze cliënt (de historie hier begint op 2026-01-01).")
    assert (found.source, found.retourcode) == ("history", "9019")


@pytest.mark.parametrize(
    ("bericht", "own", "shown"),
    [(started(removed(GESTART)), GESTART, START), (stopped(removed(GESTOPT)), GESTOPT, PRODUCT)],
)
def test_tr063_only_what_was_delivered_is_removed(bericht: Bericht, own: Any, shown: str) -> None:
    """A removal is of something with exactly its key, that is still there."""
    assert not against(bericht, history(own), "TR063")
    others = (
        replace(own, begindatum=date(2026, 4, 2)),
        replace(own, toewijzing_nummer=300209),
        replace(own, product=OTHER_PRODUCT),
    )
    assert against(bericht, history(*others), "TR063") == [(f"{shown}/StatusAanlevering",)]
    assert against(bericht, history(fact(own, 5), fact(removed(own), 3)), "TR063")
    assert not against(bericht, history(fact(own, 5), fact(removed(own), 3), fact(own, 2)), "TR063")


def test_tr063_other_facts_are_no_part_of_a_key() -> None:
    """ToewijzingIngangsdatum may differ; the last day and the reason of a stop are part of its key."""
    known = replace(GESTART, toewijzing_ingangsdatum=date(2026, 4, 1))
    assert not against(started(removed(GESTART)), history(known), "TR063")
    assert against(stopped(removed(GESTOPT)), history(TIJDELIJK), "TR063")


def test_tr063_is_about_removals_alone() -> None:
    """A first delivery needs nothing before it."""
    assert not against(JW305_, history(), "TR063")


def test_tr071_a_start_with_a_stop_stays() -> None:
    """Once care was stopped, for good or for a while, its start is removed no more; unless the stop was removed."""
    bericht = started(removed(GESTART))
    for stop in (GESTOPT, TIJDELIJK):
        assert against(bericht, history(GESTART, stop), "TR071") == [(f"{START}/StatusAanlevering",)]
    assert not against(bericht, history(GESTART), "TR071")
    assert not against(bericht, history(GESTART, fact(GESTOPT, 5), fact(removed(GESTOPT), 3)), "TR071")
    assert not against(bericht, history(GESTART, replace(GESTOPT, begindatum=date(2026, 4, 2))), "TR071")
    assert not against(JW305_, history(GESTART, GESTOPT), "TR071")


@pytest.mark.parametrize(("bericht", "own", "shown"), [(JW305_, GESTART, START), (JW307_, GESTOPT, PRODUCT)])
def test_tr074_a_delivery_is_there_once(bericht: Bericht, own: Any, shown: str) -> None:
    """The same key again is refused, unless it was removed since."""
    assert against(bericht, history(own), "TR074") == [(shown,)]
    assert not against(bericht, history(replace(own, begindatum=date(2026, 4, 2))), "TR074")
    assert not against(bericht, history(fact(own, 5), fact(removed(own), 5)), "TR074")
    assert against(bericht, history(fact(own, 5), fact(removed(own), 3), fact(own, 2)), "TR074")


def test_tr326_one_start_runs_at_a_time() -> None:
    """A start waits until the one before it was stopped or removed, also when its own day is another."""
    again = started(replace(GESTART, begindatum=MEI))
    assert against(again, history(GESTART), "TR326") == [(START,)]
    assert not against(again, history(GESTART, GESTOPT), "TR326")
    assert not against(again, history(GESTART, TIJDELIJK), "TR326")
    assert against(again, history(GESTART, replace(GESTOPT, begindatum=date(2026, 4, 2))), "TR326")
    assert not against(again, history(fact(GESTART, 5), fact(removed(GESTART), 3)), "TR326")
    assert not against(again, history(replace(GESTART, toewijzing_nummer=300209)), "TR326")
    assert not against(started(removed(GESTART)), history(GESTART), "TR326")


def test_tr326_resumed_care_runs_again() -> None:
    """After a temporary stop and a new start, that one has to be stopped first."""
    known = history(GESTART, TIJDELIJK, replace(GESTART, begindatum=date(2026, 4, 25)))
    assert against(started(replace(GESTART, begindatum=MEI)), known, "TR326")


def test_tr326_within_one_message() -> None:
    """A correction comes in one message (IV008); two starts of one allocation are in each other's way."""
    correction = started(removed(GESTART), replace(GESTART, begindatum=date(2026, 4, 4)))
    assert broken(correction, history(TOEGEWEZEN, GESTART)) == set()
    two = started(GESTART, replace(GESTART, begindatum=MEI))
    assert against(two, history(), "TR326") == [(f"{START}[1]",), (f"{START}[2]",)]
    # The first was stopped already, as far as is known here: only the other one runs.
    assert against(two, history(GESTOPT), "TR326") == [(f"{START}[1]",)]
    other = replace(GESTART, toewijzing_nummer=300202)
    assert not against(started(GESTART, other), history(), "TR326")


def test_tr326_only_of_an_allocation() -> None:
    """Care without an allocation has nothing to be counted by."""
    loose = replace(GESTART, toewijzing_nummer=None)
    assert not against(started(replace(loose, begindatum=MEI)), history(loose), "TR326")


@pytest.mark.parametrize(
    "fields",
    [{"begindatum": date(2026, 4, 4)}, {"toewijzing_nummer": 300209}, {"product": Product(categorie="45")}],
)
def test_tr382_a_stop_repeats_the_key_of_its_start(fields: dict[str, Any]) -> None:
    """Each part of the key is that of the start, which is known and not removed."""
    assert not against(JW307_, history(GESTART), "TR382")
    assert against(stopped(replace(GESTOPT, **fields)), history(GESTART), "TR382") == [(f"{PRODUCT}/Begindatum",)]
    assert not against(stopped(removed(replace(GESTOPT, **fields))), history(GESTART), "TR382")


def test_tr382_a_start_has_to_be_there() -> None:
    """A removed start is none; after a temporary stop the start is still there for the definite one (OP377)."""
    assert against(JW307_, history(), "TR382")
    assert against(JW307_, history(fact(GESTART, 5), fact(removed(GESTART), 3)), "TR382")
    assert broken(JW307_, history(TOEGEWEZEN, GESTART, TIJDELIJK)) == set()


def test_tr413_no_temporary_stop_after_another() -> None:
    """Of one start there is one temporary stop, in history and in the message together."""
    again = replace(TIJDELIJK, einddatum=date(2026, 4, 25))
    assert against(stopped(again), history(GESTART, TIJDELIJK), "TR413") == [(PRODUCT,)]
    assert not against(JW307_, history(GESTART, TIJDELIJK), "TR413")
    assert not against(stopped(again), history(GESTART), "TR413")
    assert not against(stopped(removed(TIJDELIJK)), history(GESTART, TIJDELIJK), "TR413")
    assert not against(stopped(removed(TIJDELIJK), again), history(GESTART, TIJDELIJK), "TR413")
    assert against(stopped(TIJDELIJK, again), history(GESTART), "TR413") == [(f"{PRODUCT}[1]",), (f"{PRODUCT}[2]",)]


def test_tr413_of_the_same_start() -> None:
    """Another start, or without allocation another product, has a temporary stop of its own."""
    resumed = replace(TIJDELIJK, begindatum=date(2026, 4, 25), einddatum=MEI)
    assert not against(stopped(resumed), history(GESTART, TIJDELIJK), "TR413")
    loose = replace(TIJDELIJK, toewijzing_nummer=None)
    known = history(replace(loose, einddatum=date(2026, 4, 9)))
    assert against(stopped(loose), known, "TR413")
    assert not against(stopped(replace(loose, product=OTHER_PRODUCT)), known, "TR413")
    numbered = replace(TIJDELIJK, einddatum=date(2026, 4, 9), product=OTHER_PRODUCT)
    assert against(stopped(TIJDELIJK), history(numbered), "TR413")


@pytest.mark.parametrize(("einddatum", "is_broken"), [(date(2026, 4, 19), True), (date(2026, 4, 20), False)])
def test_tr414_a_later_stop_ends_no_earlier(einddatum: date, is_broken: bool) -> None:
    """The definite stop is on the day of the temporary one or after it, also when both are in one message."""
    final = replace(GESTOPT, einddatum=einddatum)
    expected = [(f"{PRODUCT}/Einddatum",)] if is_broken else []
    assert against(stopped(final), history(GESTART, TIJDELIJK), "TR414") == expected
    here = against(stopped(final, TIJDELIJK), history(GESTART), "TR414")
    assert here == ([(f"{PRODUCT}[1]/Einddatum",)] if is_broken else [])
    assert not against(stopped(final, removed(TIJDELIJK)), history(GESTART, TIJDELIJK), "TR414")
    assert not against(stopped(removed(final)), history(GESTART, TIJDELIJK), "TR414")


def test_tr415_nothing_follows_a_definite_stop() -> None:
    """After a definite stop of a start there is neither another one nor a temporary one."""
    later = replace(GESTOPT, einddatum=MEI)
    known = history(GESTART, GESTOPT)
    assert against(stopped(later), known, "TR415") == [(PRODUCT,)]
    assert against(stopped(replace(TIJDELIJK, einddatum=MEI)), known, "TR415") == [(PRODUCT,)]
    assert not against(stopped(later), history(GESTART, TIJDELIJK), "TR415")
    assert not against(stopped(removed(GESTOPT)), known, "TR415")
    assert not against(stopped(replace(later, begindatum=MEI)), known, "TR415")


def test_tr415_within_one_message() -> None:
    """A stop is corrected in one message; a temporary and a definite stop may come together, two definite ones not."""
    later = replace(GESTOPT, einddatum=MEI)
    known = history(TOEGEWEZEN, GESTART, GESTOPT)
    assert broken(stopped(removed(GESTOPT), later), known) == set()
    assert broken(stopped(TIJDELIJK, GESTOPT), history(TOEGEWEZEN, GESTART)) == set()
    assert against(stopped(GESTOPT, later), history(GESTART), "TR415") == [(f"{PRODUCT}[1]",), (f"{PRODUCT}[2]",)]


FACTS: list[Klasse] = [
    TOEGEWEZEN,
    GESTART,
    GESTOPT,
    TIJDELIJK,
    removed(GESTART),
    removed(GESTOPT),
    replace(GESTART, begindatum=MEI),
    replace(GESTOPT, einddatum=MEI),
]


@settings(max_examples=50)
@given(data=st.data())
def test_the_order_of_arrival_means_nothing(data: st.DataObject) -> None:
    """Any permutation of the facts gives the same findings (OP080)."""
    chosen = data.draw(st.lists(st.tuples(st.sampled_from(FACTS), st.integers(1, 4)), max_size=7))
    facts = [fact(klasse, days, bericht=number) for number, (klasse, days) in enumerate(chosen)]
    shuffled = data.draw(st.permutations(facts))
    for bericht in (
        JW305_,
        stopped(GESTOPT, removed(TIJDELIJK)),
        started(removed(GESTART), replace(GESTART, begindatum=MEI)),
    ):
        assert judge_against(bericht, history(*facts)) == judge_against(bericht, history(*shuffled))


def test_everything_of_a_whole_life_is_right() -> None:
    """Start, temporary stop, start again, definite stop: each follows from what came before it."""
    resumed = replace(GESTART, begindatum=date(2026, 4, 25))
    final = replace(GESTOPT, begindatum=date(2026, 4, 25), einddatum=MEI)
    life: list[tuple[Bericht, Klasse]] = [
        (JW305_, GESTART),
        (stopped(TIJDELIJK), TIJDELIJK),
        (started(resumed), resumed),
        (stopped(final), final),
    ]
    known: list[Klasse] = [TOEGEWEZEN]
    for bericht, klasse in life:
        assert broken(bericht, history(*known)) == set(), bericht.TYPE
        known.append(klasse)
