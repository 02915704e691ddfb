"""The few pages that the gateway writes itself: plain HTML, no script, one style of its own."""

import base64
import hashlib
import re
from html import escape

STYLE = """
:root{color-scheme:light dark;--ink:#1c1c1c;--paper:#fff;--line:#d4d4d4;--soft:#f4f4f4;--link:#0b57a4;
--read:#0b57a4;--make:#146c2e;--change:#8a5300;--drop:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e6e6e6;--paper:#161616;--line:#3d3d3d;--soft:#222;--link:#8ec5ff;
--read:#8ec5ff;--make:#7ddf97;--change:#ffc27a;--drop:#ff9d94}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
body{color:var(--ink);background:var(--paper)}a{color:var(--link)}
h2{margin-top:3rem;border-bottom:1px solid var(--line)}h3{margin:2.5rem 0 .2rem}h4{margin:1rem 0 .2rem}
code,pre{font:14px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
pre{background:var(--soft);padding:.75rem;overflow-x:auto;overflow-wrap:normal}
table{width:100%;border-collapse:collapse;font-size:15px}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line)}
td:first-child{white-space:nowrap}
.operation{overflow-x:auto;border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:0 .75rem}
.operation>summary{cursor:pointer;padding:.45rem 0}.operation>summary>span:last-child{opacity:.75}
.operation[open]>summary{border-bottom:1px solid var(--line)}
.verb{display:inline-block;min-width:4.2rem;font:600 13px/1.4 ui-monospace,monospace;color:var(--read)}
.post{color:var(--make)}.put,.patch{color:var(--change)}.delete{color:var(--drop)}
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_SOURCES = f"default-src 'none'; style-src 'sha256-{_DIGEST}'"
_POLICY = f"{_SOURCES}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
STYLE_POLICY = {"Content-Security-Policy": _POLICY, "Cross-Origin-Opener-Policy": "same-origin"}
_MARKS = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*")


def page(title: str, content: str) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{content}</body></html>'


def prose(text: str) -> str:
    """HTML of a sentence with `code` and **bold**; everything else in it is escaped."""
    return _MARKS.sub(
        lambda found: f"<code>{found[1]}</code>" if found[1] else f"<strong>{found[2]}</strong>", escape(text)
    )
