/** What JSON can hold. */
type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

/**
 * A binding as Cloudflare's API spells it, bound by {@link raw}.
 *
 * @example
 * const inbox: Raw = raw({ type: "messaging", namespace: "inbox" });
 */
export interface Raw {
  readonly kind: "raw";
  /** Its members without `name`. */
  readonly binding: { readonly type: string; readonly [member: string]: JsonValue };
}

/**
 * Binds what this vocabulary has no word for, with the members that Cloudflare's API documents for the type. Nothing is known
 * of it: the code sees `unknown`, and nothing is checked before Cloudflare is asked.
 *
 * What passes is what the Cloudflare provider knows: its types (the ones of this vocabulary, `messaging` and `inherit`) and
 * their members. It refuses any other type in the preview.
 *
 * @example
 * worker("api", { ...settings, env: { INBOX: raw({ type: "messaging", namespace: "inbox" }) } });
 */
export const raw = (binding: Raw["binding"]): Raw => ({ kind: "raw", binding });
