import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import { tokenIsNarrow } from "./token-is-narrow.ts";

const has = [
  { type: "pulumi:pulumi:Stack", name: "lockstep-prod" },
  { type: types.d1, name: "shop/orders" },
  { type: types.worker, name: "shop/api" },
];
const on = "com.cloudflare.api.account.0123456789abcdef0123456789abcdef";
const withGroups = (groups: readonly string[], resources = [on]) => ({
  token: { policies: [{ groups, resources }] },
});

holds(tokenIsNarrow, {
  good: [
    { is: "a run of which nobody looked at the token", has },
    {
      is: "what the stack needs",
      has,
      options: withGroups(["D1 Write", "Workers Admin", "Account Analytics Read"]),
    },
    { is: "an older group for the same", has, options: withGroups(["D1 Write", "Workers Scripts Write"]) },
    {
      is: "a group of which nothing is known, beside resources of which nothing is known",
      has: [...has, { type: "cloudflare:index/dnsRecord:DnsRecord", name: "www" }],
      options: withGroups(["D1 Write", "DNS Write"]),
    },
  ],
  bad: [
    {
      is: "products that the stack has nothing of",
      has,
      options: withGroups(["D1 Write", "Workers Admin", "Queues Write", "Billing Write"]),
      says: ["needs: Queues Write, Billing Write."],
    },
    {
      is: "one that can make tokens",
      has,
      options: withGroups(["D1 Write", "Account API Tokens Write"]),
      says: ["Account API Tokens Write"],
    },
    {
      is: "one for every account",
      has,
      options: withGroups(["D1 Write"], ["com.cloudflare.api.account.*"]),
      says: ["everything on api.account.*"],
    },
  ],
  unknown: [{ is: "a token that may not read itself", has, options: { token: { policies: undefined } } }],
});
