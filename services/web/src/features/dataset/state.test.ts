import { describe, expect, it } from "vitest";
import { partOf, queryOf, showsPart, trainingAddress } from "./state";

const view = { datasetId: "ds_1", version: "latest", where: ["eyes:1", "mouth:2"], sort: "" };

describe("trainingAddress", () => {
  it("names dataset and conditions, and a version that is not the newest", () => {
    expect(trainingAddress(view)).toBe("/trainings/new?data=ds_1&where=eyes:1&where=mouth:2");
    expect(trainingAddress({ ...view, version: "3", where: [] })).toBe("/trainings/new?data=ds_1@3");
  });

  it("is read back as it was meant, whatever a value holds", () => {
    const where = ["name:Zoë & Co", "url:a=b#c", 'size:"1..2"', "mail:a@b"];
    const read = new URL(`http://here${trainingAddress({ ...view, where })}`).searchParams;
    expect(read.getAll("where")).toEqual(where);
  });
});

describe("queryOf", () => {
  it("leaves out what is as it would be anyway", () => {
    expect(queryOf({ ...view, where: [] })).toEqual({ dataset_id: ["ds_1"] });
    expect(queryOf({ ...view, version: "2", sort: "like:img_1" })).toMatchObject({
      version: "2",
      sort: "like:img_1",
    });
  });
});

describe("what a model learned from", () => {
  const data = [
    { dataset_id: "ds_2", version: 1, where: [] },
    { dataset_id: "ds_1", version: 3, where: ["mouth:2", "eyes:1"] },
  ];

  it("is a version and a filter of the dataset that is looked at", () => {
    expect(partOf(data, "ds_1")).toEqual({ version: "3", where: ["mouth:2", "eyes:1"] });
    expect(partOf(data, "ds_3")).toBeNull();
  });

  it("is shown in whatever order its conditions are, and while its version is the newest", () => {
    const part = { version: "3", where: ["mouth:2", "eyes:1"] };
    expect(showsPart(view, part, 3)).toBe(true);
    expect(showsPart(view, part, 4)).toBe(false);
    expect(showsPart({ ...view, version: "3" }, part, 4)).toBe(true);
    expect(showsPart({ ...view, where: ["eyes:1"] }, part, 3)).toBe(false);
  });
});
