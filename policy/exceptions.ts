import { nearest } from "../src/diagnostic/nearest.ts";
import { rules } from "./rules/all.ts";
import { parsed } from "./seen/from-engine.ts";

/** That somebody has agreed to what a rule finds of a resource: an entry of `lockstep:approvals` with a `rule`. */
export interface Exception {
  /** The id of the rule. */
  readonly rule: string;
  /** The resource's logical name; what belongs to it, such as a route of a worker, goes with it. */
  readonly resource: string;
  readonly reason: string;
  /** Who agreed. */
  readonly by: string;
  /** The last day on which it counts, UTC. */
  readonly until: string;
}

/** The key of a stack's configuration that has them, among approvals of changes. */
export const exceptionsKey = "lockstep:approvals";

/**
 * The exceptions that a stack's configuration has. What is malformed or expired excepts nothing; a Lockstep program refuses to run with it.
 * @param value of {@link exceptionsKey}, as JSON or as data @param today `YYYY-MM-DD`
 */
export function exceptionsIn(value: unknown, today: string): readonly Exception[] {
  const entries = parsed(value);
  return (Array.isArray(entries) ? entries : []).flatMap((entry: unknown) => {
    const exception = exceptionOf(entry);
    return exception === undefined || exception.until < today ? [] : [exception];
  });
}

function exceptionOf(entry: unknown): Exception | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { rule, resource, reason, by, until } = Object.fromEntries(
    Object.entries(entry).filter(([, value]) => typeof value === "string" && value !== ""),
  );
  if (!rule || !resource || !reason || !by || !until) return undefined;
  // What YAML takes for a date, Pulumi hands over as a moment.
  return { rule, resource, reason, by, until: until.slice(0, "2026-12-24".length) };
}

/** The logical name in a URN. */
export const nameIn = (urn: string): string => urn.split("::").slice(3).join("::");

/** Whether an exception is for a finding of a rule about the resource of that logical name. */
export function excepts({ rule, resource }: Exception, id: string, name: string): boolean {
  return rule === id && (name === resource || name.startsWith(`${resource}/`));
}

/** For people: who agreed, until when and why. */
export const exceptionText = ({ by, until, reason }: Exception): string =>
  `Excepted by ${by} until ${until}: ${reason}`;

/** What is wrong with an exception that met no finding. */
export function unusedText({ rule, resource, by, until }: Exception): string {
  const ids = rules.map(({ id }) => id);
  const meant = ids.includes(rule) ? undefined : nearest(rule, ids);
  const why = ids.includes(rule)
    ? `${rule} finds nothing wrong with ${resource}`
    : `there is no rule ${rule}${meant === undefined ? "" : `; ${meant} is one`}`;
  return `The exception for ${resource} from ${rule} (by ${by}, until ${until}) excepts nothing: ${why}. Take it out of lockstep:approvals in the stack file.`;
}
