import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Job } from "../../lib/jobs";
import { show } from "../../testing/render";
import { JobTable } from "./JobTable";

const AT = "2026-11-23T09:03:10Z";
const JOB = {
  id: "trn_01KADNQ9NH5KMKB59KYA35S2FP",
  kind: "training",
  name: "our-model",
  about: [],
  dry_run: false,
  status: "succeeded",
  warnings: [],
  phases: [],
  allowed_actions: [],
  created_at: AT,
  started_at: AT,
} as unknown as Job;

it("tells jobs of one kind and name apart by what they are about", () => {
  const about = (name: string) => [{ id: "ds_01KAGP1XF3A7QYFR6F0DTHBRA4", name }];
  show(
    <JobTable
      jobs={[
        { ...JOB, about: about("faces of May") },
        { ...JOB, id: "trn_2", about: about("faces of June"), dry_run: true, status: "cancelled" },
        { ...JOB, id: "bat_3", kind: "batch", name: null, client_reference_id: "night-run" },
        { ...JOB, id: "dlt_4", kind: "deletion", name: null },
      ]}
    />,
  );
  expect(screen.getByText("Training · Dataset faces of May")).toBeDefined();
  expect(screen.getByText("Estimate · Dataset faces of June")).toBeDefined();
  expect(screen.getByText("night-run")).toBeDefined();
  expect(screen.getAllByText("Deletion")).toHaveLength(1);
});
