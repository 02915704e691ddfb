// The policy as a form holds it, and what of it differs from what is decided.
import type { Schemas } from "../../lib/api";

type Policy = Schemas["PolicyView"];
/** Days as they stand in a field: empty where the service decides. */
export type PolicyDraft = Omit<Policy, "object" | "results_kept_days" | "datasets_kept_days"> & {
  results_kept_days: number | "";
  datasets_kept_days: number | "";
};

export function draftOf({ object: _, ...policy }: Policy): PolicyDraft {
  return {
    ...policy,
    results_kept_days: policy.results_kept_days ?? "",
    datasets_kept_days: policy.datasets_kept_days ?? "",
  };
}

/** What is to be sent: only what was changed, so that what another has decided meanwhile stays. */
export function changesOf(policy: Policy, draft: PolicyDraft): Schemas["PolicyChange"] {
  const before = draftOf(policy);
  const changed = Object.entries(draft).filter(
    ([name, value]) => value !== before[name as keyof PolicyDraft],
  );
  return Object.fromEntries(changed.map(([name, value]) => [name, value === "" ? null : value]));
}
