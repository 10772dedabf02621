/**
 * A page with the generated part of it replaced: what stands between `<!-- NAME -->` and `<!-- /NAME -->`.
 * Throws when the page does not have both markers.
 */
export function withSection(page: string, name: string, section: string): string {
  const open = `<!-- ${name} -->\n`;
  const close = `\n<!-- /${name} -->`;
  const start = page.indexOf(open);
  const end = page.indexOf(close, start + open.length - 1);
  if (start < 0 || end < 0) throw new Error(`the page has no ${open.trim()} … ${close.trim()}`);
  return page.slice(0, start + open.length) + section + page.slice(end);
}
