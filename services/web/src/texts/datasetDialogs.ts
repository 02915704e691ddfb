import { count, plural } from "../lib/format";

export const dialogs = {
  titles: {
    merge: "Merge datasets",
    cover: "Add coverings",
    export: "Export",
    share: "Share",
    delete: "Delete dataset",
  },
  newName: "Name of the new dataset",
  start: "Start",
  done: "Done",
  open: "Open the dataset",
  merge: {
    how: "The images of these datasets, each once, become a new dataset. The originals stay as they are.",
    few: "Choose two datasets or more by their boxes.",
    button: "Merge",
    name: (names: string[]) => names.slice(0, 3).join(" + ").slice(0, 100),
  },
  cover: {
    how: (name: string) =>
      `Copies of the clean faces of ${name}, each with a covering that is drawn, become a new test dataset. The true covering and the uncovered twin are kept with each, for measuring.`,
    families: "What may be worn",
    names: {
      surgical: "surgical mask",
      cloth: "cloth mask",
      respirator: "respirator",
      scarf: "scarf",
      glasses: "glasses",
      hand: "hand",
      hat: "hat",
      bar: "bar",
      blob: "blob",
      rectangle: "rectangle",
      logo: "logo",
    },
    seed: "Seed (optional)",
    seedHow: "The same seed draws the same coverings.",
    name: (name: string) => `${name} covered`.slice(0, 100),
    button: "Add coverings",
  },
  export: {
    how: "One zip of the newest version, with its attributes and a description of itself.",
    filtered: (where: string[]) => `Only images with ${where.join(", ")}.`,
    format: "Form",
    formats: {
      folder: "Pictures and tables: imports take it back, Hugging Face's imagefolder reads it",
      tensors: "NumPy arrays: float32 in [-1, 1], images of one size",
    },
    button: "Make the zip",
    making: "Making the zip",
    ready: (images: number, size: string) => `${plural(images, "image")}, ${size}`,
    save: "Save the zip",
    expires: "It is kept for a while and expires",
  },
  share: {
    how: "Others look at the images and train on them. They never see attributes that are private.",
    visibility: "Who may read it",
    visibilities: {
      private: "Only you",
      shared: "Accounts that you name",
      public: "Every account, the versions of today",
    },
    accounts: "Accounts",
    accountsHow: "Ids that begin with ten_; each account finds its own under Settings, Account.",
    licence: "Licence",
    licenceHow: "A public dataset needs one, such as CC-BY-4.0.",
    download: "They may merge its images into their own datasets",
    privates: (names: string[]) => `Private, stays with you: ${names.join(", ")}.`,
    noPrivates: "No attribute is private.",
    narrows: "Whom it is no longer for loses it at once; models that learned from it are flagged.",
    button: "Save",
    saved: "Saved.",
  },
  delete: {
    loses: (name: string, images: number, versions: number) =>
      `Deletes ${name}: ${plural(images, "image")} in ${plural(versions, "version")}. This cannot be undone.`,
    button: "Delete dataset",
    used: (users: string[]) =>
      `In use by ${plural(users.length, "model or job", "models or jobs")}: ${users.slice(0, 8).join(", ")}${users.length > 8 ? `, ${count(users.length - 8)} more` : ""}. Models stay when it is deleted, flagged for good.`,
    force: "Delete it anyway",
  },
};
