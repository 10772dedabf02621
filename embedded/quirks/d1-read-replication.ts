import { z } from "zod";
import { ask, done, withDatabase } from "./probing.ts";
import type { Quirk } from "./quirk.ts";

export const d1ReadReplication: Quirk = {
  name: "d1-read-replication",
  what: "GET of a database answers `read_replication` even when nobody set it, and an update that sends `read_replication: null` is refused with 7400. A program that does not set it gets both after a refresh.",
  source: "https://github.com/pulumi/pulumi-cloudflare/issues/1583",
  date: "2026-05-01",
  probe:
    'POST /accounts/$A/d1/database {"name":"probe"}; GET it: is read_replication there? PUT it with {"read_replication":null}: is it 400 with code 7400?',
  isSeen: (account) =>
    withDatabase(account, async (id) => {
      const path = `/d1/database/${id}`;
      const shown = await done(z.looseObject({}), account, "GET", path);
      const refused = await ask(account, "PUT", path, { read_replication: null });
      return "read_replication" in shown && refused.kind === "refused" && refused.code === 7400;
    }),
};
