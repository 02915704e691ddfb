// The recipe that `make up` prints, cut into its four calls. A test runs the whole of it word for word.
import recipe from "../../texts/recipe.txt?raw";

const PRINTED_ADDRESS = "http://127.0.0.1:8000";
const CALL = /^# \d+ (.*)$/;

export interface RecipeCall {
  /** What the recipe says of it. */
  title: string;
  text: string;
}

export interface Recipe {
  /** Key and address, which every call needs. */
  once: string;
  calls: RecipeCall[];
  /** All of it, as one command. */
  whole: string;
}

/** The recipe for a service at `origin`, with a key or with the place for one. */
export function recipeFor(origin: string, key: string): Recipe {
  const text = recipe.replaceAll(PRINTED_ADDRESS, origin).trim();
  const exported = `export MASKERAID_KEY=${key}`;
  const lines = text.split("\n").slice(1, -1); // without the brackets of the subshell
  const first = lines.findIndex((line) => CALL.test(line));
  const calls: RecipeCall[] = [];
  for (const line of lines.slice(first)) {
    const title = CALL.exec(line)?.[1];
    const call = calls.at(-1);
    if (title !== undefined) calls.push({ title: title.charAt(0).toUpperCase() + title.slice(1), text: "" });
    else if (call) call.text += call.text ? `\n${line}` : line;
  }
  return {
    once: [exported, ...lines.slice(0, first)].join("\n"),
    calls,
    whole: `${exported}\n${text}`,
  };
}
