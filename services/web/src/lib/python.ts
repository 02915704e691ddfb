// What is copied for Python.

/** A JSON value as Python writes it. */
export function pythonValue(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([name, of]) => `${JSON.stringify(name)}: ${pythonValue(of)}`)
      .join(", ")}}`;
  return JSON.stringify(value);
}
