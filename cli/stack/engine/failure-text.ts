import { z } from "zod";
import { stateResource } from "../../../src/reality/state.ts";

const event = z.object({
  diagnosticEvent: z
    .object({ urn: z.string().optional(), message: z.string(), severity: z.string() })
    .optional(),
  summaryEvent: z.object({ isPreview: z.boolean() }).optional(),
});

/** What the engine says of itself when something else has failed. */
const echoes = /^(?:update failed|.*context canceled)$/;

interface Failure {
  /** `shop/api (WorkerVersion)`; undefined for what is said of the whole stack. */
  readonly of: string | undefined;
  readonly text: string;
}

/**
 * What failed in an update, each with its resource; nothing for a preview, which ends with it anyway.
 * @param log the engine's events, one as JSON a line
 */
export function failureText(log: string): string {
  const events = log
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => event.parse(JSON.parse(line)));
  if (!events.some(({ summaryEvent }) => summaryEvent?.isPreview === false)) return "";
  const failures = events.flatMap(({ diagnosticEvent: said }): readonly Failure[] =>
    said === undefined || said.severity !== "error" ? [] : failureOf(said.urn, said.message),
  );
  const shown = failures.filter((each, at) => !failures.some((other, i) => i !== at && says(other, each)));
  if (shown.length === 0) return "";
  return [
    "What failed:",
    ...shown.map(({ of, text }) => indented(of === undefined ? text : `${of}: ${text}`)),
  ].join("\n");
}

function failureOf(urn: string | undefined, message: string): readonly Failure[] {
  const text = message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
  if (text === "" || echoes.test(text)) return [];
  const { type, name } = stateResource(urn ?? "", {});
  const isStack = urn === undefined || type === "pulumi:pulumi:Stack";
  return [{ of: isStack ? undefined : `${name} (${type.split(":").at(-1)})`, text }];
}

/** Our advice on an error of Cloudflare's has its words in it. */
const says = (advice: Failure, { of, text }: Failure): boolean =>
  of !== undefined && advice.of === undefined && advice.text.includes(text.split("\n")[0] ?? text);

const indented = (text: string): string => `  ${text.replaceAll("\n", "\n  ")}`;
