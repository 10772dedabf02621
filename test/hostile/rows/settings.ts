import { type Row, up, validate } from "../row.ts";

const digest = `sha256:${"0".repeat(64)}`;
const approval = (more: string): string =>
  `  lockstep:approvals: [{ resource: shop/slow, reason: no use, by: ann, ${more} }]`;

/** The stack file and the project's own settings. */
export const settings: readonly Row[] = [
  {
    what: "the stage is renamed",
    edits: { 'name: "prod", suffix': 'name: "production", suffix' },
    run: up,
    names: ["There is no such stage", "the name of the Pulumi stack"],
    remedy: "declare the stage in project.ts",
  },
  {
    what: "the stage is not protected any more",
    edits: { "protected: true, ownsShared": "ownsShared" },
    run: up,
    names: ["Stage prod is not protected any more, and its stack is"],
    remedy: "write protected: true",
  },
  {
    what: "the stage goes to another account",
    edits: {
      "protected: true, ownsShared: true": 'protected: true, ownsShared: true, embeddedAccount: "dev"',
    },
    run: up,
    names: ["This stack lives in another account"],
    remedy: "embeddedAccount",
  },
  {
    what: "a policy is switched off by a name that there is not",
    edits: { '"log-level": "mandatory"': '"log-levels": "disabled"' },
    run: up,
    names: ["log-levels"],
    remedy: "log-level",
  },
  {
    what: "the stage runs without its policies",
    env: { PULUMI_OPTION_POLICY_PACK: "" },
    run: up,
    names: ["policy pack", "prod"],
    remedy: "PULUMI_OPTION_POLICY_PACK",
  },
  {
    what: "the list of systems is gone",
    before: (project) =>
      project.edit("Pulumi.prod.yaml", (text) =>
        text.replace(/^.*lockstep:systems.*$/m, "  lockstep:smoke: false"),
      ),
    run: up,
    names: ["Missing required configuration variable 'lockstep:systems'", "Pulumi.prod.yaml"],
    remedy: "add it under config:",
  },
  {
    what: "the list of systems is empty",
    before: (project) => project.edit("Pulumi.prod.yaml", (text) => text.replace("[shop, crm]", "[]")),
    run: up,
    names: ["System shop still has resources in this stack", "System crm still has"],
    remedy: "just retire shop prod",
  },
  {
    what: "a key of the stack file is misspelled",
    stackFile: "  lockstep:aprovals: []",
    run: validate,
    names: ["A setting that nothing reads", "lockstep:aprovals"],
    remedy: "config rm lockstep:aprovals",
  },
  {
    what: "an approval that has expired",
    edits: { 'queue("slow")': 'queue("slow", { messageRetentionSeconds: 60 })' },
    stackFile: approval(`digest: "${digest}", until: "2020-01-01"`),
    run: up,
    names: ["An approval for shop/slow has expired"],
    remedy: "have it approved again",
  },
  {
    what: "an approval of another change",
    edits: { 'queue("slow")': 'queue("slow", { messageRetentionSeconds: 60 })' },
    stackFile: approval(`digest: "${digest}", until: "2999-01-01"`),
    run: up,
    names: ["shop/slow", "is for another change"],
    remedy: "have it approved",
  },
  {
    what: "an approval that nobody filled in",
    edits: { 'queue("slow")': 'queue("slow", { messageRetentionSeconds: 60 })' },
    stackFile: `  lockstep:approvals: [{ resource: shop/slow, digest: "${digest}", reason: "<why>", by: "<who>", until: "2999-01-01" }]`,
    run: up,
    names: ["lockstep:approvals of stack prod", "is to be filled in"],
    remedy: "lockstep:approvals",
  },
  {
    what: "a store is marked as retired while it is declared",
    stackFile: "  lockstep:retired: [shop/orders]",
    run: up,
    names: ["shop/orders is declared and marked as retired"],
    remedy: "take it off the list",
  },
  {
    what: "a system is marked as retired and taken off the list at once, without an approval",
    stackFile: "  lockstep:retired: [crm]",
    before: (project) => project.edit("Pulumi.prod.yaml", (text) => text.replace("[shop, crm]", "[shop]")),
    run: up,
    names: ["crm/people is marked as retired, and nobody has approved of giving it away"],
    remedy: "take the mark out of the stack file",
  },
  {
    what: "a rollout of a worker that there is not",
    stackFile:
      "  lockstep:rollout: { shop/apis: { stable: 00000000-0000-4000-8000-000000000003, percent: 10 } }",
    run: validate,
    names: ["shop/apis"],
    remedy: "shop/api",
  },
  {
    what: "a rollout to a version that never was",
    stackFile:
      "  lockstep:rollout: { shop/back: { stable: 00000000-0000-4000-8000-000000000003, percent: 10 } }",
    edits: { 'main: "workers/shop/back.js"': 'main: "workers/shop/back.js", limits: { cpuMs: 50 }' },
    run: up,
    names: ["shop/back", "00000000-0000-4000-8000-000000000003"],
    remedy: "stable",
  },
];
