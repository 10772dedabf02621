import { DurableObject } from "cloudflare:workers";
import type { DocumentProcessorEnv } from "../../../src/systems/portfolio.ts";
import { agree } from "./agree.ts";
import type { Outcome, Processor } from "./processor.ts";

/**
 * One document, told by its object's key. Events of one document come here in whatever order: each makes rows and vectors agree
 * with the bucket as it is then, one after the other.
 */
export class DocumentProcessor extends DurableObject<DocumentProcessorEnv> implements Processor {
  #last: Promise<unknown> = Promise.resolve();

  process(key: string): Promise<Outcome> {
    const work = this.#last.then(() => agree(this.env, this.ctx.storage, key));
    this.#last = work.catch(() => {});
    return work;
  }
}
