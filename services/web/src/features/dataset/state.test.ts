import { describe, expect, it } from "vitest";
import { queryOf, trainingAddress } from "./state";

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
