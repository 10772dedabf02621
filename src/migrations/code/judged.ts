import type { Form } from "../../statements/statement.ts";
import type { Verdict } from "./prepared.ts";

/** A form of a statement for which nothing can have what it needs. */
export interface Broken {
  readonly form: Form;
  readonly missing: Extract<Verdict, { readonly kind: "missing" }>;
}

/**
 * The first form of a statement that cannot work. Where code goes one way or another, forms are of ways that may never come together:
 * a way is broken only when none of its forms works, so that what is refused fails whichever of them is sent.
 */
export function broken(forms: readonly Form[], verdict: (form: Form) => Verdict): Broken | undefined {
  const judged = forms.map((form) => ({ form, said: verdict(form) }));
  const failing = judged.flatMap(({ form, said }) =>
    said.kind === "missing" ? [{ form, missing: said }] : [],
  );
  const never = (of: (form: Form) => boolean): boolean =>
    judged.every(({ form, said }) => !of(form) || !(said.kind === "fits" || said.kind === "unread"));
  return failing.find(
    ({ form }) =>
      never(() => true) ||
      Object.entries(form.ways).some(([place, way]) => never((other) => other.ways[place] === way)),
  );
}
