import { describe, expect, it } from "vitest";
import { bodyOf, knownHyper, readOrder, writeOrder } from "./order";

const DS = "ds_01M8P5W4KZFEPG1CR581C7DS6M";
const read = (query: string) => readOrder(new URLSearchParams(query));

describe("the order in the address", () => {
  it("is empty by default", () => {
    expect(writeOrder(read("")).toString()).toBe("");
    expect(bodyOf(read(""), null)).toMatchObject({
      name: "",
      data: [],
      architecture: "auto",
      preset: "quick",
    });
  });

  it("comes back as it was written", () => {
    const query = new URLSearchParams([
      ["name", "ours"],
      ["data", `${DS}@2`],
      ["where", "eyes:1"],
      ["where", "mouth:2"],
      ["architecture", "dcgan"],
      ["preset", "best"],
      ["batch", "64"],
      ["seed", "7"],
      ["start", "trn_1:200"],
      ["probe", "img_1"],
      ["model", "mdl_1"],
      ["email", "no"],
    ]);
    expect([...writeOrder(readOrder(query))].sort()).toEqual([...query].sort());
  });

  it("means a request", () => {
    const body = bodyOf(
      read(`name=%20ours%20&data=${DS}@2&where=eyes:1&batch=64&detector=false&start=trn_1:200&seed=7`),
      null,
    );
    expect(body).toEqual({
      name: "ours",
      data: [{ dataset_id: DS, version: 2, where: ["eyes:1"] }],
      architecture: "auto",
      preset: "quick",
      hyperparameters: { batch: 64, detector: false },
      seed: 7,
      start_from: { training_id: "trn_1", step: 200 },
      notify: { email: true, webhooks: true },
    });
  });

  it("filters a single dataset only", () => {
    const body = bodyOf(read(`data=${DS}&data=ds_2&where=eyes:1`), null);
    expect(body.data).toEqual([{ dataset_id: DS }, { dataset_id: "ds_2" }]);
  });

  it("sends what cannot be a number as it was typed, so that the service says so at the field", () => {
    expect(bodyOf(read(`data=${DS}&batch=many`), null).hyperparameters).toEqual({ batch: "many" });
  });

  it("leaves out what the architecture does not know", () => {
    expect(knownHyper(read("preset=thesis"))).toContain("real_label");
    expect(knownHyper(read("preset=thesis&architecture=eigen"))).not.toContain("real_label");
    expect(bodyOf(read(`data=${DS}&width=64`), null).hyperparameters).toBeUndefined();
    expect(bodyOf(read(`data=${DS}&width=64&architecture=r3`), null).hyperparameters).toEqual({ width: 64 });
  });

  it("takes an uploaded photo before one of a dataset", () => {
    expect(bodyOf(read(`data=${DS}&probe=img_1`), null).probe).toEqual({ image_id: "img_1" });
    expect(bodyOf(read(`data=${DS}&probe=img_1`), "data:image/png;base64,AA").probe).toEqual({
      data_url: "data:image/png;base64,AA",
    });
  });
});
