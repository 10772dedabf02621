import { z } from "zod";
import { placeOfRun } from "../cloudflare/place-of-run.ts";
import { named, sentence } from "../diagnostic/sentence.ts";
import { placed, UserError } from "../diagnostic/user-error.ts";

/** What a state has of it; one that an earlier release wrote says nothing, and is of a protected stage. */
const shape = z.object({ protects: z.boolean().default(true) });
const protects = (props: unknown): boolean => shape.parse(props ?? {}).protects;

/**
 * The provider behind the resource `Guard`, which only exists to be protected. A destroy comes to it first: where protection was taken off the
 * state, or is ignored, it refuses by itself, and what it depends on stays.
 */
export const provider = {
  async check(_olds: unknown, news: unknown): Promise<{ inputs: unknown; failures: never[] }> {
    return { inputs: news, failures: [] };
  },
  async diff(_id: string, olds: unknown, news: unknown): Promise<{ changes: boolean; replaces: never[] }> {
    return { changes: protects(olds) !== protects(news), replaces: [] };
  },
  async create(news: unknown): Promise<{ id: string; outs: unknown }> {
    return { id: "guard", outs: news };
  },
  async update(_id: string, _olds: unknown, news: unknown): Promise<{ outs: unknown }> {
    return { outs: news };
  },
  async read(id: string, props: unknown): Promise<{ id: string; props: unknown }> {
    return { id, props };
  },
  async delete(_id: string, props: unknown): Promise<void> {
    if (!protects(props)) return;
    throw new Error(placed(refusal(), placeOfRun(undefined)).message);
  },
};

const refusal = (): UserError =>
  new UserError({
    what: "This stage is protected by its project: nothing of it was deleted, although its state or an option of pulumi would let it",
    where: "the resource guard, which a destroy comes to first",
    got: "a deletion of the guard",
    expected: "a stage whose data can be made again",
    fix: sentence`to take one system down: \`${named("retire", "<system> <stage>")}\`. To end the whole stage: take \`protected\` off it in the project, bring it up once, and then \`${named("destroy", "<stage>")}\``,
  });
