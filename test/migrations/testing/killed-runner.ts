// A runner in a process of its own, for `kill -9` at a step: `killed-runner.ts <job as JSON> <step> <how many times it is passed first>`.
import { z } from "zod";
import { migrate } from "../../../src/migrations/apply/migrate.ts";
import { readFolder } from "../../../src/migrations/files/reading.ts";

const [text = "", killAt = "", passes = "0"] = process.argv.slice(2);
const job = z
  .object({
    label: z.string(),
    folder: z.string(),
    directory: z.string(),
    accountId: z.string(),
    databaseId: z.string(),
    connection: z.object({
      baseUrl: z.string(),
      token: z.string(),
      front: z.string(),
      accountNames: z.record(z.string(), z.string()),
    }),
  })
  .parse(JSON.parse(text));
let passed = 0;
await migrate(
  { ...job, opened: undefined },
  {
    phase: "expand",
    stage: "dev",
    agreed: new Map(readFolder(job.directory).map((file) => [file.name, file.checksum])),
    onStep: (step) => {
      if (step === killAt && passed++ === Number(passes)) process.kill(process.pid, "SIGKILL");
    },
  },
);
