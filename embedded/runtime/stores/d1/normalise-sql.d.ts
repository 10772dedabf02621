/** See normalise-sql.js, which also runs in workerd and so has no types of its own. */
export function normaliseSql(sql: string): { readonly sql: string; readonly readOnly: boolean };
export function isReadOnly(sql: string): boolean;
