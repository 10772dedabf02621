import { unknownValue } from "../../../src/engine/property-values.ts";
import { types } from "../../seen/types.ts";
import { holds } from "../../testing/held.ts";
import type { Written } from "../../testing/judge.ts";
import { vectorsFitModels } from "./vectors-fit-models.ts";

const index = (dimensions: unknown): Written => ({
  type: types.vectorize,
  name: "shop/notes",
  props: { name: "notes", dimensions },
});
const bound = { name: "INDEX", type: "vectorize", indexName: "notes" };
const model = (text: string, name = "MODEL") => ({ name, type: "plain_text", text });
const worker = (...bindings: readonly unknown[]): Written => ({
  type: types.version,
  name: "shop/search",
  props: { bindings },
});
const base = "@cf/baai/bge-base-en-v1.5";

holds(vectorsFitModels, {
  good: [
    { is: "an index of the model's dimensions", has: [index(768), worker(bound, model(base))] },
    { is: "a worker that names no model", has: [index(768), worker(bound, model("bge"))] },
    { is: "a model of a worker without an index", has: [index(32), worker(model(base))] },
    { is: "an index of another stack", has: [worker(bound, model(base))] },
    {
      is: "one of two models that fits",
      has: [index(1536), worker(bound, model(base), model("text-embedding-3-small", "OTHER"))],
    },
    {
      is: "vectors that the code fills up",
      has: [index(1536), worker(bound, model(base))],
      options: { rules: { "vectors-fit-models": { settings: { padded: ["shop/notes"] } } } },
    },
  ],
  bad: [
    {
      is: "an index that is too short",
      has: [index(384), worker(bound, model(base))],
      says: [
        /bge-base-en-v1\.5 in MODEL, whose vectors have 768 numbers; its index shop\/notes has 384: Vectorize refuses/,
      ],
    },
    {
      is: "an index that is longer than the vectors",
      has: [index(1536), worker(bound, model(base))],
      says: ["list the index in padded"],
      outcome: "advisory",
    },
  ],
  unknown: [
    {
      is: "bindings that are not known",
      has: [index(768), { ...worker(), props: { bindings: unknownValue } }],
    },
    { is: "dimensions that are not known", has: [index(unknownValue), worker(bound, model(base))] },
    {
      is: "a name of an index that is not known",
      has: [index(768), worker({ ...bound, indexName: unknownValue }, model(base))],
    },
  ],
});
