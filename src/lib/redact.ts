/** Removes secrets from text that leaves the process. */
export type Redactor = (text: string) => string;

const VALUE_CHARACTERS_MIN = 8; // shorter values would erase ordinary words

// Shapes of credentials that nobody registered. GitHub's installation tokens may hold dots, dashes and 500 characters.
const shapes = [
  /\bgh[oprsu]_[A-Za-z0-9._-]{16,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bsk-[A-Za-z0-9_-]{20,}/g,
  // Only where such a word begins: looked for at every `eyJ` inside one, a long word takes its length squared.
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
  /(?<=:\/\/)[^/\s:@]+:[^/\s@]+(?=@)/g,
];

/**
 * Knows the exact `values` in the forms they are likely to take, and the shapes of well-known credentials. Also tells nothing
 * of where the server keeps its state, which is at the absolute path `home`: paths in a workspace begin at its repository.
 */
export function createRedactor(values: Iterable<string>, home: string | null = null): Redactor {
  const forms = new Set<string>();
  for (const value of values) {
    if (value.length < VALUE_CHARACTERS_MIN) continue;
    const bytes = Buffer.from(value);
    for (const form of [
      value,
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      encodeURIComponent(value),
      value.split('').reverse().join(''),
    ]) {
      forms.add(form.replace(/=+$/, ''));
    }
  }
  const ordered = [...forms].sort((one, other) => other.length - one.length);
  const withoutHome = home === null ? (text: string): string => text : homeRemover(home);
  return (text) => {
    let clean = withoutHome(text);
    for (const form of ordered) clean = clean.replaceAll(form, '[redacted]');
    for (const shape of shapes) clean = clean.replace(shape, '[redacted]');
    return clean;
  };
}

function homeRemover(home: string): Redactor {
  const escaped = home.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const begin = `(?<![\\w.-])${escaped}`;
  const inRepository = new RegExp(`${begin}/workspaces/[^/\\s]+/repo/`, 'g');
  const other = new RegExp(`${begin}(?![\\w.-])[\\w./@+-]*`, 'g');
  return (text) => text.replace(inRepository, '').replace(other, '[a path on the server]');
}
