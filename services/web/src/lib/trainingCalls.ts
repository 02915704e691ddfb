// An order of a training as a call and in Python, for the form and for the training that came of it.
import { client, type Schemas } from "./api";
import type { Call } from "./calls";

export type TrainingBody = Partial<Schemas["TrainingRequest"]>;

type Part = NonNullable<TrainingBody["data"]>[number];

interface Ordering {
  headers?: Record<string, string>;
}

export async function orderTraining(
  body: TrainingBody,
  how: Ordering = {},
): Promise<Schemas["TrainingView"]> {
  // The generated type splits by kind and by source of the photo; the service checks what a screen puts together.
  const made = await client.POST("/v1/trainings", { body: body as never, ...how });
  return made.data as Schemas["TrainingView"];
}

export const orderCall = (body: TrainingBody): Call => ({ method: "POST", path: "/v1/trainings", body });

/** A JSON value as Python writes it. */
export function pythonValue(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([name, of]) => `${JSON.stringify(name)}: ${pythonValue(of)}`)
      .join(", ")}}`;
  return JSON.stringify(value);
}

/** What the Python client takes for a dataset: its id alone, unless a version is meant, or a part of one of several. */
function pythonPart({ dataset_id: id, version, where }: Part, isOnly: boolean): unknown {
  const isPart = !isOnly && (where?.length ?? 0) > 0;
  const isPinned = version !== undefined && version !== "latest";
  if (!isPinned && !isPart) return id;
  return { dataset_id: id, ...(isPinned && { version }), ...(isPart && { where }) };
}

/** By the Python client. */
export function orderPython(body: TrainingBody): string {
  if (body.kind === "selector") {
    const seed = body.seed == null ? "" : `seed=${body.seed}`;
    return `selector = client.selectors.train(${seed}).wait()\nprint(selector.selector_id)`;
  }
  const { name, data = [], notify, kind: _kind, ...rest } = body;
  const where = data.length === 1 ? (data[0]?.where ?? []) : [];
  const more = Object.entries({ ...(where.length && { where }), ...rest, email: notify?.email })
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([field, value]) => `    ${field}=${pythonValue(value)},`);
  const lines = [
    "training = client.trainings.create(",
    `    ${pythonValue(name)},`,
    `    ${pythonValue(data.map((part) => pythonPart(part, data.length === 1)))},`,
    ...more,
    ")",
    "print(training.wait().model)",
  ];
  return lines.join("\n");
}
