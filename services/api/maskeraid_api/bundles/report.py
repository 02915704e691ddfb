"""`report.html` of a bundle: the result on one page, the statement first. No script; what others wrote is escaped."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

Result = Mapping[str, Any]

STYLE = """
:root{color-scheme:light dark;--ink:#1c1c1c;--paper:#fff;--line:#d4d4d4;--soft:#fff4d6}
@media(prefers-color-scheme:dark){:root{--ink:#e6e6e6;--paper:#161616;--line:#3d3d3d;--soft:#3a2f10}}
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
body{color:var(--ink);background:var(--paper)}
.statement{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;font-size:1.25rem}
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
.row{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0;width:9rem}
img{width:9rem;height:9rem;object-fit:contain;border:1px solid var(--line);box-sizing:border-box}
.blocks img{image-rendering:pixelated}
figcaption{font-size:14px;overflow-wrap:anywhere}
table{border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.2rem 1.5rem .2rem 0}
th{font-weight:600}td{overflow-wrap:anywhere}
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# `file:` because a page that lies in a folder has no origin of its own to be 'self'
POLICY = f"default-src 'none'; img-src 'self' file:; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
LARGEST_SIDE_IN_BLOCKS = 48  # pixels, as on the contact sheet
STEPS = {"generated": "generated", "smoothed": "smoothed", "clipped": "clipped covering", "final": "final"}


def write_report(shown: Result) -> bytes:
    """The page of a re-imaging as `result.json` shows it."""
    result: Result = shown["result"]
    parts = [
        f'<p class="statement"><strong>{_text(shown["statement"])}</strong></p>',
        f"<h1>Re-imaging {_text(shown['id'])}</h1>",
        _section("Input and covering", _input(result)),
        *([_section("The whole photo", _photo(result["photo"]))] if "photo" in result else []),
        _section("The four steps of the best candidate", _steps(result)),
        _section("Candidates, best first", _candidates(result)),
        _section("Uncertainty", _uncertainty(result)),
        _section("Seam", _seam(result)),
        _section("Selection", _selection(result)),
        _section("Provenance", _table(_provenance(shown))),
        _section("Proof that visible pixels stayed as they were", _table(_proof(result["proof"], "every candidate"))),
    ]
    chosen = result["faces"][result.get("face", 0)]
    blocks = ' class="blocks"' if chosen["box"][2] <= LARGEST_SIDE_IN_BLOCKS else ""
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>Re-imaging {_text(shown["id"])}</title>'
    )
    page = (
        f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head>'
        f"<body{blocks}>{''.join(parts)}</body></html>\n"
    )
    return page.encode()


def _input(result: Result) -> str:
    covering = result["covering"]
    facts = [("found by", covering.get("by", covering["kind"])), ("share of the picture", f"{covering['share']:.1%}")]
    pictures = [_picture("input.png", "input"), _picture(covering["map"], "covering: white is replaced")]
    return _row(pictures) + _table(facts)


def _photo(photo: Result) -> str:
    pictures = [_picture(photo["input"], "photo"), _picture(photo["covering"], "covering: white is replaced")]
    return _row([*pictures, _picture(photo["url"], "result")]) + _table(_proof(photo["proof"], "the result"))


def _steps(result: Result) -> str:
    return _row(_picture(result["steps"][step], caption) for step, caption in STEPS.items())


def _candidates(result: Result) -> str:
    counts = result["combinations"]
    possible = f" of {counts['possible']} that are possible" if counts["possible"] else ""
    pictures = [_picture(one["final"], _described(one)) for one in result["candidates"]]
    return f"<p>{_text(counts['shown'])} shown{_text(possible)}; %: share of fitting draws.</p>{_row(pictures)}"


def _described(candidate: Result) -> str:
    words = [f"{candidate['index']}: {candidate['weight']:.0%}", *candidate.get("flags", [])]
    words += [f"{name} {value}" for name, value in candidate["attributes"].items()]
    if starts := candidate.get("starts"):  # results of release 0.1 have none
        words.append(f"{starts['ended_here']} of {starts['of']} starts ended here")
    return ", ".join([*words, *(["near copy of a training face"] if candidate["near_copy"] else [])])


def _uncertainty(result: Result) -> str:
    doubt = result["uncertainty"]
    facts = [("mean under the covering", doubt["mean"]), ("outside the covering", doubt["outside_covering"])]
    pictures = [_picture("uncertainty.png", "bright where the candidates differ")]
    if interval := result.get("interval"):
        level = f"{interval['level']:.0%}"
        pictures += [_picture(interval[end], f"{level} interval, {end} end") for end in ("low", "high")]
        facts.append((f"mean width of the {level} interval, share of all grey levels", interval["mean_width"]))
    return _row(pictures) + _table(facts)


def _seam(result: Result) -> str:
    """Counted where the best candidate was made: at the model's size, and before it is feathered."""
    seam = result["seam"]
    pictures = [_picture(seam["url"], "left as drawn, right as blended")] if "url" in seam else []
    facts = [
        ("colour difference across the border at the model's size, as drawn (CIEDE2000)", seam["de00_before"]),
        ("the same as blended, before it was feathered or scaled", seam["de00_after"]),
    ]
    return _row(pictures) + _table(facts)


def _selection(result: Result) -> str:
    chosen = result["selection"]
    facts = [
        ("by", chosen.get("by")), ("reason", chosen.get("reason")), ("model", chosen["model_id"]),
        ("version", chosen["version"]),
    ]  # fmt: skip
    rows = [(one["model"], _chance(one)) for one in chosen.get("distribution", [])]
    why = chosen.get("explained", {}).get("why")
    pictures = [_picture(why, "which pixels drove the choice")] if why else []
    return _row(pictures) + _table([*facts, *rows])


def _chance(model: Result) -> str | None:
    """How likely a model is, whether the face fits it, and what differs; p: share of its own faces that are as far."""
    probability, p = model.get("probability"), model.get("p")
    words = [f"{probability:.0%}"] if probability is not None else []
    words += ["fits" if model["fits"] else "does not fit"] if "fits" in model else []
    words += [f"p {p:.3f}"] if p is not None else []
    words += [f"{name} {by:.1f} dE00 away" for name, by in model.get("differs", {}).items()]
    return ", ".join(words) or None


def _provenance(shown: Result) -> list[tuple[str, object]]:
    made_by = shown["result"]["provenance"]
    data = ", ".join(f"{part['dataset_id']} version {part['version']}" for part in made_by["data"])
    named = [(name.replace("_", " "), made_by[name]) for name in ("purpose", "case_reference", "seed", "software")]
    times = [("asked for", shown["created_at"]), ("finished", shown["finished_at"])]
    return [("model digest", made_by["model_digest"]), ("data sets", data), *named, *times]


def _proof(proof: Result, of: str) -> list[tuple[str, object]]:
    return [
        ("SHA-256 of the uncovered pixels of the input", proof["uncovered_pixels_in"]),
        (f"of {of}", proof["uncovered_pixels_out"]),
        ("equal", "yes" if proof["equal"] else "NO"),
    ]


def _section(title: str, content: str) -> str:
    return f"<section><h2>{_text(title)}</h2>{content}</section>"


def _row(figures: Iterable[str]) -> str:
    return f'<div class="row">{"".join(figures)}</div>'


def _picture(name: str, caption: str) -> str:
    return f'<figure><img src="{_text(name)}" alt="{_text(caption)}"><figcaption>{_text(caption)}</figcaption></figure>'


def _table(rows: Iterable[tuple[str, object]]) -> str:
    said = "".join(f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in rows)
    return f"<table>{said}</table>"


def _text(value: object) -> str:
    return "none" if value is None else escape(str(value))
