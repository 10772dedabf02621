import { Refused } from "../../../answers.ts";
import { readBackup } from "../../../backup.ts";
import type { TacoFunction } from "../../../function.ts";

/** The backup of `?key=…`, or the newest one, as it was written. */
export const onRequestGet: TacoFunction = async ({ request, env }) => {
  const key = new URL(request.url).searchParams.get("key") ?? undefined;
  const backup = await readBackup(env.BACKUPS, key);
  if (backup === null)
    throw new Refused(404, key === undefined ? "there is no backup yet" : `there is no ${key}`);
  return new Response(backup.body, {
    headers: {
      "content-type": "application/json",
      "content-disposition": `attachment; filename="${backup.key.split("/").at(-1)}"`,
      "x-backup-sha256": backup.customMetadata?.["digest"] ?? "",
      "x-backup-rows": backup.customMetadata?.["rows"] ?? "",
    },
  });
};
