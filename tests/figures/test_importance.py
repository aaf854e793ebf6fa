"""The bars add up to what the analysis says, tell the two estimates apart, and are told in words."""

import pytest
from cells_of import known_cell

from odyssey.analysis.importance import importance
from odyssey.figures import importance as bars


@pytest.fixture(scope="module")
def found():
    return {"V": importance(known_cell(40)), "NP": importance(known_cell(3, variant="NP"))}


def artists(figure):
    return {artist.get_gid(): artist for artist in figure.findobj() if artist.get_gid()}


def test_segments_are_the_shares_in_order_without_gaps(found):
    figure = bars.shares(found)
    figure.draw_without_rendering()
    drawn = artists(figure)
    for name, shares in (("forest", found["V"].forest), ("process", found["V"].process)):
        left = 0.0
        for (label, terms, _, _), part in zip(bars.GROUPS, bars.grouped(shares), strict=True):
            segment = drawn[f"{name}:V:{label}"]
            assert part == pytest.approx(sum(shares[list(terms)]))
            assert (segment.get_x(), segment.get_width()) == pytest.approx((left, part))
            left += part
        assert left == pytest.approx(1)
    assert drawn["forest:V:blocks"].get_height() > drawn["process:V:blocks"].get_height()


def test_every_term_is_in_one_segment():
    assert sorted(term for _, terms, _, _ in bars.GROUPS for term in terms) == list(range(11))
    looks = [(colour, hatch) for _, _, colour, hatch in bars.GROUPS]
    assert len(set(looks)) == len(looks) and len({hatch for colour, hatch in looks if hatch}) == 3


def test_what_cannot_be_told_is_said(found):
    drawn = artists(bars.shares(found))
    assert "forest:NP:unknown" in drawn and not any(gid.startswith("forest:NP:learning") for gid in drawn)
    assert "NP: cannot be told." in bars.alt_shares(found)
    bars.shares({}).draw_without_rendering()
    assert bars.alt_shares({}) == "No trials yet."


def test_words_give_both_estimates(found):
    ours, other = (100 * shares[0] for shares in (found["V"].forest, found["V"].process))
    assert f"V: learning rate {ours:.0f} ({other:.0f})" in bars.alt_shares(found)
