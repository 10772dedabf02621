/** What becomes of the variables and secrets of one worker. Values of secrets are never in it. */
export interface VariableChanges {
  /** `<system>/<worker>`. */
  readonly worker: string;
  /** A line each: `LEVEL: "info" → "debug"`, `STRIPE: secret, changed`. */
  readonly changed: readonly string[];
  /** Names of secrets that stay what they are. */
  readonly unchangedSecrets: readonly string[];
}

const title = "Variables that change: ";
const unchanged = "secrets that stay: ";

/** As a preview says it. */
export const variablesText = ({ worker, changed, unchangedSecrets }: VariableChanges): string =>
  [
    `${title}${worker}`,
    ...changed,
    ...(unchangedSecrets.length === 0 ? [] : [`${unchanged}${unchangedSecrets.join(", ")}`]),
  ].join("\n  ");

/** The lines of a preview's message, each with its worker; undefined for a message about something else. */
export function variableLines(message: string): readonly string[] | undefined {
  const [first = "", ...lines] = message.trim().split("\n  ");
  if (!first.startsWith(title)) return undefined;
  const worker = first.slice(title.length);
  return lines.map((line) => `${worker} ${line}`);
}
