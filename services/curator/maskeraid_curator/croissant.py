"""What an export says of itself for programs: Croissant 1.0, which is JSON-LD in schema.org's and MLCommons's words.

Source: MLCommons, Croissant Format Specification 1.0; `mlcroissant` 1.1 reads records by it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maskeraid_core.documents.datasets import Dataset, DatasetVersion

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
NO_LICENCE = "No licence was given: all rights are reserved."
NO_LEGAL_BASIS = "No legal basis was stated."
CONTEXT: Mapping[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/", "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/", "recordSet": "cr:recordSet", "references": "cr:references",
    "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace", "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip
TYPES = {"number": "sc:Float", "bool": "sc:Boolean"}  # of attributes; all others are text
RECORDS = "records"
Json = dict[str, Any]


@dataclass(frozen=True)
class Described:
    """What is exported: of whose dataset, which version, under which conditions."""

    dataset: Dataset
    version: DatasetVersion
    where: Sequence[str]
    owner: str


def write_croissant(
    of: Described, distribution: Sequence[Json], fields: Sequence[Json], images: int, generated: int
) -> bytes:
    """`croissant.json`: of one version and filter the same bytes each time.

    `generated` of the `images` were made, or a part of them, by a trained generator.
    """
    dataset, version = of.dataset, of.version
    about = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": dataset.name,
        "description": _description(of, images, generated),
        "version": f"{version.version}.0.0",
        "datePublished": version.created_at.isoformat(timespec="seconds"),
        "identifier": version.id,
        "url": f"/v1/datasets/{dataset.id}/versions/{version.version}",
        "creator": {"@type": "sc:Organization", "name": of.owner},
        "license": licence_of(dataset),
        "usageInfo": f"Legal basis: {dataset.legal_basis or NO_LEGAL_BASIS}",
        "rai:personalSensitiveInformation": "Images of faces." if dataset.subject_kind == "face" else "None is known.",
        "isLiveDataset": False,
        "distribution": list(distribution),
        "recordSet": [{"@type": "cr:RecordSet", "@id": RECORDS, "name": RECORDS, "field": list(fields)}],
    }
    return (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode()


def licence_of(dataset: Dataset) -> str:
    """The dataset's own, else that under which its images were published."""
    published = dataset.attestation.licence if dataset.attestation else None
    return dataset.licence or published or NO_LICENCE


def file_object(name: str, media_type: str, size: int, sha256: str) -> Json:
    """A file of the export."""
    return {
        "@type": "cr:FileObject", "@id": name, "name": name, "contentUrl": name, "contentSize": f"{size} B",
        "encodingFormat": media_type, "sha256": sha256,
    }  # fmt: skip


def picture_set(folder: str) -> Json:
    """The PNGs of a folder of the export."""
    return {
        "@type": "cr:FileSet", "@id": folder, "name": folder, "encodingFormat": "image/png",
        "includes": f"{folder}/*.png",
    }  # fmt: skip


def picture_field(folder: str) -> Json:
    """The image of a record: the content of a file of a folder."""
    return _field("image", "sc:ImageObject", {"fileSet": {"@id": folder}, "extract": {"fileProperty": "content"}})


def key_field(table: str, column: str, folder: str) -> Json:
    """The column of a table that names each record's file in a folder; what is behind that is compared."""
    source = {**_column(table, column), "transform": {"regex": f"(?:{folder}/)?(.+)"}}
    file = {"fileSet": {"@id": folder}, "extract": {"fileProperty": "filename"}}
    return {**_field(column, "sc:Text", source), "references": file}


def column_field(table: str, column: str, kind: str = "text") -> Json:
    """A column of a table; `kind` is an attribute's type."""
    return _field(column, TYPES.get(kind, "sc:Text"), _column(table, column))


def _column(table: str, column: str) -> Json:
    return {"fileObject": {"@id": table}, "extract": {"column": column}}


def _field(name: str, kind: str, source: Json) -> Json:
    return {"@type": "cr:Field", "@id": f"{RECORDS}/{name}", "name": name, "dataType": kind, "source": source}


def _description(of: Described, images: int, generated: int) -> str:
    filtered = f" where {' and '.join(of.where)}" if of.where else ""
    named = ", ".join(of.version.attributes) or "none"
    made = f" {generated} of them were made, or a part of them, by a trained generator." if generated else ""
    return (
        f"{images} images of version {of.version.version} of the dataset {of.dataset.name} (role "
        f"`{of.dataset.role}`){filtered}.{made} Attributes: {named}."
    )
