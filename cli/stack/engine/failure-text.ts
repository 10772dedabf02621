import { z } from "zod";
import { stateResource } from "../../../src/reality/state.ts";
import { isNotReached, violatingUrn, violationText } from "./violations.ts";

const event = z.object({
  diagnosticEvent: z
    .object({ urn: z.string().optional(), message: z.string(), severity: z.string() })
    .optional(),
  policyEvent: z
    .object({
      resourceUrn: z.string().optional(),
      message: z.string(),
      policyName: z.string(),
      enforcementLevel: z.string(),
    })
    .optional(),
  preludeEvent: z.unknown().optional(),
  summaryEvent: z.object({ isPreview: z.boolean() }).optional(),
});

/** What the engine says of itself when something else has failed. */
const echoes = /^(?:update failed|preview failed)$/;
/** What it says of what was under way, or about to be, when something else failed. */
const cutOff = /context cancell?ed\W*$/;

interface Said {
  /** `shop/api (WorkerVersion)`; undefined for what is said of the whole stack. */
  readonly of: string | undefined;
  readonly text: string;
}

/** What failed in a run of the engine. */
export interface Failures {
  /** Whether it was past its preview: only then can something have been changed. */
  readonly began: boolean;
  /** What is otherwise by now than in the plan that was to be applied. No value is in it. */
  readonly violations: readonly string[];
  /** Each thing that failed by itself, with its resource. */
  readonly reasons: readonly string[];
  /** Everything that failed, in lines for a person; empty where nothing did. */
  readonly text: string;
}

/**
 * What failed in a run, each with its resource, the true reasons first.
 * @param log the engine's events, one as JSON a line; empty where it did not begin
 */
export function failuresIn(log: string): Failures {
  const events = log
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => event.parse(JSON.parse(line)));
  const previews = events.filter(({ summaryEvent }) => summaryEvent?.isPreview === true).length;
  const began = events.filter(({ preludeEvent }) => preludeEvent !== undefined).length > previews;
  const errors = events.flatMap(({ diagnosticEvent: each }) => (each?.severity === "error" ? [each] : []));
  const notReached = began ? errors.filter(({ message }) => isNotReached(message)) : [];
  const told = errors.filter((each) => !notReached.includes(each));
  const policies = events.flatMap(({ policyEvent: each }) =>
    each?.enforcementLevel === "mandatory" ? [refusedBy(each)] : [],
  );
  const said = [...unique(policies), ...told.flatMap(({ urn, message }) => saidOf(urn, message))];
  const failures = said.filter(({ text }) => !cutOff.test(text));
  const shown = failures.filter((each, at) => !failures.some((other, i) => i !== at && says(other, each)));
  const failed = new Set(failures.map(({ of }) => of));
  const left = [
    ...new Set(said.flatMap(({ of, text }) => (cutOff.test(text) && of !== undefined ? [of] : []))),
  ];
  const notTried = left.filter((of) => !failed.has(of));
  return {
    began,
    violations: told.flatMap(({ urn, message }) => {
      const text = violationText(message);
      return text === undefined ? [] : [lineOf({ of: labelOf(urn, message), text })];
    }),
    reasons: shown.map(lineOf),
    text: [
      ...(shown.length === 0 && notReached.length > 0 ? [brokenOff(notReached.length)] : []),
      ...(shown.length === 0
        ? []
        : [
            began ? "What failed:" : "What failed; nothing was changed:",
            ...shown.map((each) => indented(lineOf(each))),
          ]),
      ...(notTried.length === 0 || shown.length === 0
        ? []
        : ["Not tried, or broken off, because of that:", ...notTried.map(indented)]),
    ].join("\n"),
  };
}

const brokenOff = (count: number): string =>
  `Broken off before its end; resources of the plan that were not reached: ${count}. What was done until then was in the plan; a new one goes on from there.`;

function saidOf(urn: string | undefined, message: string): readonly Said[] {
  const text = plain(message);
  if (text === "" || echoes.test(text)) return [];
  return [{ of: labelOf(urn, message), text: violationText(text) ?? text }];
}

/** What a policy says of a resource, whole. */
const refusedBy = ({
  resourceUrn,
  policyName,
  message,
}: NonNullable<z.infer<typeof event>["policyEvent"]>): Said => {
  const text = plain(message);
  return {
    of: resourceUrn === undefined || resourceUrn === "" ? undefined : labelOf(resourceUrn, ""),
    text: text.includes(policyName) ? text : `${policyName}: ${text}`,
  };
};

const plain = (message: string): string => message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();

/** A preview and the update behind it say the same. */
const unique = (said: readonly Said[]): readonly Said[] => [
  ...new Map(said.map((each) => [`${each.of}\n${each.text}`, each])).values(),
];

/** `shop/api (WorkerVersion)`; undefined for the stack itself. */
function labelOf(urn: string | undefined, message: string): string | undefined {
  const own = urn ?? violatingUrn(message);
  const { type, name } = stateResource(own ?? "", {});
  return own === undefined || type === "pulumi:pulumi:Stack"
    ? undefined
    : `${name} (${type.split(":").at(-1)})`;
}

const lineOf = ({ of, text }: Said): string => (of === undefined ? text : `${of}: ${text}`);

/** Our advice on an error of Cloudflare's has its words in it. */
const says = (advice: Said, { of, text }: Said): boolean =>
  of !== undefined && advice.of === undefined && advice.text.includes(text.split("\n")[0] ?? text);

const indented = (text: string): string => `  ${text.replaceAll("\n", "\n  ")}`;
