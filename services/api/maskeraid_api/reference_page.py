"""The OpenAPI document as one page for people: each operation with its parameters, bodies, examples, and answers."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from maskeraid_api.pages_for_people import page, prose
from maskeraid_api.reference_fields import Field, fields_of, type_of

Json = Mapping[str, Any]

VERBS = ("get", "post", "put", "patch", "delete")


def documentation_page(description: Json) -> str:
    """Every operation folded to a line, by tag."""
    schemas = description["components"]["schemas"]
    sections: dict[str, list[str]] = {tag["name"]: [] for tag in description["tags"]}
    for path, verbs in description["paths"].items():
        for verb in VERBS:
            if verb in verbs:
                sections[verbs[verb]["tags"][0]].append(_operation(verb, path, verbs[verb], schemas))
    info = description["info"]
    title = f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    intro = "".join(f"<p>{prose(paragraph)}</p>" for paragraph in info["description"].split("\n\n"))
    machine = '<p>For machines: <a href="/openapi.json">openapi.json</a></p>'
    contents = " · ".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in sections)
    parts = [
        f'<h2 id="{escape(tag["name"])}">{escape(tag["name"])}</h2><p>{prose(tag["description"])}</p>'
        + "".join(sections[tag["name"]])
        for tag in description["tags"]
    ]
    return page(info["title"], f"{title}{intro}{machine}<nav>{contents}</nav>{''.join(parts)}")


def _operation(verb: str, path: str, operation: Json, schemas: Json) -> str:
    first, _, rest = operation["description"].partition("\n\n")
    line = f'<span class="verb {verb}">{verb.upper()}</span> <code>{escape(path)}</code> <span>{prose(first)}</span>'
    scopes = [scope for row in operation.get("security", []) for scopes in row.values() for scope in scopes]
    key = f"a key with the scope <code>{escape(', '.join(scopes))}</code>" if scopes else "any valid key"
    needs = f"<p>Needs {key if operation.get('security') else 'no key'}.</p>"
    parameters = [
        Field(f"`{row['name']}` ({row['in']})", row["schema"], row.get("required", False), row.get("description", ""))
        for row in operation.get("parameters", [])
    ]
    given = f"<h4>Parameters</h4>{_table(parameters, schemas)}" if parameters else ""
    bodies = [
        _body("Body", media, content, schemas)
        for media, content in operation.get("requestBody", {}).get("content", {}).items()
    ]
    more = f"<p>{prose(rest)}</p>" if rest else ""
    inside = f"{more}{needs}{given}{''.join(bodies)}{_answers(operation['responses'], schemas)}"
    name = escape(operation["operationId"])
    return f'<details class="operation" id="{name}"><summary>{line}</summary>{inside}</details>'


def _body(title: str, media: str, content: Json, schemas: Json) -> str:
    fields = list(fields_of(content["schema"], schemas))
    shape = _table(fields, schemas) if fields else "<p>The bytes themselves.</p>"
    examples = [
        f"<p>Example: {escape(name)}</p><pre>{escape(json.dumps(row['value'], indent=2, ensure_ascii=False))}</pre>"
        for name, row in content.get("examples", {}).items()
    ]
    return f"<h4>{title}: <code>{escape(media)}</code></h4>{shape}{''.join(examples)}"


def _table(fields: Iterable[Field], schemas: Json) -> str:
    head = "<tr><th>Name</th><th>Type</th><th>Required</th><th>Meaning</th></tr>"
    rows = [
        f"<tr><td>{prose(row.name)}</td><td>{prose(type_of(row.schema, schemas))}</td>"
        f"<td>{'yes' if row.is_required else ''}</td><td>{prose(row.meaning)}</td></tr>"
        for row in fields
    ]
    return f"<table>{head}{''.join(rows)}</table>"


def _answers(responses: Json, schemas: Json) -> str:
    """Successes in sight, problems folded: they are many, and nearly the same everywhere."""
    rows = {
        status: f"<li><code>{status}</code> {prose(row['description'])}</li>"
        for status, row in sorted(responses.items())
    }
    good = "".join(row for status, row in rows.items() if status < "400")
    bad = "".join(row for status, row in rows.items() if status >= "400")
    problems = f"<details><summary>Problems</summary><ul>{bad}</ul></details>" if bad else ""
    content = responses[min(responses)].get("content", {})
    bodies = [_body("Answer", media, row, schemas) for media, row in content.items()]
    return f"<h4>Answers</h4><ul>{good}</ul>{problems}{''.join(bodies)}"
