"""API keys: only the whole, right text opens."""

import pytest

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.keys import hash_secret, is_secret_of, mint_key, split_key


class TestMintKey:
    def test_a_key_is_recognised_by_its_own_secret_alone(self) -> None:
        minted = mint_key("ten_1", "k", [Scope.ADMIN], environment="local")
        other = mint_key("ten_1", "k", [Scope.ADMIN], environment="local")
        parts, others = split_key(minted.text), split_key(other.text)
        assert parts is not None
        assert others is not None
        assert parts[0] == minted.document.public_id
        assert is_secret_of(minted.document, parts[1])
        assert not is_secret_of(minted.document, others[1])
        assert not is_secret_of(None, parts[1])

    def test_the_document_does_not_hold_the_secret(self) -> None:
        minted = mint_key("ten_1", "k", [Scope.ADMIN], environment="local")
        parts = split_key(minted.text)
        assert parts is not None
        assert parts[1] not in minted.document.model_dump_json()
        assert minted.document.secret_sha256 == hash_secret(parts[1])

    def test_the_secret_has_256_bits(self) -> None:
        parts = split_key(mint_key("ten_1", "k", [], environment="local").text)
        assert parts is not None
        assert 62 ** len(parts[1]) > 2**256


class TestSplitKey:
    @pytest.mark.parametrize("at", range(3, 80, 7))
    def test_one_wrong_character_is_noticed(self, at: int) -> None:
        text = mint_key("ten_1", "k", [], environment="local").text
        wrong = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        assert split_key(wrong) is None

    @pytest.mark.parametrize(
        "text", ["", "mk_", "mk_local_a_b", "Bearer x", "mk_local_a_b_c_d", "\0" * 90, "mk_é_a_b_c"]
    )
    def test_rubbish_is_no_key(self, text: str) -> None:
        assert split_key(text) is None
