import { groupNamed } from "../../../src/permissions/groups.ts";
import { neededBy, operations } from "../../../src/resources/kinds/registered.ts";
import type { SeenResource } from "../../seen/resource.ts";
import type { SeenPolicy } from "../../seen/token.ts";
import { about, type StackRule, violation } from "../rule.ts";

/** What a token may look at for a status, whatever is declared. */
const always: readonly string[] = ["Account Analytics Read", "Account Settings Read", "User Details Read"];

/** Who holds the token of an `up` can do nothing but what the stack needs. */
export const tokenIsNarrow: StackRule = {
  id: "token-is-narrow",
  title:
    "The API token may do nothing that no resource of the stack needs, and in no account but the stack's.",
  why: "A token lies in a pipeline's settings and in shells. Whoever gets hold of it can do all that it may, not only what the stack does.",
  remediation:
    "Make a narrower one: `lockstep token <stage> up` shows it. Of a token that may not read itself nobody can tell; that one makes no other tokens either.",
  severity: "medium",
  levels: { protected: "advisory", others: "advisory" },
  checkStack(resources, { token }) {
    const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack") ?? resources[0];
    if (token === undefined || stack === undefined) return [];
    if (token.policies === undefined)
      return [
        about(stack, {
          kind: "cannotTell",
          message:
            "What the API token may do is not known before the update: it may not read itself, for which it would need Account API Tokens Read.",
        }),
      ];
    const wide = [...new Set(token.policies.flatMap((policy) => tooWide(policy, resources)))];
    return wide.length === 0
      ? []
      : [
          about(
            stack,
            violation(`The API token may do what no resource of this stack needs: ${wide.join(", ")}.`),
          ),
        ];
  },
};

function tooWide(
  { groups, resources: on }: SeenPolicy,
  resources: readonly SeenResource[],
): readonly string[] {
  const all = on.filter((each) => each.endsWith(".*")).map((each) => each.slice("com.cloudflare.".length));
  const idle = groups.filter((name) => !always.includes(name) && isIdle(name, resources));
  return [...idle, ...(all.length > 0 ? [`everything on ${all.join(" and ")}`] : [])];
}

/** Whether nothing that the group grants is needed by anything in the stack. Of other programs' resources nothing is known here. */
function isIdle(name: string, resources: readonly SeenResource[]): boolean {
  const group = groupNamed({ name });
  const makesTokens = /^(?:Account )?API Tokens Write$/.test(name);
  if (group === undefined) return !resources.some(({ type }) => isForeign(type));
  const wanted = new Set(
    resources.flatMap(({ type, props }) =>
      operations.flatMap((operation) => neededBy(type, operation, props) ?? []),
    ),
  );
  return makesTokens || !group.grants.some((each) => wanted.has(each));
}

/** A resource at Cloudflare of which it is not known what it needs. */
const isForeign = (type: string): boolean =>
  type.startsWith("cloudflare:") && neededBy(type, "create") === undefined;
