import { command, pulumiOfStack, sentence } from "../diagnostic/sentence.ts";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import { groupFor } from "../permissions/groups.ts";
import type { Stage } from "../project/stage.ts";
import { neededBy, type Operation, operations } from "./kinds/registered.ts";

/** An operation that Cloudflare refused. */
export interface Refusal {
  /** Pulumi's type of the resource. */
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  /** `create`, `update` or `delete`. */
  readonly operation: string;
  /** What was said, as it came. */
  readonly error: string;
  readonly stage: Stage;
  /** What was asked for. @default - not known */
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** What to do about a refusal that people meet often; undefined when Cloudflare's own words have to do. */
export function advice(refusal: Refusal): Diagnostic | undefined {
  const { type, name, operation, error, stage } = refusal;
  const where = `${name} (${type.split(":").at(-1) ?? type}), ${operation} in ${stage.name}`;
  const got = firstLine(error);
  if (
    /already exists|already in use|is taken|code"?:? ?(10004|10014|11009|7502|3002)\b/i.test(error) &&
    operation === "create"
  ) {
    return {
      what: `Something at Cloudflare already has the name of ${name}`,
      where,
      got,
      expected: "a name that is free, or a resource that this stack knows",
      fix: sentence`take it over: ${command("import", { resource: name })}; or declare another name (physicalName in src/systems)`,
    };
  }
  if (/:WorkerVersion$/.test(type) && /\bUncaught\b|No such module|code"?:? ?10021\b/i.test(error))
    return doesNotStart(refusal, where);
  if (
    /\b403\b|permission|not authorized|unauthorized|authentication error|code"?:? ?(10000|9109)\b/i.test(
      error,
    )
  ) {
    return {
      what: "The API token does not have the required permissions",
      where,
      got,
      expected: `a token with ${permissionsFor(refusal)}`,
      fix: sentence`${command("token", { verb: operation === "delete" ? "destroy" : "up" })} shows the token to make. Export it as CLOUDFLARE_API_TOKEN, and run the same command again: it goes on where it stopped`,
    };
  }
  if (
    /service.*(not found|does not exist|no deployed version)|could not resolve service|code"?:? ?(10143|10144|10090)\b/i.test(
      error,
    )
  ) {
    return {
      what: `${name} binds a worker that is not there`,
      where,
      got,
      expected: "every bound worker deployed before the one that binds it",
      fix: sentence`bring the whole stage up, which deploys them in order: ${command("up")}; if a worker was deleted by hand: ${pulumiOfStack("refresh")}, then up`,
    };
  }
  if (/consumer_exists|code"?:? ?11004\b/i.test(error) && operation === "create") {
    return {
      what: `The queue that ${name} takes messages off has another consumer still`,
      where,
      got,
      expected: "one consumer a queue: the new one is made before the old one is taken away",
      fix: sentence`in two steps: take the old consumer out of the declaration and run ${command("up")}; put the new one in and run it again. Messages wait meanwhile`,
    };
  }
  if (/not empty|code"?:? ?10008\b/i.test(error) && operation === "delete") {
    return {
      what: `${name} still holds objects, and Cloudflare deletes no bucket that is not empty`,
      where,
      got,
      expected: "an empty bucket",
      fix: sentence`take it off the stage with what it holds, if nothing in it is needed: ${command("retire", { system: name, "empty-buckets": true })}; or let the stack forget it: ${pulumiOfStack("state delete '<urn>'")}`,
    };
  }
  return undefined;
}

/** The permission groups that the operation needs, as the dashboard and the API call them. */
function permissionsFor({ type, operation, inputs }: Refusal): string {
  const done: Operation = operations.find((each) => each === operation) ?? "update";
  const wanted = neededBy(type, done, inputs) ?? [];
  if (wanted.length === 0) return "the permission for this resource";
  return wanted
    .map((each) => `"${groupFor(each).name}" on the ${onThing[groupFor(each).scope]}`)
    .join(" and ");
}

const onThing = {
  account: "account",
  zone: "zone",
  worker: "Worker",
  bucket: "bucket",
  user: "user",
} as const;

/** Node's modules are there with a flag alone, and the runtime does not say so. */
function doesNotStart({ name, error, stage }: Refusal, where: string): Diagnostic {
  const nodeModule = /No such module "(node:[\w/]+)"/.exec(error)?.[1];
  return {
    what: `The code of ${name} does not start in ${stage.name}; the version before it goes on serving`,
    where: /[\w./-]+\.[cm]?[jt]sx?:\d+(?::\d+)?/.exec(error)?.[0] ?? where,
    got: error.trim().split("\n").slice(0, 6).join("\n"),
    expected:
      nodeModule === undefined ? "code that the runtime starts" : `a worker that may import ${nodeModule}`,
    fix:
      nodeModule === undefined
        ? sentence`correct it and run ${command("up")} again`
        : `declare the worker with compatibilityFlags: ["nodejs_compat"], which brings Node's modules`,
  };
}

const firstLine = (error: string): string => {
  const line = error.trim().split("\n")[0] ?? "";
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
};
