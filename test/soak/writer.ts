import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../src/migrations/database/database.ts";
import { move } from "./money.ts";

/** Somebody who moves money all the time. */
export interface Writer {
  /** Milliseconds between two moves; undefined: none are made. */
  pauseMs: number | undefined;
  /** The last move that was answered. */
  readonly answered: () => number;
  /** The last move that was sent. */
  readonly sent: () => number;
  readonly end: () => Promise<void>;
}

export function writer(database: Database, chance: () => number): Writer {
  let [sent, answered, isRunning] = [0, 0, true];
  const write = async (): Promise<void> => {
    while (isRunning) {
      if (made.pauseMs === undefined) {
        await sleep(20);
        continue;
      }
      sent += 1;
      const outcome = await database.run(move(sent, chance));
      if (outcome.kind !== "done") throw new Error(`move ${sent}: ${JSON.stringify(outcome)}`);
      answered = sent;
      await sleep(made.pauseMs);
    }
  };
  const made: Writer = {
    pauseMs: undefined,
    answered: () => answered,
    sent: () => sent,
    end: async () => {
      isRunning = false;
      await writing;
    },
  };
  const writing = write();
  return made;
}
