import { system } from "./system.ts";
import { worker } from "./workers/worker.ts";

/** The worker that writes a stage's backups, as it would be declared. Its bindings are of several systems, which no declaration can have. */
export const backupWorker = worker("backup", {
  // Its extension is another in the installed package, so it is bundled by its module.
  main: "src/backup/worker/main",
  compatibilityDate: "2026-06-01",
  compatibilityFlags: ["nodejs_compat"],
  physicalName: "lockstep-backup{-stage}",
  workersDev: false,
  notSecret: {
    SETTINGS: "its keys are the public ones of age: whoever has them writes backups and reads none",
  },
});

/** What it belongs to in the state of a stack: no project declares it. */
export const backupSystem = system("lockstep", [backupWorker]);
