import { uses, workersOf, workflowsOf } from "../../../src/declare/graph.ts";
import type { System } from "../../../src/declare/index.ts";
import type { Store } from "../../../src/declare/kinds/kinds.ts";
import type { Worker } from "../../../src/declare/workers/worker.ts";
import { parse } from "../../../src/migrations/sql/action.ts";
import type { Held } from "../../../src/program/losses/held.ts";
import type { SystemStatements } from "../../../src/statements/kept.ts";
import type { User } from "./radius.ts";

/** What is declared, and what the code of a system gives to its databases, by the system's name. */
export interface Using {
  readonly systems: readonly System[];
  readonly code: Readonly<Record<string, SystemStatements>>;
}

type Does = Omit<User, "worker">;
const both: Does = { reads: true, writes: true };
const nothing: Does = { reads: false, writes: false };

/**
 * The workers, of any system, that will use what a stack holds, and what they may do there. A queue is sent to or taken from; of a database the
 * statements in the code tell; where those are not known, and for everything else, whoever binds it may do both. What is declared no more is
 * used by nothing that will run.
 */
export function usersOf({ label, holder }: Held, { systems, code }: Using): readonly User[] {
  const [systemName, name] = label.split("/");
  const owner = systems.find((each) => each.name === systemName);
  const declared = owner?.resources.find((each) => each.name === name);
  const workflow =
    owner === undefined ? undefined : workflowsOf(owner).find((each) => each.declared.name === name);
  const doneBy = (system: System, worker: Worker): Does => {
    switch (holder.kind) {
      case "class":
        return declared?.kind === "worker" && usesClass(worker, declared, holder.className) ? both : nothing;
      case "workflow":
        return workflow !== undefined && (workflow.owner === worker || binds(worker, workflow.declared))
          ? both
          : nothing;
      default:
        if (declared === undefined || declared.kind === "worker" || !uses(worker).includes(declared))
          return nothing;
        return ofStore(worker, declared, code[system.name]);
    }
  };
  return systems.flatMap((system) =>
    workersOf(system).flatMap((worker): readonly User[] => {
      const done = doneBy(system, worker);
      return done === nothing ? [] : [{ worker: `${system.name}/${worker.name}`, ...done }];
    }),
  );
}

const binds = (worker: Worker, wanted: object): boolean =>
  Object.values(worker.env).some((bound) => bound === wanted);

const usesClass = (worker: Worker, owner: Worker, className: string): boolean =>
  worker === owner ||
  Object.values(worker.env).some(
    (bound) =>
      typeof bound !== "string" &&
      bound.kind === "durableObject" &&
      bound.className === className &&
      bound.owner?.() === owner,
  );

function ofStore(worker: Worker, store: Store, code: SystemStatements | undefined): Does {
  if (store.kind === "d1") return ofDatabase(worker, store.name, code);
  if (store.kind !== "queue") return both;
  return {
    reads: worker.consumes.some(({ queue }) => queue === store),
    // What its consumer gave up on is sent on by Cloudflare.
    writes: binds(worker, store) || worker.consumes.some(({ deadLetter }) => deadLetter === store),
  };
}

function ofDatabase(worker: Worker, database: string, code: SystemStatements | undefined): Does {
  const of = code?.workers.find((each) => each.worker === worker.name);
  if (of === undefined || of.unread !== undefined || of.elsewhere > 0) return both;
  const forms = of.statements
    .filter(({ databases }) => databases.includes(database))
    .flatMap((statement) => statement.forms);
  if (forms.length === 0 || forms.some(({ complete }) => !complete)) return both;
  const isRead = forms.map(({ sql }) => parse(sql).action.kind === "select");
  return { reads: isRead.includes(true), writes: isRead.includes(false) };
}
