import { createBackup } from "../../../backup.ts";
import type { TacoFunction } from "../../../function.ts";

export const onRequestPost: TacoFunction = async ({ env }) =>
  Response.json(await createBackup(env), { status: 201 });
