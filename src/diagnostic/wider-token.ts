import { command, type Sentence, sentence } from "./sentence.ts";

/** What to do where the API said no to the token. @param permission the permission group, as Cloudflare calls it */
export const widerToken = (permission: string): Sentence =>
  sentence`give the API token the permission ${permission}, then run again. ${command("token", { verb: "up" })} shows the whole token for an up, and the same with another verb the token for that`;
