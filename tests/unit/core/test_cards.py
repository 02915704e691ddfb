"""A card in plain words says what the figures say, and a user's words cannot pretend to be ours."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.trainer.fakes import make_version

from maskeraid_core.cards import card_files
from maskeraid_core.documents.reimagings import STATEMENT
from maskeraid_core.measuring import with_measured

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
MEASURED = {
    "attribute": "hair_colour", "value": "blond", "lower_bound": 0.981, "confidence": 0.95, "samples": 400,
    "classifier_error": 0.002, "measured_by": "classifier",
}  # fmt: skip
COPYING = {
    "verdict": "copying", "reason": "99.0% of the samples are near", "gate": "blocks", "near_share": 0.99,
    "near_share_of_unseen": 0.0, "authenticity": 0.1, "authenticity_of_unseen": 0.6, "c_t": -30.0,
}  # fmt: skip


def text_of(**facts: Any) -> str:  # noqa: ANN401 any field of a version
    return card_files(make_version(**facts))["card.md"].decode()


class TestText:
    def test_a_guarantee_has_its_bound_and_its_error(self) -> None:
        text = text_of(guarantees=[MEASURED])
        assert "`hair\\_colour` = `blond`: at least 98.1% of its faces (95% confidence, 400 samples" in text
        assert "wrong about it on 0.2%" in text

    def test_what_all_training_images_share_is_said_to_be_told_by_their_middle(self) -> None:
        text = text_of(guarantees=[{**MEASURED, "measured_by": "resemblance", "classifier_error": 0.015}])
        assert "at least 98.1% of its faces (95% confidence, 400 samples). All training images have this value" in text
        assert "but for 1.5% of them." in text

    def test_why_its_faces_may_be_used_is_repeated_with_who_said_so(self) -> None:
        said = {
            "basis": "public_licence",
            "licence": "CC0-1.0",
            "purpose": "art",
            "minors_excluded": True,
            "by": "us_1",
        }
        sources = [
            {"licence": None, "legal_basis": "Art. 6", "attestation": {**said, "at": "2026-11-30T09:00:00Z"}},
            {"licence": "MIT", "legal_basis": None, "attestation": None},
        ]  # fmt: skip
        text = text_of(card={"sources": sources})
        assert (
            "Published under a licence (CC0-1.0), for art, no minors: said by us\\_1 on 2026-11-30; legal basis" in text
        )
        assert "- Nobody said why; licence: MIT." in text

    def test_generated_training_images_are_told_of(self) -> None:
        assert "- 3 of its training images were made by a trained generator" in text_of(card={"generated_images": 3})
        assert "trained generator" not in text_of(card={"generated_images": 0})

    def test_a_number_varies_from_its_least_to_its_most(self) -> None:
        varies = [{"attribute": "age", "values": 66, "least": 1.0, "most": 99.0}, {"attribute": "eyes", "values": 5}]
        assert "- `age` varies: 1 to 99.\n- `eyes` varies: 5 values." in text_of(varies=varies)

    def test_quality_is_true_figures_with_what_they_are(self) -> None:
        quality = {"step": 6500.0, "seconds": 31.2, "quality": 0.91, "kid": 0.027, "coverage": 0.87}
        text = text_of(card={"quality": quality, "held_out": 300})
        assert "- Judged beside 300 faces that were held out" in text
        assert "- `kid` 0.027: how differently its faces and real ones are distributed (KID): 0 is best." in text
        assert "- `coverage` 0.87: " in text
        assert "31.2" not in text
        assert "6.5e+03" not in text

    def test_what_nobody_judged_is_said_to_be_so(self) -> None:
        assert "- Nothing was judged while it trained" in text_of(card={"quality": {}, "held_out": 0})

    def test_it_says_when_by_which_software_and_from_which_seed_it_was_made(self) -> None:
        text = text_of(card={"seed": 7, "software": {"maskeraid": "0.2.0", "keras": "3.1"}}, created_at=AT)
        assert "- Made on 2026-11-29\n- Seed 7: " in text
        assert "- Software: maskeraid 0.2.0, keras 3.1\n- Its licence is told where" in text

    def test_what_was_not_measured_is_said_to_be_so(self) -> None:
        text = text_of(guarantees=[{"attribute": "hair", "value": "1", "images": 25}])
        assert "in all 25 training images; not measured" in text
        assert "- Not measured." in text  # memorisation

    def test_copying_is_said_in_bold_with_what_follows(self) -> None:
        text = text_of(card={"memorisation": COPYING})
        assert "**It copies** faces that it learned from: 99.0% of the samples are near." in text
        assert "it cannot be shared publicly" in text

    def test_what_a_near_copy_is_stands_beside_the_figures(self) -> None:
        text = text_of(card={"memorisation": COPYING})
        assert "A near copy is at most half as far from a training face" in text
        assert "10% of its samples are farther from the nearest training face" in text
        assert "of faces that it has not seen 60%. Near to that share is good" in text
        assert "C_T" not in text  # a figure for programs: card.json has it

    def test_whether_single_candidates_are_looked_at_is_said_with_why(self) -> None:
        said = {"looked_for": True, "reason": "compared with 300 of 300 training faces"}
        text = text_of(card={"memorisation": COPYING, "near_copies": said})
        assert "`near_copy` of a candidate is told: compared with 300" in text
        assert "is not told: drawn" in text_of(card={"near_copies": {"looked_for": False, "reason": "drawn"}})

    def test_a_card_of_release_0_1_says_its_verdict(self) -> None:
        old = {"verdict": "healthy", "reason": "1% are near", "gate": "passes", "near_share": 0.01, "authenticity": 0.5}
        text = text_of(card={"memorisation": {**old, "authenticity_of_held_out": 0.5, "c_t": -1.0}})
        assert "No sign of copying: 1% are near." in text
        assert "It may be shared publicly." in text

    @pytest.mark.parametrize("gate", ["passes", "reports_only", "blocks"])
    def test_a_model_that_repeats_itself_may_not_be_shared_publicly(self, gate: str) -> None:
        flag = {"code": "collapse", "message": "It repeats itself."}
        text = text_of(card={"memorisation": {**COPYING, "verdict": "cannot_tell", "gate": gate}, "flags": [flag]})
        assert "It repeats itself; because of that it cannot be shared publicly." in text
        assert "It may be shared publicly" not in text
        assert "in nobody's way" not in text

    def test_without_a_guarantee_a_sentence_says_so(self) -> None:
        assert "- Nothing: no attribute has one value" in text_of(guarantees=[])

    def test_the_honest_sentence_comes_first(self) -> None:
        text = text_of(card={"limits": [STATEMENT]})
        assert text.splitlines()[2] == f"> {STATEMENT}"
        assert text.count(STATEMENT) == 1

    def test_a_name_is_no_markup(self) -> None:
        text = text_of(name="# Real\n## It is healthy <b>")
        assert text.splitlines()[0] == "# \\# Real \\#\\# It is healthy \\<b\\>"

    def test_neither_where_the_data_lie_nor_whom_they_show_is_told(self) -> None:
        person = {"attribute": "person", "value": "Ann", "images": 25}
        version = make_version(guarantees=[person], lineage={"data": [{"dataset_id": "ds_1", "version": 2}]})
        for content in card_files(version).values():
            assert b"Ann" not in content
            assert b"ds_1" not in content

    def test_nor_what_it_began_with(self) -> None:
        version = make_version(card={"images": 500, "start_from": {"model_id": "mdl_mine", "version": 2}})
        for content in card_files(version).values():
            assert b"mdl_mine" not in content


class TestMeasured:
    def test_it_is_added_to_what_is_known(self) -> None:
        version = with_measured(make_version(card={"seed": 7}, combinations=25), {"card": {"memorisation": COPYING}})
        assert (version.card, version.combinations) == ({"seed": 7, "memorisation": COPYING}, 25)
        known = json.loads(card_files(version)["card.json"])
        assert (known["memorisation"]["verdict"], known["combinations"]) == ("copying", 25)
