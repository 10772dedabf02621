import type { IncomingMessage, ServerResponse } from "node:http";

export interface KeptEmail {
  readonly id: string;
  /** ISO 8601. */
  readonly sentOn: string;
  /** The Worker that sent it. */
  readonly script: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** The whole message, where code wrote it itself. */
  readonly raw?: string | undefined;
}

/** Messages that Workers sent: one file each in `<folder>/<account>`, oldest first. None leaves the machine. */
export interface Emails {
  readonly handle: (account: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly list: (account: string) => readonly KeptEmail[];
  /** Forgets all of an account. */
  readonly clear: (account: string) => void;
}
