import { only, paired, type Variants } from "./variants.ts";

/** A part of a text, with the place in the bundle that it comes from. */
export type Part =
  | { readonly kind: "text"; readonly text: string; readonly at: number }
  /**
   * A value that only running code has; `code` is how the code says it. With `sample` it is a text of that form, any number of
   * times over: `?` of `ids.map(() => "?")`.
   */
  | {
      readonly kind: "hole";
      readonly code: string;
      readonly sample: string | undefined;
      readonly at: number;
    };

export type Text = readonly Part[];
export type Texts = Variants<Text>;

export const literal = (text: string, at: number): Texts => only([{ kind: "text", text, at }]);

export const hole = (code: string, at: number, sample?: string): Texts =>
  only([{ kind: "hole", code: code.replace(/\s+/g, " "), sample, at }]);

export const joined = (a: Texts, b: Texts): Texts => paired(a, b, (left, right) => [...left, ...right]);

/** The text where all of it is known. */
export const known = (text: Text): string | undefined =>
  text.every((part) => part.kind === "text") ? text.map((part) => part.text).join("") : undefined;
