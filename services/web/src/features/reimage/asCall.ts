// The same result by the API: as one call, and in Python.
import type { Call } from "../../lib/calls";
import { pythonValue } from "../../lib/python";
import { askedAgain, askedOf, type Options, type Reimaging } from "./reimaging";

const PATH = "/v1/reimagings";
const USUAL_CANDIDATES = 8;
const WAIT: [string, string][] = [["Prefer", "wait=10"]];

/** Without what is the default anyway. */
export function toldOptions(view: Reimaging): Options {
  const { until, engine, pick, tone_match, attributes, smoothing, selector, covering, candidates, ...rest } =
    askedAgain(view);
  return {
    ...rest,
    ...(candidates && candidates !== USUAL_CANDIDATES ? { candidates } : {}),
    ...(covering && Object.keys(covering).length > 0 ? { covering } : {}),
    ...(until && until !== "final" ? { until } : {}),
    ...(engine && engine !== "auto" ? { engine } : {}),
    ...(pick && pick !== "spread" ? { pick } : {}),
    ...(tone_match && tone_match !== "auto" ? { tone_match } : {}),
    ...(selector && selector !== "attributes" ? { selector } : {}),
    ...(Object.keys(attributes ?? {}).length > 0 ? { attributes } : {}),
    ...(smoothing?.k == null ? {} : { smoothing }),
  };
}

export function callOf(view: Reimaging): Call {
  const { image_id, reuse, smoothing_k, tone_match } = askedOf(view);
  if (reuse)
    return {
      method: "POST",
      path: PATH,
      headers: WAIT,
      body: { reuse: { reimaging_id: reuse.reimaging_id }, smoothing: { k: smoothing_k }, tone_match },
    };
  if (image_id)
    return { method: "POST", path: PATH, headers: WAIT, body: { image: { image_id }, ...toldOptions(view) } };
  const options = JSON.stringify(toldOptions(view));
  return {
    method: "POST",
    path: PATH,
    headers: WAIT,
    form: [
      ["image", `@${view.name ?? "face.png"}`],
      ["options", options],
    ],
  };
}

export function pythonOf(view: Reimaging, candidate: number): string {
  const { image_id, reuse, smoothing_k, tone_match } = askedOf(view);
  const options = reuse
    ? { smoothing: { k: smoothing_k }, tone_match }
    : (toldOptions(view) as Record<string, unknown>);
  const first = reuse
    ? `reuse=${pythonValue(reuse.reimaging_id)}`
    : image_id
      ? `image_id=${pythonValue(image_id)}`
      : pythonValue(view.name ?? "face.png");
  const given = [first, ...Object.entries(options).map(([name, value]) => `${name}=${pythonValue(value)}`)];
  return [
    `result = client.reimagings.create(\n    ${given.join(",\n    ")},\n).wait()`,
    `print(result.statement)`,
    `with open("final.png", "wb") as file:\n    file.write(result.file("${candidate}-final.png"))`,
  ].join("\n");
}
