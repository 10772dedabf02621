import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, type JsonReply } from "../cli/start/http.ts";
import type { Embedded } from "../embedded/start.ts";
import type { Ran } from "../harness/run.ts";
import { type ThrowAway, type ThrowAwayOptions, throwAway } from "../harness/throw-away.ts";
import project from "../project.ts";
import { packageRoot } from "../toolchain/package-root.ts";

/** The project in a folder of its own, with an engine, a state and an embedded Cloudflare of its own. */
export interface Clone {
  readonly folder: string;
  readonly embedded: Embedded;
  /** Runs a program as in a shell that `env` made. */
  readonly run: ThrowAway["run"];
  /** Runs `pulumi` as in a shell that `env` made; further variables are added. */
  readonly pulumi: (args: readonly string[], env?: NodeJS.ProcessEnv) => Promise<Ran>;
  /** Runs `just`, in the folder itself unless another is named. */
  readonly just: (args: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string) => Promise<Ran>;
  /** Brings a stage that asks up as a pipeline does: by a plan that was saved, confirmed by the digest that was shown with it. */
  readonly deploy: (stage: string, ...options: readonly string[]) => Promise<Ran>;
  /** One call of the embedded API in a stage's account; gives its result. */
  readonly api: (stage: string, method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Asks a worker through the front door. */
  readonly visit: (host: string, path: string, body?: unknown) => Promise<JsonReply>;
  readonly edit: (path: string, change: (text: string) => string) => void;
  readonly write: (path: string, text: string) => void;
  readonly append: (path: string, text: string) => void;
  readonly remove: () => Promise<void>;
}

const list = (stackFile: string, systems: readonly string[]): void =>
  writeFileSync(
    stackFile,
    readFileSync(stackFile, "utf8").replace(/^( *lockstep:systems:).*$/m, `$1 [${systems.join(", ")}]`),
  );

const copied = [
  "Pulumi.dev.yaml",
  "Pulumi.prod.yaml",
  "Pulumi.staging.yaml",
  "Pulumi.yaml",
  "bin",
  "cli",
  "embedded",
  "entry",
  "harness",
  "index.ts",
  "justfile",
  "migrations",
  "package-lock.json",
  "package.json",
  "policy",
  "project.ts",
  "scripts",
  "src",
  "toolchain",
  "workers",
];

export interface CloneOptions extends Pick<ThrowAwayOptions, "asked" | "log" | "prepare"> {
  /** Systems that every stack of the clone lists: what is not needed only takes time. @default dome */
  readonly systems?: readonly string[];
}

export async function clone({ systems = ["dome"], prepare, log, asked }: CloneOptions = {}): Promise<Clone> {
  const { folder, embedded, run, remove } = await throwAway({
    ...(log !== undefined && { log }),
    ...(asked !== undefined && { asked }),
    prepare: async (cloned) => {
      for (const { name } of project.stages) list(join(cloned, `Pulumi.${name}.yaml`), systems);
      await prepare?.(cloned);
    },
    root: packageRoot,
    parts: copied,
    // The clone runs its own code, which tests edit.
    code: (cloned) => cloned,
  });
  const account = (stage: string): string => {
    const named = (wanted: string | undefined) => embedded.accounts.find(({ name }) => name === wanted)?.id;
    const shared = project.stages.find(({ name }) => name === stage)?.embeddedAccount;
    return named(stage) ?? named(shared) ?? stage;
  };
  const just: Clone["just"] = (args, more, cwd) => run("just", args, more, cwd);
  return {
    folder,
    embedded,
    run,
    async deploy(stage, ...options) {
      const saved = await just(["pulumi-preview", stage, "--save-plan", "stage.plan", ...options]);
      const digest = / --confirm (\w+)$/m.exec(saved.out)?.[1];
      if (saved.code !== 0 || digest === undefined) return saved;
      const up = await just(["pulumi-up", stage, "--plan", "stage.plan", "--confirm", digest]);
      return { ...up, out: saved.out + up.out };
    },
    pulumi: (args, more) => run("pulumi", [...args, "--non-interactive", "--color=never"], more),
    just,
    async api(stage, method, path, body) {
      const response = await fetch(`${embedded.api}/accounts/${account(stage)}${path}`, {
        method,
        headers: { authorization: `Bearer ${embedded.token}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const answer: unknown = await response.json();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
      return typeof answer === "object" && answer !== null && "result" in answer ? answer.result : undefined;
    },
    visit: (host, path, body) => ask({ host, port: embedded.frontPort }, path, { body }),
    edit: (path, change) =>
      writeFileSync(join(folder, path), change(readFileSync(join(folder, path), "utf8"))),
    write: (path, text) => writeFileSync(join(folder, path), text),
    append: (path, text) => appendFileSync(join(folder, path), text),
    remove,
  };
}
