/** A folder, or a single file where a folder has two floors, and what its files may import besides one another. */
export interface Room {
  readonly room: string;
  /** Rooms, or folders that hold rooms. Below this one, all of them: a test refuses a table that goes round in a circle. */
  readonly may: readonly string[];
}

const migrations = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `src/migrations/${name}`);
/** What every service of the embedded API stands on. */
const service = [
  "src/permissions",
  "embedded/api/http",
  "embedded/world.ts",
  "embedded/state.ts",
  "embedded/deleted-stores.ts",
  "embedded/seal.ts",
] as const;
const workerRegistry = [
  "embedded/api/workers/model.ts",
  "embedded/api/workers/registry.ts",
  "embedded/api/workers/bound-by.ts",
  "embedded/api/workers/script-of.ts",
] as const;
/** Types alone: what a data plane does, without how. A later one may name what an earlier one has. */
const seams = [
  "embedded/runtime/ai.ts",
  "embedded/runtime/ai-gateway.ts",
  "embedded/runtime/analytics.ts",
  "embedded/runtime/compute.ts",
  "embedded/runtime/emails.ts",
  "embedded/runtime/queues.ts",
  "embedded/runtime/stores.ts",
  "embedded/runtime/vectors.ts",
] as const;
const provider = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `embedded/provider/${name}`);

/**
 * Which room may import which, types included; from the ground up. What is missing here may not be imported: before you add
 * a line, ask whether the function that you want to reach lies in the right room.
 */
