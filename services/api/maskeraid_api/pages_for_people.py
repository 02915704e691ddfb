"""The few pages that the gateway writes itself: plain HTML, no script, one style of its own."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Any

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}
h2{margin-top:2.5rem;border-bottom:1px solid #ccc}
h3{margin:1.5rem 0 .2rem}code,pre{font:14px/1.4 ui-monospace,monospace}
.verb{display:inline-block;min-width:4.5rem}
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'; base-uri 'none'"
STYLE_POLICY = {"Content-Security-Policy": _POLICY}
VERBS = ("get", "post", "put", "patch", "delete")


def page(title: str, content: str) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{content}</body></html>'


def documentation_page(description: Mapping[str, Any]) -> str:
    """Every operation with its scope, parameters, and answers, by tag."""
    sections: dict[str, list[str]] = {}
    for path, verbs in description["paths"].items():
        for verb in VERBS:
            if verb in verbs:
                sections.setdefault(verbs[verb]["tags"][0], []).append(_operation(verb, path, verbs[verb]))
    info = description["info"]
    intro = f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
    machine = '<p>For machines: <a href="/openapi.json">openapi.json</a></p>'
    parts = [f"<h2>{escape(tag)}</h2>{''.join(operations)}" for tag, operations in sections.items()]
    return page(info["title"], intro + machine + "".join(parts))


def _operation(verb: str, path: str, operation: Mapping[str, Any]) -> str:
    heading = (
        f'<h3 id="{operation["operationId"]}"><code><span class="verb">{verb.upper()}</span>{escape(path)}</code></h3>'
    )
    scopes = [name for row in operation.get("security", []) for names in row.values() for name in names]
    scope = f"<p>Scope: <code>{escape(', '.join(scopes))}</code></p>" if scopes else ""
    rows = [
        f"<li><code>{escape(row['name'])}</code> ({row['in']}): {escape(row.get('description', ''))}</li>"
        for row in operation.get("parameters", [])
    ]
    parameters = f"<ul>{''.join(rows)}</ul>" if rows else ""
    answers = ", ".join(sorted(operation["responses"]))
    return f"{heading}<p>{escape(operation['description'])}</p>{scope}{parameters}<p>Answers: {answers}</p>"
