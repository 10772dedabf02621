import { bindingsOf, carriers } from "../../seen/bindings.ts";
import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { listAt, unknown } from "../../seen/values.ts";
import {
  about,
  type Context,
  cannotTell,
  type StackFinding,
  type StackRule,
  violation,
  warning,
} from "../rule.ts";
import { limitSettings } from "./limit-settings.ts";

/** What an account may have by its plan, as Cloudflare's pages of limits said in November 2026. */
interface Limit {
  readonly what: string;
  readonly free: number;
  readonly paid: number;
  readonly count: (resources: readonly SeenResource[]) => number;
}

const ofType =
  (...wanted: readonly string[]) =>
  (resources: readonly SeenResource[]): number =>
    resources.filter(({ type }) => wanted.includes(type)).length;

const limits: readonly Limit[] = [
  { what: "workers", free: 100, paid: 500, count: ofType(types.worker, types.script) },
  { what: "D1 databases", free: 10, paid: 50_000, count: ofType(types.d1) },
  { what: "KV namespaces", free: 1_000, paid: 1_000, count: ofType(types.kv) },
  { what: "Vectorize indexes", free: 100, paid: 50_000, count: ofType(types.vectorize) },
  { what: "queues", free: 10_000, paid: 10_000, count: ofType(types.queue) },
  {
    what: "cron triggers",
    free: 5,
    paid: 250,
    count: (resources) =>
      resources
        .filter(({ type }) => type === types.cron)
        .reduce((sum, { props }) => sum + lengthOf(listAt(props, "schedules")), 0),
  },
];
const variables = { free: 64, paid: 128 } as const;
const variableBytes = 5_120;

const lengthOf = (list: ReturnType<typeof listAt>): number => (list === unknown ? 0 : list.length);

/** What Cloudflare would refuse in the middle of an update, because the plan does not have more of it. */
export const planLimits: StackRule = {
  id: "plan-limits",
  title: "A stack has no more of anything than the account's plan allows, and a worker no more variables.",
  why: "Cloudflare refuses what is too many in the middle of an update, when half of it is there already.",
  remediation:
    "Take some out, or move to the paid plan and say so in `plan`. The account may have more than this stack: what is left is at most that.",
  severity: "medium",
  warns: true,
  levels: { protected: "mandatory", others: "mandatory" },
  settings: limitSettings,
  checkStack: (resources, context) => [
    ...limits.flatMap((limit): StackFinding[] => ofStack(limit, resources, context)),
    ...resources.filter(({ type }) => carriers.includes(type)).flatMap((worker) => ofWorker(worker, context)),
  ],
};

const planOf = ({ text }: Context): "free" | "paid" => (text("plan") === "free" ? "free" : "paid");

function ofStack(limit: Limit, resources: readonly SeenResource[], context: Context): StackFinding[] {
  const count = limit.count(resources);
  const most = limit[planOf(context)];
  const urn = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn ?? "";
  if (count > most)
    return [
      {
        urn,
        ...violation(
          `This stack has ${count} ${limit.what}; the ${planOf(context)} plan has room for ${most} in an account: ${count - most} too many.`,
        ),
      },
    ];
  if (count * 100 >= most * context.number("warnPercent"))
    return [
      {
        urn,
        ...warning(
          `This stack has ${count} ${limit.what} of the ${most} that the ${planOf(context)} plan has room for in an account: ${most - count} are left.`,
        ),
      },
    ];
  return [];
}

function ofWorker(worker: SeenResource, context: Context): StackFinding[] {
  const bindings = bindingsOf(worker);
  if (bindings === unknown) return [about(worker, cannotTell(worker, "how many variables it has"))];
  const own = bindings.known.filter(
    ({ type }) => type === "plain_text" || type === "secret_text" || type === "json",
  );
  const most = variables[planOf(context)];
  const large = own.flatMap(({ name, props }) => {
    const value = props["text"] ?? props["json"];
    const bytes = typeof value === "string" ? Buffer.byteLength(value) : 0;
    return bytes > variableBytes
      ? [
          about(
            worker,
            violation(
              `${worker.name} has the variable ${name} of ${bytes} bytes; Cloudflare takes ${variableBytes}. Keep it in KV or R2.`,
            ),
          ),
        ]
      : [];
  });
  if (own.length > most)
    return [
      ...large,
      about(
        worker,
        violation(
          `${worker.name} has ${own.length} variables; the ${planOf(context)} plan has room for ${most}: ${own.length - most} too many.`,
        ),
      ),
    ];
  return own.length * 100 >= most * context.number("warnPercent")
    ? [
        ...large,
        about(
          worker,
          warning(`${worker.name} has ${own.length} of ${most} variables: ${most - own.length} are left.`),
        ),
      ]
    : large;
}
