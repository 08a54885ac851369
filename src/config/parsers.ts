import { isIP } from 'node:net';
import { z } from 'zod';

/**
 * A schema of one variable from a function that gives its value or throws a `Mistake`. The sentence completes
 * "NAME …": what is wrong, and what to do.
 */
export function parser<Value>(read: (text: string) => Value): z.ZodType<Value, string> {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      context.issues.push({ code: 'custom', message: error.message, input: text });
      return z.NEVER;
    }
  });
}

/** What is wrong with a value, to be read after the variable's name. It never holds a secret. */
export class Mistake extends Error {}

const MICRO = 1_000_000;

/** Any text; what it means is found out later. */
export const name = parser((text) => text);

export const appId = parser((text) => {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Mistake("must be the App's numeric id; copy it from the top of the App's settings page on GitHub");
});

export const host = parser((text) => {
  if (isIP(text) !== 0 || text === 'localhost') return text;
  throw new Mistake('must be an IP address to listen on, such as 127.0.0.1 or 0.0.0.0');
});

/** A bounded whole number. Where the least is above 0, somebody may have meant "no limit" by 0, and is told. */
export function wholeNumber({ min, max }: { readonly min: number; readonly max: number }): z.ZodType<number, string> {
  return parser((text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : null;
    if (value === 0 && min > 0) {
      throw new Mistake(`is 0, and 0 does not mean "no limit" here; set a whole number from ${min} to ${max}`);
    }
    if (value === null || value < min || value > max) {
      throw new Mistake(`must be a whole number from ${min} to ${max}`);
    }
    return value;
  });
}

/** A sum in US dollars, such as 5 or 0.50, in micro dollars. 0 is refused: somebody may have meant "no limit" by it. */
export const dollars = parser((text) => {
  const value = /^\d{1,7}(?:\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * MICRO) : null;
  if (value === 0)
    throw new Mistake('is 0, and 0 does not mean "no limit" here; set a sum in US dollars, such as 5 or 0.50');
  if (value === null) throw new Mistake('must be a sum in US dollars, such as 5 or 0.50');
  return value;
});

export function oneOf<const Choice extends string>(choices: readonly Choice[]): z.ZodType<Choice, string> {
  return parser((text) => {
    const choice = choices.find((one) => one === text);
    if (choice !== undefined) return choice;
    throw new Mistake(`must be one of ${choices.join(', ')}`);
  });
}

/** An origin with an optional path, without a slash at its end. Tokens are sent there: no plain http to other machines. */
export const apiUrl = parser((text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw new Mistake('must be a URL such as https://api.github.com');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new Mistake('must be a plain URL without a user, a query or a fragment');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new Mistake('would send tokens unencrypted; use https, or http for this machine only');
  }
  return url.href.replace(/\/+$/, '');
});

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/** What agents must never be given: the server's own secrets, and any other key to GitHub. */
const withheld =
  /^(?:PRIVATE_KEY|PRIVATE_KEY_PATH|WEBHOOK_SECRET.*|DATABASE_URL|REEVE_.*|GITHUB_TOKEN|GH_TOKEN|.*_GITHUB_TOKEN)$/;

export const nameList = parser((text) => {
  const names = text.split(/[\s,]+/).filter((one) => one !== '');
  const odd = names.find((one) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(one));
  if (odd !== undefined) throw new Mistake('must be names of variables with commas between them, without their values');
  const secret = names.find((one) => withheld.test(one));
  if (secret !== undefined) {
    throw new Mistake(`names ${secret}, which an agent must not have: it needs no key to GitHub; remove it`);
  }
  return [...new Set(names)];
});
