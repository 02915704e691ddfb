// A job's error as a problem, so that it is shown as every other one.
import { ApiProblem, sentence } from "../../../lib/problem";
import { reimage as texts } from "../../../texts/reimage";
import type { Reimaging } from "../reimaging";

export function problemOfJob({ error, status, id }: Reimaging): ApiProblem {
  const code = error?.code ?? status;
  return new ApiProblem({
    type: `/problems/${code.replaceAll("_", "-")}`,
    title: texts.failures[code] ?? texts.failed,
    status: 0,
    detail: error ? sentence(error.message) : texts.cancelledDetail,
    instance: `/v1/reimagings/${id}`,
    code,
    request_id: "",
    retryable: false, // its remedies are offered below it
    errors: [],
  });
}
