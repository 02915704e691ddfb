export const home = {
  title: "Re-image covered faces",
  detail:
    "Models that your own faces have trained draw what a mask, a scarf, or glasses hide: several plausible versions, and every visible pixel stays as it was.",
  ways: "Three ways to begin",
  tryTitle: "Try the demo",
  tryDetail:
    "A drawn face behind a mask, filled by a model that came with the install. No form, no training, a few seconds.",
  tryButton: "Fill a covered face",
  tryPictures: "A covered drawn face, and four versions of what the mask may hide",
  covered: "drawn face behind a mask",
  version: (number: number) => `version ${number} of what the mask hides`,
  bringTitle: "Bring your faces",
  bringDetail:
    "Pictures, a folder, a zip, or a table with attributes: checked first, then imported, then ready to train a model.",
  bringButton: "Import faces",
  apiTitle: "Use the API",
  apiDetail: "Everything here is four calls from your own program: faces in, a model, a filled face out.",
  apiPaths: ["POST /v1/datasets", "POST /v1/imports", "POST /v1/trainings", "POST /v1/reimagings"],
  apiButton: "Make a key",
  apiCalls: "Show the calls",
  notAllowed: (scopes: string) => `Your key may not do this: it needs ${scopes}.`,
  demoPurpose: "trying the demo",
  noDemoTitle: "This service has no demo model",
  noDemoDetail:
    "Who runs it left it out, or its first start was interrupted: the next start, or the command first_account, puts it in.",
  importFailed: "The demo faces could not be drawn",
};

export const demoSteps = {
  faces: "Drawing faces to choose from …",
  choosing: "Choosing one …",
  filling: "Filling what the mask hides …",
};

export const apiPanel = {
  title: "Use the API",
  makeKey: "Make a key",
  makeKeyDetail: "It may import, train, and re-image, for 90 days. Settings lists and revokes it.",
  keyName: "made on the home screen",
  shownOnce: "Shown only now. Keep it like a password: nothing here can show it again.",
  key: "API key",
  copyKey: "Copy the key",
  calls: "The four calls",
  callsHow: "For a shell with curl and jq, where our-faces.zip and covered.png lie.",
  copyAll: "Copy all",
  once: "First, once",
  reference: "Every call is described at /docs",
  placeOfKey: "mk_…",
};

export const health = {
  title: "The service",
  looking: "Looking",
  ready: "Ready",
  degraded: "Partly ready",
  unavailable: "Not ready",
  silent: "Does not answer",
  everything: "All stores answer, and each kind of work has a worker.",
  silentDetail: "Is it running? This is tried again every few seconds.",
  noWorker: (kinds: string) => `no worker for ${kinds}`,
  down: (stores: string) => `${stores} not reachable`,
  workers: { curator: "Imports", trainer: "Trainings", inference: "Re-imagings", notifier: "Notices" },
  stores: { mongodb: "database", redis: "queue (Redis)", blobs: "object store" },
  none: "no worker",
  queue: "Your queue",
  waits: "waiting",
  nothingWaits: "nothing waits",
  leaves: "leaves",
};

export const latest = {
  reimagings: "Latest re-imagings",
  jobs: "Latest jobs",
  all: "Show all",
  face: "re-imaging",
};