export const rooms: readonly Room[] = [
  // The ground: no knowledge of Cloudflare, of Pulumi's resources or of a system.
  { room: "src/diagnostic", may: [] },
  { room: "src/package", may: [] },
  { room: "src/files/json.ts", may: [] },
  { room: "src/files", may: ["src/diagnostic", "src/files/json.ts"] },
  { room: "src/cron", may: [] },
  { room: "src/engine", may: [] },
  { room: "src/process", may: [] },
  // What Cloudflare's tokens can be allowed: names and ids alone.
  { room: "src/permissions", may: [] },

  // What a user writes.
  // What a gate of a release asks a database is SQL.
  { room: "src/declare", may: ["src/diagnostic", "src/cron", ...migrations("sql")] },
  { room: "src/project", may: ["src/diagnostic", "src/declare"] },
  // What a person sees of it.
  { room: "src/diagram", may: ["src/declare"] },
  { room: "src/index.ts", may: ["src/diagnostic", "src/declare", "src/project"] },
  { room: "src/bundle", may: ["src/diagnostic", "src/files", "src/package"] },
  // The SQL in a worker's bundle.
  {
    room: "src/statements",
    may: ["src/files", "src/package", "src/declare", "src/bundle", ...migrations("sql")],
  },

  // The one client of Cloudflare's API.
  { room: "src/cloudflare", may: ["src/diagnostic", "src/files/json.ts"] },
  { room: "src/smoke", may: ["src/diagnostic", "src/cloudflare"] },

  // The migration engine: text → files → shadow → findings → plan; and below the plan what speaks to a database.
  { room: "src/migrations/sql", may: [] },
  { room: "src/migrations/files", may: ["src/diagnostic", "src/files", ...migrations("sql")] },
  { room: "src/migrations/shadow", may: migrations("sql", "files") },
  { room: "src/migrations/lint", may: ["src/diagnostic", ...migrations("sql", "files", "shadow")] },
  {
    room: "src/migrations/rename",
    may: ["src/diagnostic", ...migrations("sql", "files", "shadow", "lint")],
  },
  { room: "src/migrations/database", may: ["src/diagnostic", "src/cloudflare", ...migrations("sql")] },
  {
    room: "src/migrations/plan",
    may: ["src/diagnostic", "src/cloudflare", ...migrations("sql", "files", "shadow", "lint", "database")],
  },
  {
    room: "src/migrations/protocol",
    may: ["src/diagnostic", "src/cloudflare", ...migrations("sql", "files", "database")],
  },
  {
    room: "src/migrations/code",
    may: [
      "src/diagnostic",
      "src/files",
      "src/cloudflare",
      "src/statements",
      ...migrations("sql", "files", "shadow", "database", "plan"),
    ],
  },
  {
    room: "src/migrations/cost",
    may: ["src/diagnostic", ...migrations("sql", "files", "shadow", "lint", "database", "plan", "code")],
  },
  { room: "src/migrations/generate", may: ["src/diagnostic", ...migrations("sql", "shadow")] },
  { room: "src/migrations/squash", may: ["src/diagnostic", ...migrations("sql", "files", "shadow", "lint")] },
  {
    room: "src/migrations/apply",
    may: [
      "src/diagnostic",
      "src/cloudflare",
      ...migrations("sql", "files", "shadow", "database", "plan", "protocol"),
    ],
  },
  {
    room: "src/migrations/index.ts",
    may: ["src/diagnostic", ...migrations("sql", "files", "shadow", "lint", "database", "plan", "code")],
  },

  // Backups, and what proves them.
  { room: "src/artefact/ed25519.ts", may: [] },
  {
    room: "src/backup",
    may: [
      "src/process",
      "src/artefact/ed25519.ts",
      "src/diagnostic",
      "src/files",
      "src/cloudflare",
      "src/cron",
      "src/declare",
      ...migrations("sql", "shadow", "database", "generate"),
    ],
  },

  // How new versions reach people: what is measured, what is decided. It changes nothing by itself.
  { room: "src/release/variable.ts", may: [] },
  {
    room: "src/release",
    may: [
      "src/files",
      "src/release/variable.ts",
      "src/diagnostic",
      "src/files/json.ts",
      "src/cron",
      "src/declare",
      "src/cloudflare",
      ...migrations("sql"),
    ],
  },
  // Vectors from rows, by the recipe of an index.
  {
    room: "src/reindex",
    may: [
      "src/declare",
      "src/diagnostic",
      "src/files",
      "src/cloudflare",
      ...migrations("sql", "shadow", "database"),
    ],
  },

  // What Pulumi calls each kind: data, so that policies and commands may know it.
  { room: "src/resources/kinds", may: ["src/permissions", "src/declare"] },
  // What a stack has left at Cloudflare, held against what is there.
  {
    room: "src/reality",
    may: [
      "src/diagnostic",
      "src/cloudflare",
      "src/declare",
      "src/resources/kinds",
      ...migrations("plan", "shadow"),
    ],
  },

  // Who agreed to what: what an approval says, and which change it is for.
  {
    room: "src/approvals",
    may: ["src/diagnostic", "src/reality", "src/resources/kinds", ...migrations("files", "plan")],
  },

  // What a stage serves: what it is built from, and the signed record of it.
  {
    room: "src/artefact",
    may: [
      "src/artefact/ed25519.ts",
      "src/diagnostic",
      "src/files",
      "src/declare",
      "src/bundle",
      "src/approvals",
      ...migrations("files"),
    ],
  },

  // The side that knows Pulumi.
  {
    room: "src/dynamic",
    may: [
      "src/release",
      "src/reindex",
      "src/approvals",
      "src/reality",
      "src/diagnostic",
      "src/package",
      "src/engine",
      "src/cloudflare",
      "src/declare",
      "src/statements",
      ...migrations("sql", "files", "shadow", "database", "plan", "protocol", "code", "cost", "apply"),
    ],
  },
  // Old stacks have this path in their state.
  { room: "src/migrations/provider.ts", may: ["src/dynamic"] },
  { room: "entry", may: ["src/dynamic"] },
  {
    room: "src/settings",
    may: [
      "src/artefact",
      "src/backup",
      "src/approvals",
      "src/diagnostic",
      "src/project",
      "src/declare",
      "src/cloudflare",
      ...migrations("plan"),
    ],
  },
  {
    room: "src/resources",
    may: [
      "src/approvals",
      "src/permissions",
      "src/reality",
      "src/resources/kinds",
      "src/diagnostic",
      "src/package",
      "src/engine",
      "src/project",
      "src/declare",
      "src/bundle",
      "src/cloudflare",
      "src/settings",
      "src/dynamic",
      "src/statements",
      ...migrations("files", "database", "plan", "code", "cost"),
    ],
  },
  {
    room: "src/program",
    may: [
      "src/artefact",
      "src/package",
      "src/backup",
      "src/approvals",
      "src/engine",
      "src/reality",
      "src/cloudflare",
      "src/diagnostic",
      "src/project",
      "src/declare",
      "src/bundle",
      "src/statements",
      "src/settings",
      "src/release",
      "src/dynamic",
      "src/resources",
      ...migrations("files", "apply"),
    ],
  },
  {
    room: "policy",
    may: [
      "src/release/variable.ts",
      "src/permissions",
      "src/cloudflare",
      "src/resources/kinds",
      "src/diagnostic",
      "src/engine",
      "src/cron",
      "src/project",
      "src/declare",
    ],
  },

  // This repository's own project: its systems know the types of what their workers offer, and the workers what they are bound to.
  { room: "src/systems", may: ["src/declare", "workers"] },
  { room: "workers", may: ["src/declare", "src/systems"] },
  { room: "project.ts", may: ["src/index.ts", "src/systems"] },
  { room: "index.ts", may: ["project.ts", "src/program"] },

  // The embedded Cloudflare: seams, the data planes behind them, the API in front.
  { room: "embedded/state.ts", may: [] },
  { room: "embedded/deleted-stores.ts", may: ["embedded/state.ts"] },
  { room: "embedded/seal.ts", may: ["src/files"] },
  ...seams.map((room) => ({ room, may: seams.slice(0, seams.indexOf(room)) })),
  { room: "embedded/world.ts", may: ["embedded/state.ts", ...seams] },
  // A quirk carries its probe, which may be run against a real account.
  { room: "embedded/quirks", may: ["src/cloudflare"] },
  { room: "embedded/request-target.ts", may: [] },
  { room: "embedded/lingering-close.ts", may: [] },
  { room: "embedded/send-pieces.ts", may: [] },
  { room: "embedded/internal-errors.ts", may: [] },
  { room: "embedded/runtime/body.ts", may: [] },
  { room: "embedded/runtime/door-key.ts", may: [] },
  { room: "embedded/runtime/workerd", may: ["src/diagnostic"] },
  {
    room: "embedded/runtime/compute",
    may: [
      "src/package",
      "embedded/lingering-close.ts",
      "embedded/request-target.ts",
      "embedded/runtime/workerd",
      "embedded/runtime/door-key.ts",
      ...seams,
    ],
  },
  {
    room: "embedded/runtime/stores",
    may: ["src/files/json.ts", "embedded/runtime/workerd", "embedded/runtime/door-key.ts", ...seams],
  },
  {
    room: "embedded/runtime/queues",
    may: ["src/files/json.ts", "embedded/state.ts", "embedded/runtime/body.ts", ...seams],
  },
  {
    room: "embedded/runtime/vectors",
    may: ["src/files/json.ts", "embedded/state.ts", "embedded/runtime/body.ts", ...seams],
  },
  {
    room: "embedded/runtime/ai",
    may: ["src/diagnostic", "embedded/state.ts", "embedded/runtime/body.ts", ...seams],
  },
  { room: "embedded/runtime/rate-limits", may: ["embedded/runtime/body.ts"] },
  { room: "embedded/runtime/analytics", may: ["embedded/runtime/body.ts", ...seams] },
  { room: "embedded/runtime/emails", may: ["src/files", "embedded/runtime/body.ts", ...seams] },
  { room: "embedded/runtime/workflows", may: seams },
  {
    room: "embedded/runtime/dataplane",
    may: ["embedded/runtime/door-key.ts", "embedded/runtime/ai", "embedded/runtime/rate-limits", ...seams],
  },

  // What each type of binding has: the API reads it off an upload, the provider off what the program says.
  { room: "embedded/binding-type-names.ts", may: [] },
  {
    room: "embedded/api/http",
    may: [
      "src/permissions",
      "embedded/lingering-close.ts",
      "embedded/request-target.ts",
      "embedded/send-pieces.ts",
      "embedded/world.ts",
      "embedded/state.ts",
    ],
  },
  { room: "embedded/api/account", may: service },
  ...workerRegistry.map((room) => ({
    room,
    may: [...service, ...workerRegistry.slice(0, workerRegistry.indexOf(room))],
  })),
  { room: "embedded/api/ai", may: [...service, "embedded/runtime/ai", ...seams] },
  {
    room: "embedded/api/d1",
    may: [
      ...service,
      "src/migrations/sql",
      "embedded/quirks",
      "embedded/runtime/stores",
      ...workerRegistry,
      ...seams,
    ],
  },
  { room: "embedded/api/hyperdrive", may: service },
  { room: "embedded/api/analytics-engine", may: [...service, ...seams] },
  { room: "embedded/api/emails", may: service },
  { room: "embedded/api/secrets-store", may: [...service, "embedded/api/workers"] },
  { room: "embedded/api/kv", may: [...service, "embedded/runtime/stores", ...workerRegistry, ...seams] },
  {
    room: "embedded/api/r2",
    may: [
      "embedded/send-pieces.ts",
      "src/files/json.ts",
      ...service,
      "src/cloudflare",
      "embedded/api/account/token-store.ts",
      "embedded/runtime/stores",
      ...workerRegistry,
      ...seams,
    ],
  },
  {
    room: "embedded/api/queues",
    may: [...service, "embedded/api/r2", "embedded/runtime/queues", ...workerRegistry, ...seams],
  },
  { room: "embedded/api/vectorize", may: [...service, "embedded/runtime/vectors", ...seams] },
  // What ids in a wrangler project mean here.
  {
    room: "embedded/api/aliases",
    may: [
      ...service,
      "embedded/api/account",
      "embedded/api/d1",
      "embedded/api/kv",
      "embedded/api/queues",
      "embedded/api/r2",
      ...workerRegistry,
    ],
  },
  { room: "embedded/api/zones", may: [...service, ...workerRegistry] },
  {
    room: "embedded/api/workers",
    may: [
      "embedded/binding-type-names.ts",
      ...service,
      "src/cron",
      "src/files",
      "embedded/quirks",
      "embedded/api/r2",
      "embedded/api/aliases",
      "embedded/api/queues",
      "embedded/api/hyperdrive",
      "embedded/api/zones",
      "embedded/runtime/workflows",
      ...workerRegistry,
      ...seams,
    ],
  },
  {
    room: "embedded/api/workflows",
    may: [...service, "embedded/runtime/workflows", ...workerRegistry, ...seams],
  },
  { room: "embedded/api/tails", may: [...service, "embedded/api/workers", ...workerRegistry, ...seams] },
  { room: "embedded/api/telemetry", may: [...service, "embedded/quirks", ...workerRegistry, ...seams] },
  {
    room: "embedded/api/graphql",
    may: [...service, "embedded/api/telemetry", "embedded/api/d1", "embedded/api/r2", ...seams],
  },
  { room: "embedded/api/services.ts", may: ["embedded/api"] },

  { room: "embedded/provider/values", may: ["src/engine"] },
  { room: "embedded/provider/client", may: ["src/cloudflare", ...provider("values")] },
  { room: "embedded/provider/facts", may: provider("values", "client") },
  {
    room: "embedded/provider/resources",
    may: ["embedded/binding-type-names.ts", "src/engine", ...provider("values", "client", "facts")],
  },
  { room: "embedded/provider/plan", may: ["src/engine", ...provider("values", "facts")] },
  {
    room: "embedded/provider/lifecycle",
    may: provider("values", "client", "facts", "resources", "plan"),
  },
  {
    room: "embedded/provider/protocol",
    may: [
      "src/diagnostic",
      "src/engine",
      ...provider("values", "client", "facts", "resources", "plan", "lifecycle"),
    ],
  },
  // Starts all of it, and ends it.
  { room: "embedded", may: ["src/diagnostic", "src/files", "src/permissions", "embedded"] },

  // How tools get onto a machine. Nothing of Cloudflare.
  { room: "toolchain/install", may: [] },
  { room: "toolchain/engine", may: ["toolchain/install"] },
  { room: "toolchain/package-root.ts", may: [] },
  { room: "toolchain/project.ts", may: ["toolchain/package-root.ts", "src/diagnostic"] },
  { room: "toolchain/table.ts", may: [] },
  { room: "toolchain/command-provider", may: ["src/engine"] },
  { room: "toolchain/language-host", may: ["src/engine"] },
  {
    room: "toolchain/embedded",
    may: [
      "src/process",
      "src/diagnostic",
      "src/project",
      "src/files",
      "toolchain/install",
      "toolchain/package-root.ts",
      "toolchain/project.ts",
    ],
  },
  {
    room: "toolchain/launchers",
    may: [
      "src/diagnostic",
      "src/files",
      "toolchain/engine",
      "toolchain/command-provider",
      "toolchain/package-root.ts",
      "toolchain/project.ts",
    ],
  },
  {
    room: "toolchain/stacks",
    may: [
      "src/process",
      "src/project",
      "src/diagnostic",
      "src/files",
      "toolchain/install",
      "toolchain/embedded",
      "toolchain/package-root.ts",
      "toolchain/project.ts",
    ],
  },
  { room: "toolchain", may: ["src/diagnostic", "toolchain"] },

  // What tests of any project deploy with: the only one that starts the embedded Cloudflare in its own process.
  {
    room: "harness",
    may: ["src/project", "src/declare", "src/cloudflare", "toolchain", "embedded"],
  },

  // The command: on top of everything but the embedded Cloudflare, which is a process of its own.
  { room: "cli/alive.ts", may: ["src/process", "toolchain/install"] },
  { room: "cli/place.ts", may: ["src/diagnostic", "src/project", "toolchain"] },
  { room: "cli/entry.ts", may: ["src/diagnostic"] },
  { room: "cli/verb.ts", may: ["cli/place.ts"] },
  { room: "cli/command-line.ts", may: ["src/diagnostic", "src/project"] },
  {
    room: "cli/status",
    may: [
      "src/backup",
      "src/project",
      "src/diagnostic",
      "src/cloudflare",
      "src/declare",
      "src/reality",
      ...migrations("plan"),
      "toolchain",
    ],
  },
  {
    room: "cli/stack",
    may: [
      "src/artefact",
      "src/files",
      "cli/place.ts",
      "src/backup",
      "src/approvals",
      "src/files",
      "cli/status",
      "src/engine",
      "src/reality",
      "src/resources/kinds",
      "src/diagnostic",
      "src/project",
      "src/declare",
      "src/cloudflare",
      "src/settings",
      "src/release",
      "toolchain",
    ],
  },
  {
    room: "cli/db",
    may: [
      "src/approvals",
      "src/settings",
      "src/diagnostic",
      "src/files",
      "src/bundle",
      "src/statements",
      "src/project",
      "src/declare",
      "src/cloudflare",
      "src/release",
      "src/migrations",
      "src/backup",
      "src/reindex",
      "toolchain",
      "cli/stack",
    ],
  },
  // What somebody looks at before a change.
  {
    room: "cli/review",
    may: [
      "src/backup",
      "src/diagnostic",
      "src/project",
      "src/declare",
      "src/cloudflare",
      "src/reality",
      "src/resources/kinds",
      "src/program/losses",
      "src/statements",
      ...migrations("sql", "plan"),
      "toolchain",
      "cli/stack",
      "cli/db",
    ],
  },
  {
    room: "cli/backup",
    may: [
      "src/artefact",
      "src/release",
      "src/resources/kinds",
      "src/reality",
      "src/backup",
      "src/diagnostic",
      "src/project",
      "src/declare",
      "src/cloudflare",
      ...migrations("sql", "files", "database", "apply"),
      "toolchain",
      "cli/command-line.ts",
      "cli/place.ts",
      "cli/stack",
      "cli/db",
    ],
  },
  {
    room: "cli/reindex",
    may: [
      "src/reindex",
      "src/release",
      "src/resources/kinds",
      "src/reality",
      "src/backup",
      "src/diagnostic",
      "src/project",
      "src/declare",
      "src/cloudflare",
      ...migrations("database"),
      "cli/place.ts",
      "cli/stack",
      "cli/db",
      "cli/backup",
    ],
  },
  // Live logs of a worker.
  { room: "cli/tail", may: ["src/diagnostic", "src/files/json.ts"] },
  {
    room: "cli/dev",
    may: [
      "cli/tail",
      "src/diagnostic",
      "src/files",
      "src/project",
      "src/declare",
      "src/bundle",
      "src/cloudflare",
      "toolchain",
      "cli/alive.ts",
      "cli/command-line.ts",
      "cli/place.ts",
      "cli/start",
    ],
  },
  {
    room: "cli/start",
    may: [
      "src/diagnostic",
      "src/files",
      "src/project",
      "src/declare",
      "src/cloudflare",
      "toolchain",
      "cli/alive.ts",
      "cli/place.ts",
      "cli/stack",
    ],
  },
  {
    room: "cli/release",
    may: [
      "cli/pull-request",
      "src/artefact",
      "src/bundle",
      "src/statements",
      "src/diagnostic",
      "src/project",
      "src/declare",
      "src/cloudflare",
      "src/settings",
      "src/reality",
      "src/release",
      "src/approvals",
      "src/backup",
      "src/files",
      "src/resources",
      ...migrations("files", "database", "plan", "code"),
      "toolchain",
      "cli/command-line.ts",
      "cli/place.ts",
      "cli/stack",
      "cli/db",
    ],
  },
  {
    room: "cli/logs",
    may: [
      "cli/command-line.ts",
      "policy",
      "src/diagnostic",
      "src/project",
      "src/declare",
      "src/cloudflare",
      "cli/place.ts",
      "cli/stack",
      "cli/start",
      "cli/tail",
    ],
  },
  {
    room: "cli/state",
    may: ["src/diagnostic", "src/settings", "toolchain", "cli/command-line.ts", "cli/place.ts", "cli/stack"],
  },
  {
    room: "cli/validate",
    may: [
      "policy",
      "src/program",
      "src/diagnostic",
      "src/project",
      "src/declare",
      "src/release",
      "src/settings",
      "src/bundle",
      "src/statements",
      ...migrations("sql", "files", "plan", "lint", "code"),
      "toolchain",
      "cli/command-line.ts",
      "cli/place.ts",
    ],
  },
  // The rules over what the program would register.
  {
    room: "cli/policy",
    may: [
      "policy",
      "src/declare",
      "src/diagnostic",
      "src/project",
      "src/program",
      "toolchain",
      "cli/command-line.ts",
      "cli/place.ts",
    ],
  },
  // What an account has that no stack has.
  {
    room: "cli/sweep",
    may: [
      "src/diagnostic",
      "src/cloudflare",
      "src/declare",
      "src/project",
      "src/settings",
      "src/resources/kinds",
      "toolchain",
      "cli/command-line.ts",
      "cli/place.ts",
      "cli/stack",
    ],
  },
  // What jobs write to their repository.
  { room: "cli/github", may: ["src/diagnostic", "src/cloudflare", "cli/place.ts", "cli/pull-request"] },
  // What a change does, for a pull request: the verbs' own JSON, and git.
  {
    room: "cli/pull-request",
    may: [
      "src/files",
      "src/diagnostic",
      "src/project",
      "src/diagram",
      "src/resources/kinds",
      "src/cloudflare",
      ...migrations("sql", "files"),
      "toolchain",
      "cli/command-line.ts",
      "cli/place.ts",
      "cli/stack",
      "cli/review",
    ],
  },
  // Tokens that a verb needs: what the program would register, held against what Cloudflare allows.
  {
    room: "cli/token",
    may: [
      "cli/command-line.ts",
      "src/permissions",
      "src/diagnostic",
      "src/project",
      "src/cloudflare",
      "src/resources/kinds",
      "toolchain",
      "cli/place.ts",
      "cli/policy",
      "cli/stack",
    ],
  },
  {
    room: "cli/checklist",
    may: [
      "cli/command-line.ts",
      "policy",
      "src/backup",
      "src/diagnostic",
      "src/files",
      "src/project",
      "src/cloudflare",
      "src/settings",
      "toolchain",
      "cli/place.ts",
      "cli/stack",
      "cli/status",
      "cli/policy",
      "cli/validate",
    ],
  },
  {
    room: "cli/init",
    may: ["src/diagnostic", ...migrations("files"), "toolchain/package-root.ts", "cli/place.ts"],
  },
  {
    room: "cli",
    may: [
      "src/settings",
      "policy",
      "src/diagnostic",
      "src/project",
      "src/diagram",
      "src/cloudflare",
      "toolchain",
      "cli",
      "embedded/main.ts",
    ],
  },
  {
    room: "scripts",
    may: [
      "policy",
      "src/diagnostic",
      "src/settings",
      "src/migrations",
      "embedded/quirks",
      "embedded/provider/facts",
      "toolchain",
      "cli",
    ],
  },
];

/** Code for tests and measurements: it may import everything, and nothing that ships may import it. */
export const isTestCode = (file: string): boolean =>
  /\.test(-d)?\.ts$|\.child\.ts$|(^|\/)(testing|fixture|type-tests)\/|^(test\/|embedded\/contract\/|scripts\/bench[./])/.test(
    file,
  );
