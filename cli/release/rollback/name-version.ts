import { named, type Sentence, sentence } from "../../../src/diagnostic/sentence.ts";

/** Which versions there are only Cloudflare tells. @param script what the worker is called there */
export const nameVersion = (script: string): Sentence =>
  sentence`name the version that is to serve: ${named("rollback", "<stage> <version>")}; npx wrangler versions list --name ${script} shows those of a worker`;
