import { expect } from "vitest";

interface Ran {
  readonly code: number | null;
  readonly out: string;
}

/** What a command printed that has to succeed. */
export async function succeeding(ran: Promise<Ran>): Promise<string> {
  const { code, out } = await ran;
  expect(code, out).toBe(0);
  return out;
}

/** What a command printed that has to be refused. */
export async function refused(ran: Promise<Ran>): Promise<string> {
  const { code, out } = await ran;
  expect(code, out).not.toBe(0);
  return out;
}
