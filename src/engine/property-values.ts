// Texts by which the Pulumi engine says what plain JSON cannot: the same in every language and release.

/** What stands for a value that is not known before the deployment. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The engine has one for each type of value; {@link unknownValue} is that of a text, and what an SDK sends. */
export const unknownValues: ReadonlySet<string> = new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** The property that makes an object more than its properties; its value is one of the signatures below. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
export const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
export const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
export const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
export const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

/** A value as it is without the wrapping of the secrets in it, at any depth. It is compared, and never shown. */
export function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value);
  if (members.some(([key, each]) => key === signatureKey && each === secretSignature))
    return unwrapped(members.find(([key]) => key === "value")?.[1]);
  return Object.fromEntries(members.map(([key, each]) => [key, unwrapped(each)]));
}
