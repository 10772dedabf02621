import { z } from "zod";

const storage = z.enum(["sqlite", "legacy-kv"]);
/** What a Worker declares of one of its Durable Object classes: that it is there, or what became of it. */
export const objectExport = z.discriminatedUnion("state", [
  z.looseObject({ state: z.literal("created"), storage }),
  z.looseObject({ state: z.literal("deleted") }),
  z.looseObject({ state: z.literal("renamed"), renamed_to: z.string().min(1) }),
  z.looseObject({ state: z.literal("transferred"), transferred_to: z.string().min(1) }),
  z.looseObject({ state: z.literal("expecting-transfer"), storage, transfer_from: z.string().min(1) }),
]);
export type ObjectExport = z.infer<typeof objectExport>;
