// Numbers, times, and sizes as words, through Intl alone.
const LOCALE = "en-GB";

/** Made when it is first used, and kept: together they would take a quarter of the app's start. */
function kept<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const wholeNumber = kept(() => new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 }));
const percentage = kept(() => new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 }));
const moment = kept(() => new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" }));
const sinceThen = kept(() => new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" }));

export const count = (value: number): string => wholeNumber().format(value);

/** A share in [0, 1] as per cent, one decimal at most. */
export const percent = (share: number): string => percentage().format(share);

export const decimals = (value: number, digits: number): string =>
  new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** "1.4 MB" of bytes, powers of ten as disks count them. */
export function bytes(value: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const step = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
  return new Intl.NumberFormat(LOCALE, {
    style: "unit",
    unit: units[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: step ? 1 : 0,
  }).format(value / 1000 ** step);
}

/** "2 h 5 min", "45 s": the two largest units of a duration. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

export const absoluteTime = (at: string): string => moment().format(new Date(at));

/** "3 minutes ago", "in 2 hours" of an RFC 3339 time. */
export function relativeTime(at: string, now: number = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const steps = [
    [60, "second", 1],
    [3600, "minute", 60],
    [86_400, "hour", 3600],
    [2_592_000, "day", 86_400],
    [31_536_000, "month", 2_592_000],
  ] as const;
  for (const [below, unit, size] of steps)
    if (Math.abs(seconds) < below) return sinceThen().format(Math.round(seconds / size), unit);
  return sinceThen().format(Math.round(seconds / 31_536_000), "year");
}
