// The form's state: read from the address, written to it, and as the request that it means.
import type { TrainingBody } from "../../lib/trainingCalls";

export interface Part {
  dataset: string;
  /** null means the latest. */
  version: number | null;
}

export interface OrderState {
  name: string;
  data: Part[];
  /** `attribute:value`; of a single dataset only. */
  where: string[];
  architecture: string;
  preset: string;
  /** As typed, by name; what is left empty is absent. */
  hyper: Record<string, string>;
  seed: string;
  /** "", "mdl_…", "trn_…" (no checkpoint chosen yet), or "trn_…:step". */
  start: string;
  /** An image of a dataset. */
  probe: string;
  /** A model that gets a further version. */
  model: string;
  email: boolean;
  webhooks: boolean;
}

const OF_ALL = ["steps", "max_seconds", "batch", "learning_rate", "final_learning_rate", "detector"];
const OF_EIGEN = [...OF_ALL, "target_quality", "engine_c", "engine_b", "asymmetric"];
/** What each architecture knows; the service refuses the others, at the field. */
const KNOWN: Record<string, string[]> = {
  thesis: [...OF_ALL, "real_label", "loop"],
  dcgan: [...OF_EIGEN, "width"],
  r3: [...OF_EIGEN, "width"],
};
export const HYPER_NAMES = [...new Set([...OF_EIGEN, ...Object.values(KNOWN).flat()])];

/** The preset `thesis` means the thesis's networks unless another architecture is named. */
export const effectiveArchitecture = ({ architecture, preset }: OrderState): string =>
  architecture === "auto" && preset === "thesis" ? "thesis" : architecture;

export const knownHyper = (order: OrderState): string[] => KNOWN[effectiveArchitecture(order)] ?? OF_EIGEN;

function partOf(word: string): Part {
  const [dataset = "", version = ""] = word.split("@");
  return { dataset, version: /^\d+$/.test(version) ? Number(version) : null };
}

export function readOrder(search: URLSearchParams): OrderState {
  const word = (name: string, initial = ""): string => search.get(name) ?? initial;
  const hyper = HYPER_NAMES.map((name) => [name, word(name)] as const).filter(([, value]) => value !== "");
  return {
    name: word("name"),
    data: search.getAll("data").map(partOf),
    where: search.getAll("where"),
    architecture: word("architecture", "auto"),
    preset: word("preset", "quick"),
    hyper: Object.fromEntries(hyper),
    seed: word("seed"),
    start: word("start"),
    probe: word("probe"),
    model: word("model"),
    email: word("email") !== "no",
    webhooks: word("webhooks") !== "no",
  };
}

/** What differs from the defaults, so that addresses stay short. */
export function writeOrder(order: OrderState): URLSearchParams {
  const search = new URLSearchParams();
  const put = (name: string, value: string, initial = ""): void => {
    if (value !== initial) search.set(name, value);
  };
  put("name", order.name);
  for (const { dataset, version } of order.data)
    search.append("data", version === null ? dataset : `${dataset}@${version}`);
  for (const where of order.where) search.append("where", where);
  put("architecture", order.architecture, "auto");
  put("preset", order.preset, "quick");
  for (const [name, value] of Object.entries(order.hyper)) put(name, value);
  put("seed", order.seed);
  put("start", order.start);
  put("probe", order.probe);
  put("model", order.model);
  put("email", order.email ? "" : "no");
  put("webhooks", order.webhooks ? "" : "no");
  return search;
}

/** The request; `photo` is an uploaded one as a data URL, before which one of a dataset steps back. */
export function bodyOf(order: OrderState, photo: string | null): TrainingBody {
  const filtered = order.data.length === 1 ? order.where : [];
  const known = knownHyper(order);
  const hyper = Object.entries(order.hyper).filter(([name]) => known.includes(name));
  const start = startOf(order.start);
  const probe = photo ? { data_url: photo } : order.probe ? { image_id: order.probe } : null;
  return {
    name: order.name.trim(),
    data: order.data.map(({ dataset, version }) => ({
      dataset_id: dataset,
      ...(version !== null && { version }),
      ...(filtered.length && { where: filtered }),
    })),
    architecture: order.architecture as NonNullable<TrainingBody["architecture"]>,
    preset: order.preset as NonNullable<TrainingBody["preset"]>,
    ...(hyper.length && {
      hyperparameters: Object.fromEntries(hyper.map(([name, value]) => [name, typed(value)])),
    }),
    ...(order.seed && { seed: Number(order.seed) }),
    ...(start && { start_from: start }),
    ...(probe && { probe }),
    ...(order.model && { model_id: order.model }),
    notify: { email: order.email, webhooks: order.webhooks },
  };
}

function startOf(start: string): TrainingBody["start_from"] | null {
  if (start.startsWith("mdl_")) return { model_id: start };
  const [training = "", step = ""] = start.split(":");
  return training.startsWith("trn_") && step ? { training_id: training, step: Number(step) } : null;
}

function typed(word: string): number | boolean | string {
  if (word === "true" || word === "false") return word === "true";
  return word.trim() !== "" && Number.isFinite(Number(word)) ? Number(word) : word;
}
