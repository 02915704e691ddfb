import type { Schemas } from "../lib/api";
import { count } from "../lib/format";

export const audit = {
  detail:
    "What was done under this account's keys. Each entry is sealed together with the one before it, so that a change shows. Reading the faces of one dataset, or one result, is one entry an hour for each key.",
  needsScope: "Reading the log takes a key with the scope audit:read.",
  action: "What was done",
  anyAction: "Anything",
  actions: {
    "upload.completed": "File uploaded",
    "import.ordered": "Import ordered",
    "export.ordered": "Export ordered",
    "erasure.ordered": "Erasure ordered",
    "reimaging.ordered": "Face re-imaged",
    "batch.ordered": "Batch re-imaged",
    "purpose.refused": "Purpose refused",
    "images.read": "Faces of a dataset read",
    "result.read": "Result read",
    "export.read": "Export downloaded",
    "dataset.shared": "Sharing of a dataset changed",
    "model.shared": "Sharing of a model changed",
    deleted: "Deleted",
    "key.created": "Key made",
    "key.revoked": "Key revoked",
    "policy.changed": "Policy changed",
  } satisfies Record<Schemas["Action"], string>,
  columns: ["Number", "When", "Who", "What", "Of what", "Purpose"],
  empty: "Nothing has been written down",
  emptyDetail: "Entries come with uploads, results, shares, deletions, keys, and changes of the policy.",
  verify: "Verify chain",
  intact: (entries: number) => `All ${count(entries)} entries are as they were written`,
  note: "Note the newest hash elsewhere: it would tell of a log that somebody has written anew.",
  broken: (seq: number, reason: "missing" | "altered") =>
    reason === "missing" ? `Entry ${count(seq)} is missing` : `Entry ${count(seq)} was altered`,
  brokenDetail: (entries: number) =>
    `The ${count(entries)} before it are as they were written; what follows cannot be trusted. Compare with a backup.`,
};
