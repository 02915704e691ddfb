// Answers that are saved as files, where a plain link cannot ask for them (it sends no `Accept`).
import { problemOf } from "./problem";

export async function saveAnswer(url: string, accept: string, name: string): Promise<void> {
  const answer = await fetch(url, { headers: { Accept: accept } });
  if (!answer.ok) throw await problemOf(answer);
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
