"""Manifests in three formats: strings in, strings out, limits held."""

import json

import pytest

from maskeraid_core.errors import BadArchive
from maskeraid_curator.manifests import MOST_ROWS, Manifest, read_manifest

SAME = Manifest(["file", "eyes", "glasses"], [["a.png", "1", "true"], ["b.png", "007", None]])


def refusal(name: str, data: bytes) -> str:
    with pytest.raises(BadArchive) as refused:
        read_manifest(name, data)
    assert refused.value.facts["reason"] == "manifest"
    return str(refused.value)


class TestFormats:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("manifest.csv", "file,eyes,glasses\r\na.png,1,true\r\n\r\nb.png, 007 ,\r\n"),
            ("manifest.csv", '\ufefffile,eyes,glasses\n"a.png","1","true"\nb.png,007,""'),
            (
                "manifest.json",
                '[{"file":"a.png","eyes":1,"glasses":true},{"file":"b.png","eyes":"007","glasses":null}]',
            ),
            ("Manifest.JSONL", '{"file":"a.png","eyes":"1","glasses":true}\n\n{"eyes":"007","file":"b.png"}\n'),
        ],
    )
    def test_same_rows_in_each(self, name: str, text: str) -> None:
        assert read_manifest(name, text.encode()) == SAME

    def test_numbers_stay_as_they_were_written(self) -> None:
        table = read_manifest("m.json", b'[{"file": "a", "x": 1.50, "y": 1e400, "z": 12345678901234567890123}]')
        assert table.rows == [["a", "1.50", "1e400", "12345678901234567890123"]]

    def test_fields_of_later_rows_become_columns(self) -> None:
        table = read_manifest("m.jsonl", b'{"file": "a"}\n{"file": "b", "x": "1"}')
        assert table == Manifest(["file", "x"], [["a", None], ["b", "1"]])


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "data", "words"),
        [
            ("m.csv", b"file,x\n\xff,1", "utf-8"),
            ("m.csv", b"", "first column"),
            ("m.csv", b"image,x\na.png,1", "first column"),
            ("m.csv", b"x,file\n1,a.png", "first column"),
            ("m.csv", b"file,x,x\na,1,2", "same name"),
            ("m.csv", b"file,\na,1", "has none"),
            ("m.csv", b"file,x\na,1\nb", "row 2 has 1 cells"),
            ("m.csv", b'file,x\n"a"b,1', "expected"),
            ("m.csv", b"file,x\na," + b"y" * 1025, "1024 bytes"),
            ("m.csv", b"file,x\na," + "\u00e4".encode() * 513, "1024 bytes"),
            ("m.csv", b"file,x\na," + b"y" * 200_000, "field limit"),
            ("m.csv", b"file" + b"".join(b",c%d" % n for n in range(200)), "201 columns"),
            ("m.csv", b"file\n" + b"a\n" * (MOST_ROWS + 1), "rows"),
            ("m.json", b"[" * 100_000, "recursion"),
            ("m.json", b'{"file": "a"}', "list of objects"),
            ("m.json", b'["a"]', "not an object"),
            ("m.json", b'[{"file": "a", "x": NaN}]', "NaN"),
            ("m.json", b'[{"file": "a", "x": [1]}]', "row 1 has a value"),
            ("m.json", b'[{"file": "a", "x": "\\ud800"}]', "surrogates"),
            ("m.json", b'[{"file": "a", "\\ud800": "x"}]', "surrogates"),
            ("m.jsonl", b'{"file": "a"}\n{', "line 1"),
            ("m.jsonl", json.dumps({"file": "a"} | {f"c{n}": 1 for n in range(200)}).encode(), "fields"),
        ],
    )
    def test_says_why(self, name: str, data: bytes, words: str) -> None:
        assert words in refusal(name, data)
