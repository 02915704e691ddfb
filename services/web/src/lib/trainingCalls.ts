// An order of a training as a call and in Python, for the form and for the training that came of it.
import { client, type Schemas } from "./api";
import type { Call } from "./calls";
import { pythonValue } from "./python";

export type TrainingBody = Partial<Schemas["TrainingRequest"]>;

type Part = NonNullable<TrainingBody["data"]>[number];

interface Ordering {
  headers?: Record<string, string>;
}

export async function orderTraining(
  body: TrainingBody,
  how: Ordering = {},
): Promise<Schemas["TrainingView"]> {
  const made = await client.POST("/v1/trainings", { body, ...how });
  return made.data as Schemas["TrainingView"];
}

export const orderCall = (body: TrainingBody): Call => ({ method: "POST", path: "/v1/trainings", body });

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
