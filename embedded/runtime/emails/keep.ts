import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../../../src/files/write-whole.ts";
import { readBody } from "../body.ts";
import type { Emails } from "../emails.ts";

const addressText = z.string().regex(/^[^\s@]+@[^\s@]+$/);
const messageSchema = z.looseObject({
  from: addressText,
  to: z.array(addressText),
  cc: z.array(addressText),
  bcc: z.array(addressText),
  /** The whole message, where code wrote it itself. */
  raw: z.string().optional(),
  subject: z.string().optional(),
  text: z.string().optional(),
  html: z.string().optional(),
});
const rulesSchema = z.object({
  destination_address: z.string().optional(),
  allowed_destination_addresses: z.array(z.string()).optional(),
  allowed_sender_addresses: z.array(z.string()).optional(),
});
type Message = z.infer<typeof messageSchema>;
type Rules = z.infer<typeof rulesSchema>;

const keptSchema = messageSchema.extend({ id: z.string(), sentOn: z.string(), script: z.string() });
export function openEmails(folder: string): Emails {
  const of = (account: string): string => join(folder, account);
  return {
    handle: async (account, request, response) => {
      const { message: sent, rules } = z
        .object({ message: z.unknown(), rules: rulesSchema })
        .parse(JSON.parse(String(await readBody(request))));
      const read = messageSchema.safeParse(sent);
      const error = read.success ? refusal(read.data, rules) : malformed(read.error);
      response.writeHead(200, { "content-type": "application/json" });
      if (!read.success || error !== undefined) {
        response.end(JSON.stringify({ error }));
        return;
      }
      const sentOn = new Date().toISOString();
      const messageId = `<${randomUUID()}@embedded.localhost>`;
      const script = String(request.headers["x-lockstep-caller"] ?? "").split("/")[1] ?? "";
      mkdirSync(of(account), { recursive: true });
      const file = `${sentOn.replaceAll(":", "-")}-${randomUUID().slice(0, 8)}.json`;
      writeWhole(
        join(of(account), file),
        `${JSON.stringify({ id: messageId, sentOn, script, ...read.data }, undefined, 2)}\n`,
      );
      response.end(JSON.stringify({ messageId }));
    },
    list: (account) => {
      mkdirSync(of(account), { recursive: true });
      return readdirSync(of(account))
        .sort()
        .map((name) => keptSchema.parse(JSON.parse(readFileSync(join(of(account), name), "utf8"))));
    },
    clear: (account) => rmSync(of(account), { recursive: true, force: true }),
  };
}

/** What Cloudflare refuses by the rules of the binding; undefined when it is sent. */
function refusal({ from, to, cc, bcc }: Message, rules: Rules): string | undefined {
  const destinations = [...to, ...cc, ...bcc];
  if (destinations.length === 0) return "a message has at least one of to, cc and bcc";
  const { destination_address: one, allowed_destination_addresses: some } = rules;
  const allowed = one === undefined ? some : [one];
  const elsewhere = allowed && destinations.find((each) => !allowed.some((address) => same(address, each)));
  if (elsewhere !== undefined) return `email to ${elsewhere} not allowed`;
  const senders = rules.allowed_sender_addresses;
  if (senders !== undefined && !senders.some((address) => same(address, from)))
    return `email from ${from} not allowed`;
  return undefined;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const malformed = ({ issues: [issue] }: z.ZodError): string =>
  `invalid message: ${issue?.path.join(".")}: ${issue?.message}`;
