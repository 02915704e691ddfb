// The first try, by public calls alone: faces to choose from, one of them, and a model that shipped to fill it.
import { client, type Schemas } from "../../lib/api";
import { ApiProblem } from "../../lib/problem";
import { home } from "../../texts/home";

export type DemoStep = "faces" | "choosing" | "filling";

export const DATASET = "Demo: covered faces";
const MODEL = /^demo-faces-(\w+)$/;
const MASKED = "_mask.png";
const LOOK_EVERY_MS = 300;
const CHOSEN_FROM = 100;

/** The id of the re-imaging, done or nearly so. `enter` hears of each step. */
export async function tryDemo(enter: (step: DemoStep) => void): Promise<string> {
  enter("faces");
  const [models, dataset] = await Promise.all([demoModels(), demoFaces()]);
  enter("choosing");
  const model = anyOf(models);
  const image = anyOf(await maskedFaces(dataset, toneOf(model)));
  enter("filling");
  const made = await client.POST("/v1/reimagings", {
    params: { header: { Prefer: "wait=10" } },
    body: {
      image: { image_id: image.id },
      model: { model_id: model.id },
      candidates: 8,
      purpose: home.demoPurpose,
    },
  });
  return told(made).id;
}

/** The tone of the faces that a demo model learned from. */
export const toneOf = (model: Pick<Schemas["ModelView"], "name">): string =>
  MODEL.exec(model.name)?.[1] ?? "light";

async function demoModels(): Promise<Schemas["ModelView"][]> {
  const query = { tag: "demo", access: "shared", visibility: "public", limit: 100 } as const;
  const found = told(await client.GET("/v1/models", { params: { query } })).data.filter(({ name }) =>
    MODEL.test(name),
  );
  if (found.length === 0) throw refusal(home.noDemoTitle, home.noDemoDetail);
  return found;
}

/** The account's own set of covered drawn faces; made when it is missing, filled when it is empty. */
async function demoFaces(): Promise<string> {
  const known = told(await client.GET("/v1/datasets", { params: { query: { name: DATASET } } })).data[0];
  const dataset = known ?? told(await client.POST("/v1/datasets", { body: { name: DATASET, role: "test" } }));
  if (dataset.image_count === 0) await draw(dataset.id);
  return dataset.id;
}

/** Until the drawn faces can be read: a moment after the import has succeeded. */
async function draw(dataset_id: string): Promise<void> {
  const source = { type: "generator", set: "faces-test" } as const;
  let job = told(await client.POST("/v1/imports", { body: { dataset_id, source } }));
  for (;;) {
    if (["failed", "cancelled"].includes(job.status))
      throw refusal(home.importFailed, String(job.error?.message ?? job.status));
    if (job.status === "succeeded" && (await hasImages(dataset_id))) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    job = told(await client.GET("/v1/imports/{import_id}", { params: { path: { import_id: job.id } } }));
  }
}

async function hasImages(dataset_id: string): Promise<boolean> {
  const params = { path: { dataset_id } };
  return told(await client.GET("/v1/datasets/{dataset_id}", { params })).image_count > 0;
}

async function maskedFaces(dataset: string, tone: string): Promise<Schemas["ImageView"][]> {
  const query = { dataset_id: [dataset], where: [`tone:${tone}`], limit: CHOSEN_FROM };
  const { data } = told(await client.GET("/v1/images", { params: { query } }));
  return data.filter(({ file }) => file.endsWith(MASKED));
}

function anyOf<Item>(items: Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw refusal(home.importFailed, `${DATASET}: 0`);
  return item;
}

/** The body of an answer; a refusal was thrown before. */
function told<Body>({ data }: { data?: Body }): Body {
  if (data === undefined) throw new Error("The service gave an empty answer.");
  return data;
}

function refusal(title: string, detail: string): ApiProblem {
  return new ApiProblem({
    type: "/problems/demo",
    title,
    status: 0,
    detail,
    instance: "",
    code: "demo",
    request_id: "",
    retryable: true,
    errors: [],
  });
}
