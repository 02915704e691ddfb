import { expect, it } from "vitest";
import { orderPython, type TrainingBody } from "./trainingCalls";

it("orders by the Python client", () => {
  const body = {
    name: "ours",
    data: [{ dataset_id: "ds_1", where: ["eyes:1"] }],
    preset: "best" as const,
    notify: { email: true, webhooks: true },
  };
  expect(orderPython(body)).toBe(
    [
      "training = client.trainings.create(",
      '    "ours",',
      '    ["ds_1"],',
      '    where=["eyes:1"],',
      '    preset="best",',
      "    email=True,",
      ")",
      "print(training.wait().model)",
    ].join("\n"),
  );
});

it("names the version that is meant, and the parts of several datasets", () => {
  const ordered = (data: NonNullable<TrainingBody["data"]>): string =>
    orderPython({ name: "ours", data }).split("\n")[2]?.trim() ?? "";
  expect(ordered([{ dataset_id: "ds_1", version: 2, where: ["eyes:1"] }])).toBe(
    '[{"dataset_id": "ds_1", "version": 2}],',
  );
  expect(ordered([{ dataset_id: "ds_1", where: ["eyes:1"] }, { dataset_id: "ds_2" }])).toBe(
    '[{"dataset_id": "ds_1", "where": ["eyes:1"]}, "ds_2"],',
  );
});

it("orders a selector by its own resource", () => {
  expect(orderPython({ kind: "selector", seed: 7 })).toContain("client.selectors.train(seed=7).wait()");
});
