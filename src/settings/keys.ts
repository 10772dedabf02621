import { z } from "zod";
import { approval } from "../approvals/approval.ts";
import { signedRecord } from "../artefact/record.ts";
import { backupShape } from "../backup/settings.ts";
import { stageKeys } from "../backup/store/signature.ts";
import { named, pulumi, type Sentence, sentence } from "../diagnostic/sentence.ts";
import { openingShape } from "../migrations/plan/opening.ts";
import { switchedShape } from "../project/switched.ts";

/** One key of a stack file. */
interface Key<Value> {
  /** Its value; where that is no text, Pulumi hands it over as JSON. */
  readonly schema: z.ZodType<Value>;
  /** For a refusal: what would have been accepted. */
  readonly expected: Sentence;
  /** For the reference: what it is for. Markdown. */
  readonly meaning: string;
  /** For the reference: what holds where it is missing. */
  readonly missing: string;
  /** For the reference: as it stands below `config:` in `Pulumi.<stage>.yaml`. */
  readonly example: string;
}

const key = <Value>(facts: Key<Value>): Key<Value> => facts;

/** Which version is trusted, and how many of the requests go to the new one. Data, so that a rollback needs no look-up. */
const rollout = z.strictObject({
  /** Id of the version that answers the rest. */
  stable: z.uuid(),
  /** Of the requests, 0 to 100. */
  percent: z.int().min(0).max(100),
  /** At 0 %: who asks for the new version by its id reaches it. */
  reachable: z.literal(true).optional(),
});
export type Rollout = Readonly<z.infer<typeof rollout>>;

/** The release that the stack is in the middle of. */
const release = z.strictObject({
  id: z.string(),
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Its versions are uploaded: this `up` makes no other. */
  prepared: z.literal(true).optional(),
  /** This `up` is its last one. */
  ended: z.literal(true).optional(),
});
export type Release = Readonly<z.infer<typeof release>>;

/** A store, or the objects of a class, that is gone and was given up. */
const forgotten = z.strictObject({
  /** What Cloudflare knew it by. */
  id: z.string(),
  /** When Cloudflare had made it. */
  born: z.string().optional(),
  reason: z.string(),
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
});
export type Forgotten = Readonly<z.infer<typeof forgotten>>;

