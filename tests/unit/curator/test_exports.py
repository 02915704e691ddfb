"""Exports without stores: cells that no spreadsheet runs, tables that two readers take, a zip of one form."""

import csv
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskeraid_core.cells import guard, unguard
from maskeraid_core.documents.datasets import Attribute
from maskeraid_core.errors import BadArchive
from maskeraid_curator.archives import inflate, read_entries
from maskeraid_curator.export_tables import feature_names, manifest_table, metadata_table
from maskeraid_curator.manifests import GENERATED_COLUMN, read_manifest
from maskeraid_curator.zip_records import read_directory
from maskeraid_curator.zip_writing import ZipWriter

FORMULAS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@a"]


def rows(**columns: list[str]) -> pl.DataFrame:
    count = len(next(iter(columns.values())))
    facts = {
        "row": list(range(1, count + 1)), "id": [f"img_{number}" for number in range(count)],
        "file": [f"=face {number}.png" for number in range(count)], "sha256": ["0" * 64] * count,
        "covering_sha256": [None, *["1" * 64] * (count - 1)], "twin_sha256": [None] * count,
    }  # fmt: skip
    return pl.DataFrame(facts | {f"attr:{name}": values for name, values in columns.items()}, infer_schema_length=None)


class TestCells:
    @pytest.mark.parametrize("cell", FORMULAS)
    def test_no_formula_is_written(self, cell: str) -> None:
        assert guard(cell)[0] == "'"
        assert unguard(guard(cell)) == cell

    @pytest.mark.parametrize("cell", ["", "a", "a=b", "'quoted'", "don't", "1", "ü=", "'"])
    def test_what_is_none_stays_as_it_is(self, cell: str) -> None:
        assert guard(cell) == unguard(cell) == cell

    @given(st.text(alphabet="'=+-@\t\r\nax ", max_size=8))
    def test_every_cell_comes_back(self, cell: str) -> None:
        assert unguard(guard(cell)) == cell
        assert not guard(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


class TestTables:
    def test_an_import_reads_what_was_written(self) -> None:
        looks = ["=1+1", "a, \"b\"\nc", "ümlaut"]  # fmt: skip
        table = manifest_table(rows(look=looks, age=["-5", "+3", "1e3"]), {"age": Attribute(type="number")})
        found = read_manifest("manifest.csv", table)
        assert found.columns == ["file", "look", "age", "original.file", "covering.file"]
        assert [row[1] for row in found.rows] == looks
        assert [row[2] for row in found.rows] == ["-5", "+3", "1e3"]
        assert [row[3] for row in found.rows] == [f"=face {number}.png" for number in range(3)]
        assert [row[4] for row in found.rows] == [None, "coverings/000002.png", "coverings/000003.png"]

    def test_what_was_generated_is_said_beside_it(self) -> None:
        """Its file was packed anew, and says nothing of itself."""
        table = rows(look=["a", "b"]).with_columns(generated=pl.Series([True, None]))
        found = read_manifest("manifest.csv", manifest_table(table, {}))
        assert found.columns == ["file", "look", "original.file", GENERATED_COLUMN, "covering.file"]
        assert [row[3] for row in found.rows] == ["true", "false"]
        header, *lines = csv.reader(io.StringIO(metadata_table(table, {}).decode(), newline=""))
        assert header == ["file_name", "look", "generated", "covering_map_file_name"]
        assert [line[2] for line in lines] == ["true", "false"]

    def test_only_numbers_of_an_attribute_of_numbers_begin_with_a_sign(self) -> None:
        table = manifest_table(rows(code=["-5"], age=["-5"]), {"code": Attribute(), "age": Attribute(type="number")})
        assert table.decode().splitlines()[1] == "images/000001.png,'-5,-5,'=face 0.png"

    def test_a_manifest_whose_texts_a_spreadsheet_marked_is_read_as_meant(self) -> None:
        assert read_manifest("manifest.csv", b"file,look\na.png,'=1+1\n").rows == [["a.png", "=1+1"]]

    def test_the_table_for_hugging_face_keeps_to_its_rules(self) -> None:
        """`file_name` names the image, `*_file_name` another, and no two features are called the same."""
        taken = {name: ["x", "y"] for name in ("image", "twin", "covering_map", "a_file_name", "twin_", "covering")}
        header, *lines = csv.reader(io.StringIO(metadata_table(rows(**taken), {}).decode(), newline=""))
        attributes = ["image_", "twin_", "covering_map_", "a_file_name_", "twin__", "covering"]
        assert header == ["file_name", *attributes, "covering_map_file_name"]
        assert [line[0] for line in lines] == ["images/000001.png", "images/000002.png"]
        features = ["image", "covering_map", *attributes]
        assert len(set(features)) == len(features)

    def test_names_of_attributes_stay_where_they_can(self) -> None:
        assert feature_names(["eyes", "file_name"]) == {"eyes": "eyes", "file_name": "file_name_"}


def packed(count: int = 3) -> bytes:
    written = ZipWriter()
    pieces = [written.file(f"images/{number:06d}.png", b"%d" % number * (number % 3)) for number in range(count)]
    pieces += written.stream("a.npy", 5, [b"ab", b"", b"cde"])
    return b"".join([*pieces, written.end()])


class TestZip:
    def test_is_read_by_python_and_by_the_import(self, tmp_path: Path) -> None:
        file = tmp_path / "a.zip"
        file.write_bytes(packed())
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            assert archive.read("images/000002.png") == b"22"
            assert archive.read("a.npy") == b"abcde"
        with file.open("rb") as stream:
            entries = read_entries(stream.fileno())
            assert [inflate(stream.fileno(), entry) for entry in entries] == [b"", b"1", b"22", b"abcde"]

    def test_has_the_same_bytes_each_time(self) -> None:
        assert packed() == packed()

    def test_may_have_more_entries_than_the_old_form_counts(self, tmp_path: Path) -> None:
        file = tmp_path / "a.zip"
        file.write_bytes(packed(66_000))
        with zipfile.ZipFile(file) as archive:
            assert len(archive.namelist()) == 66_001
            assert archive.read("a.npy") == b"abcde"
        with file.open("rb") as stream, pytest.raises(BadArchive, match="66001 entries, more than"):
            read_entries(stream.fileno())  # the count is the true one: it is read from the new form's record

    def test_a_stream_of_another_length_is_a_defect(self) -> None:
        with pytest.raises(ValueError, match="5 were announced"):
            list(ZipWriter().stream("a", 5, [b"abcd"]))

    def test_may_be_larger_than_the_old_form_tells(self, tmp_path: Path) -> None:
        """Two entries, the first of 4 GiB and a bit; holes take its place on the disk."""
        written, size, hole = ZipWriter(), 2**32 + 5, bytes(2**26)
        sizes = [len(hole)] * 64 + [5]
        file = tmp_path / "a.zip"
        with file.open("wb") as stream:
            for piece in written.stream("a.npy", size, (hole[:length] for length in sizes)):
                stream.seek(len(piece), 1) if piece is hole else stream.write(piece)
            stream.write(written.file("b.txt", b"behind") + written.end())
        with zipfile.ZipFile(file) as archive:
            assert [(info.file_size, info.compress_size) for info in archive.infolist()] == [(size, size), (6, 6)]
            assert archive.read("b.txt") == b"behind"
        with file.open("rb") as stream:
            records, _ = read_directory(stream.fileno())
        assert [(record.raw_name, record.size) for record in records] == [(b"a.npy", size), (b"b.txt", 6)]
