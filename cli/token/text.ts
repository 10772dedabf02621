import { table } from "../../toolchain/table.ts";
import type { TokenBody } from "./body.ts";
import type { Needed, Thing } from "./needed.ts";

export interface Shown {
  /** As it is typed. */
  readonly command: string;
  readonly needed: readonly Needed[];
  readonly body: TokenBody;
  readonly accountId: string | undefined;
  /** Base address of the API. */
  readonly api: string;
  /** A sentence each. */
  readonly notes: readonly string[];
}

const onText = (on: Thing): string => {
  switch (on.kind) {
    case "account":
      return "the account";
    case "zone":
      return `the zone of ${on.zone}`;
    case "worker":
      return `the Worker of ${on.name}`;
    default:
      return on satisfies never;
  }
};

/** The dashboard says Edit where the API says Write. */
const inDashboard = (name: string): string => name.replace(/ Write$/, " → Edit").replace(/ Read$/, " → Read");

const scopeInDashboard: Readonly<Record<Thing["kind"], string>> = {
  account: "Entire Account",
  zone: "Specified Domains",
  worker: "Specified Workers",
};

const few = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;

/** The token as a table, as clicks in the dashboard, and as a call of the API. */
export function asText({ command, needed, body, accountId, api, notes }: Shown): string {
  const sections = [
    `The least that \`${command}\` needs${accountId === undefined ? "" : `, in account ${accountId}`}:`,
    table(
      ["permission group", "on", "for"],
      needed.map((each) => [each.group.name, onText(each.on), few(each.for)]),
    ),
    [
      "In the dashboard: Manage Account → Account API Tokens → Create Token → Create Custom Token",
      ...clicks(needed),
    ].join("\n"),
    callOf(body, accountId, api),
    ...(notes.length === 0 ? [] : [notes.join("\n")]),
  ];
  return `${sections.join("\n\n")}\n`;
}

const clicks = (needed: readonly Needed[]): readonly string[] =>
  needed.map(
    ({ group, on }, i) =>
      `  ${i + 1}. ${scopeInDashboard[on.kind]}${on.kind === "account" ? "" : ` (${on.kind === "zone" ? on.zone : on.name})`}: ${inDashboard(group.name)}`,
  );

const callOf = (body: TokenBody, accountId: string | undefined, api: string): string =>
  [
    'Or by the API, with a token that has "Account API Tokens Write" in CLOUDFLARE_ADMIN_TOKEN; the answer has the new one, this one time:',
    `curl ${api}/accounts/${accountId ?? "<account id>"}/tokens \\`,
    '  --header "Authorization: Bearer $CLOUDFLARE_ADMIN_TOKEN" \\',
    '  --header "Content-Type: application/json" \\',
    "  --data @- <<'JSON'",
    JSON.stringify(body, null, 2),
    "JSON",
  ].join("\n");