/** The keys that a stack file may have. docs/reference.md has a section for each, written from here. */
export const keys = {
  "lockstep:systems": key({
    schema: z.array(z.string()),
    expected: "a list of systems: [dome]",
    meaning:
      "The systems that the stack deploys, by name. A system that is taken off the list has to be retired first (`npx lockstep retire <system> <stage>`), because its resources go with it.",
    missing: "refused: a stack says what it deploys, and be it `[]`",
    example: "lockstep:systems: [notes, shop]",
  }),
  "lockstep:retired": key({
    schema: z.array(z.string()),
    expected: "a list of systems, and of <system>/<name>, that may go: [jobmatch, dome/silo]",
    meaning:
      "Systems that may go from the stack, and stores that may go from a system, as `<system>/<name>`: with everything that they hold. Written by `npx lockstep retire <system>[/<name>] <stage>`.",
    missing: "none may go",
    example: "lockstep:retired: [shop]",
  }),
  "lockstep:approvals": key({
    schema: z.array(approval),
    expected: '[{ resource: dome/jobs, digest: "sha256:…", reason: "…", by: anna, until: "2026-12-24" }]',
    meaning:
      "Changes of a protected stage that lose data, each approved of by somebody until a day: `resource` is the `<system>/<name>` that loses something, `digest` that of the change, as its refusal printed it, `by` who approved, `until` the last day on which it counts (UTC). What would be done otherwise has another digest. One that has expired, and one that is for nothing that is done, is refused. Take it out once the change is deployed; the stack's output `approvals` keeps it. With a `rule` in the place of the digest it excepts the resource from that rule of the policies (docs/policies.md).",
    missing: "a change that loses data of a protected stage is refused, with what it would lose",
    example: `lockstep:approvals:
  - resource: shop/orders
    digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    reason: the old orders were billed
    by: anna@example.com
    until: "2026-12-24"`,
  }),
  "lockstep:rollout": key({
    schema: z.record(z.string(), rollout),
    expected: "{ dome/dome-api: { stable: <version id>, percent: 10 } }",
    meaning:
      "Workers whose new version answers only a part of the requests, by `<system>/<worker>`: `stable` is the id of the version that answers the rest (the stack's output `versions` has the ids), `percent` the share of the new one, 0 to 100. At 0 the stable version answers everything: a rollback; with `reachable: true`, which a release writes, the new version answers whoever names its id in the header `Cloudflare-Workers-Version-Overrides`. Take the entry out and the newest version answers everything.",
    missing: "every new version answers all requests",
    example: `lockstep:rollout:
  notes/notes-api:
    stable: 2f0d7f3e-6f0b-4a56-9f0e-0e8a3c5b7d11
    percent: 10`,
  }),
  "lockstep:release": key({
    schema: release,
    expected: sentence`what \`${named("release")}\` writes`,
    meaning:
      "The release that is under way: which one, who began it, and when. While it stands in the stack's state, an `up` from elsewhere is refused. Written, and taken out at the end, by `npx lockstep release <stage>`; nobody writes it by hand.",
    missing: "no release is under way",
    example: `lockstep:release:
  id: 20261121-060157-4f2a
  by: mia@build-7
  at: "2026-11-21T06:01:57Z"`,
  }),
  "lockstep:promoted": key({
    schema: signedRecord,
    expected: sentence`what \`${named("promote")}\` writes`,
    meaning:
      "What the stage that this one is promoted from said to serve when it was promoted, with that stage's signature (docs/promotion.md). Written by `npx lockstep promote <from> <stage>`; nobody writes it by hand.",
    missing: "nothing was promoted yet",
    example: `lockstep:promoted:
  project: notes
  stage: staging
  systems:
    notes:
      digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      servedAt: "2026-11-21T06:01:57.000Z"
      by: mia@build-7
      commit: 3b18e512dba79e4c8300dd08aeb37f8e728b8dad
  signature: 3CsA8nQYFSV1ZyAs8EDRCv3bkk8sUmL0jXcSTJBTbEEUgnN0fxHRSd1GdEIhU4LX1ZDK2hJXcQ4vJkBXrYlgBg==`,
  }),
  "lockstep:signingKey": key({
    schema: z.string(),
    expected: sentence`what \`${named("signing-key")}\` writes`,
    meaning:
      "The private half of the key that the stage signs with what it serves (Ed25519, PKCS #8 in base64), encrypted as secrets are. Written by `npx lockstep signing-key <stage>`.",
    missing: "what the stage serves is recorded without a signature, and cannot be promoted",
    example: `lockstep:signingKey:
  secure: v1:kzV3lGnVnkzfcTYH:3sX0xU9b4Zc3b0eT0vXcU6rC`,
  }),
  "lockstep:publicKey": key({
    schema: z.string(),
    expected: sentence`what \`${named("signing-key")}\` writes`,
    meaning:
      "The public half of that key (SPKI in base64), in clear: whoever promotes from the stage verifies its signature by it. Written by `npx lockstep signing-key <stage>`.",
    missing: "what the stage serves cannot be promoted",
    example: "lockstep:publicKey: MCowBQYDK2VwAyEA3OX55I6I5MHshgAsaC7L1zOoQN0fJtBBo5XCKV3PTYc=",
  }),
  "lockstep:publicKeys": key({
    schema: stageKeys,
    expected: sentence`what \`${named("signing-key")}\` writes`,
    meaning:
      "The public halves of all keys that the stage has had, the newest last, each with the time from which it counts: a backup is verified by the key of its time (docs/backups.md). Written by `npx lockstep signing-key <stage>`.",
    missing: "backups are verified by `lockstep:publicKey`, whenever they were made",
    example: `lockstep:publicKeys:
  - key: MCowBQYDK2VwAyEA3OX55I6I5MHshgAsaC7L1zOoQN0fJtBBo5XCKV3PTYc=
    since: "2026-11-21T06:01:57.000Z"`,
  }),
  "lockstep:contracts": key({
    schema: z.record(z.string(), openingShape),
    expected: sentence`what \`${named("db contract")}\` writes`,
    meaning:
      "Which contract migrations may run, by `<system>/<database>`, the versions of the workers that made that safe, and the files as they were when they were opened. Written by `npx lockstep db contract <stage>`; nobody writes it by hand.",
    missing: "contract migrations wait",
    example: `lockstep:contracts:
  notes/notes:
    through: 0003_drop_text.sql
    openedAt: "2026-11-21T06:01:57Z"
    versions:
      notes-api-dev: 2f0d7f3e-6f0b-4a56-9f0e-0e8a3c5b7d11
    files:
      0003_drop_text.sql: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
  }),
  "lockstep:forgotten": key({
    schema: z.record(z.string(), forgotten),
    expected: sentence`what \`${named("forget")}\` writes`,
    meaning:
      "Stores and Durable Objects that are gone from the account and were given up, by `<kind> <system>/<name>`: an `up` may put an empty one in the place of exactly that one. Who did it and why stays there. Written by `npx lockstep forget <stage> <system>/<name>`.",
    missing: "nothing that is gone may be made again",
    example: `lockstep:forgotten:
  d1 notes/notes:
    id: 3b0c6f3e-6f0b-4a56-9f0e-0e8a3c5b7d11
    reason: deleted by hand, restored from nowhere
    by: mia@example.com
    at: "2026-11-21T06:01:57Z"`,
  }),
  "lockstep:switched": key({
    schema: switchedShape,
    expected: sentence`what \`${named("restore")}\` and \`${named("reindex")}\` write`,
    meaning:
      "Stores that a restore or a re-indexing put another one in the place of, by `<kind> <system>/<name>`: which one serves under that declaration now, and which served before and are kept, the newest last. It is of one account: the embedded target does not take it over from the stack file. Written by `npx lockstep restore <stage>` and `npx lockstep reindex <stage> <index>`; nobody writes it by hand.",
    missing: "every store has the name that its declaration gives",
    example: `lockstep:switched:
  d1 notes/notes:
    name: notes-20261130t120000z
    id: 3b0c6f3e-6f0b-4a56-9f0e-0e8a3c5b7d11
    from: backup 20261130T120000Z
    by: mia@build-7
    at: "2026-11-30T12:31:57Z"
    kept:
      - { name: notes, id: 7c1d2a9e-1b5f-4c39-8d61-2f9a0e4b6c55, until: "2026-11-30T12:31:57Z" }`,
  }),
  "lockstep:backup": key({
    schema: backupShape,
    expected:
      '{ recipients: [age1…], to: backups, schedule: "0 3 * * *", by: worker, keep: { daily: 7, weekly: 5, monthly: 12 }, provenWithinDays: 7, rowsPerSecond: 5000 }',
    meaning:
      "The backups of the stage: `recipients` are the public keys of age that they are encrypted to; `to` is a folder, from the project or absolute, or a bucket of R2, `{ bucket: <name>, accountId: <id> }`, with `jurisdiction` where it has one; `schedule` says when one is due, a cron in UTC or several; `by: worker` deploys a worker that begins them; `keep` says how many stay (the newest of each day, week and month); after `provenWithinDays` days without a drill that proved one, the stage counts as without a backup; `rowsPerSecond` is how many rows of databases a backup reads a second at most (as many as D1 answers with, where it is missing). `schedule`, `by`, `keep` and `provenWithinDays` may be said by systems instead, and not by both. See docs/backups.md.",
    missing: "no backup can be made",
    example: `lockstep:backup:
  recipients: [age1mmpxt0pgu6rncefsxh3vkufjcx9zr0s7t77gmm4qqapafl4knaeqxp4zd2]
  keep: { daily: 7, weekly: 5, monthly: 12 }`,
  }),
  "lockstep:lease": key({
    schema: z.iso.datetime(),
    expected: "a time in UTC: 2026-12-24T18:00:00Z",
    meaning:
      "Until when the stage of a pull request is somebody's. Written by each `npx lockstep up pr-<number>`; afterwards `npx lockstep sweep` says that it has expired.",
    missing: "the stage has no end",
    example: `lockstep:lease: "2026-12-24T18:00:00Z"`,
  }),
  "lockstep:smoke": key({
    schema: z.boolean(),
    expected: "true or false",
    meaning:
      "Whether each worker that declares a `smoke` path is asked for it after its deployment; one that does not answer 2xx fails the `up`, and contract migrations wait. A worker with such a path and no address in the stage is refused.",
    missing: "`false`",
    example: "lockstep:smoke: true",
  }),
  "lockstep:secrets": key({
    schema: z.record(z.string(), z.string()),
    expected: sentence`texts by name, each set by: ${pulumi("config set --secret --path 'lockstep:secrets.<name>'")}`,
    meaning:
      "The values of the secrets that workers bind with `secret(name)`, each encrypted. Set by `npx lockstep secret <stage> <name>`, which asks for the value unseen. A secret that a worker binds and nobody has set is refused in the preview.",
    missing: "no secrets",
    example: `lockstep:secrets:
  API_KEY:
    secure: v1:kzV3lGnVnkzfcTYH:3sX0xU9b4Zc3b0eT0vXcU6rC`,
  }),
} as const;

/** Keys whose value is a text as it stands. */
export const textKeys = {
  "cloudflare:accountId": {
    meaning:
      "The id of the Cloudflare account that the stage is deployed to. The embedded target ignores it: there a stage has an account of its own.",
    missing: "the environment variable `CLOUDFLARE_ACCOUNT_ID`; one that disagrees is refused",
    example: "cloudflare:accountId: 023e105f4ecef8ad9ca31a8372d0c353",
  },
} as const;
