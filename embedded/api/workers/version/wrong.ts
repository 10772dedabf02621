import { z } from "zod";
import type { Binding } from "../model.ts";

/** A dataset's name stands in SQL as it is. */
export const wrongDataset = ({ dataset }: Binding): string | undefined =>
  /^[A-Za-z_][A-Za-z0-9_]{0,95}$/.test(String(dataset))
    ? undefined
    : "must have a `dataset` of letters, digits and underscores, not beginning with a digit";

const addresses = z.array(z.string().includes("@")).nullish();
const mail = z.object({
  destination_address: z.string().includes("@").nullish(),
  allowed_destination_addresses: addresses,
  allowed_sender_addresses: addresses,
});

/** One destination or several, not both. */
export function wrongMail(binding: Binding): string | undefined {
  const read = mail.safeParse(binding);
  if (!read.success) return `must have e-mail addresses as its \`${String(read.error.issues[0]?.path[0])}\``;
  const { destination_address: one, allowed_destination_addresses: some } = read.data;
  return one != null && some != null
    ? "cannot have both `destination_address` and `allowed_destination_addresses`"
    : undefined;
}
