import type { TacoEnv } from "../../src/systems/taco.ts";
import { createBackup } from "./backup.ts";

/** What Pages Functions have no place for: a backup by the clock. */
export default {
  async scheduled(_controller, env) {
    const { key, bytes, digest } = await createBackup(env);
    console.log(`backup ${key}: ${bytes} bytes, SHA-256 ${digest}`);
  },
} satisfies ExportedHandler<TacoEnv>;
