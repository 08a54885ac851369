/** A host that an agent may reach: an exact name or address, `*.example.com` (any name below it) or `*` (any at all). */
export type HostPattern = {
  /** As `canonicalHost` writes it, behind the `*.` where there is one. */
  readonly host: string;
  /** Null: any port. */
  readonly port: number | null;
};

/**
 * What an agent may reach: all that this machine does, or only these hosts by way of a proxy, each as `parseHostPattern`
 * reads it. An empty list is no network.
 */
export type NetworkPolicy = 'open' | readonly string[];

/** Why a connection was refused. */
export type NetworkRefusal = 'not-listed' | 'private-address' | 'not-a-host';

const PORT_DEFAULT = 443;
const PORT_MAX = 65_535;
/** As long as a name in the DNS may be. */
export const HOST_CHARACTERS_MAX = 253;

/** Reads `HOST`, `HOST:PORT` or `HOST:*`; without a port it is 443. An IPv6 address stands in brackets. Null when it is neither. */
export function parseHostPattern(text: string): HostPattern | null {
  const parts = /^(\[[0-9a-f:.]+\]|[^[\]:\s]+)(?::(\*|\d{1,5}))?$/i.exec(text);
  if (parts === null) return null;
  const [, name = '', portText = String(PORT_DEFAULT)] = parts;
  const port = portText === '*' ? null : Number(portText);
  if (port !== null && (port < 1 || port > PORT_MAX)) return null;
  if (name === '*') return { host: '*', port };
  const stem = name.startsWith('*.') ? '*.' : '';
  const host = canonicalHost(name.slice(stem.length));
  if (host === null || (stem !== '' && isAddress(host))) return null;
  return { host: `${stem}${host}`, port };
}

/**
 * One way to write a host: small letters, no dot at the end, no brackets, and the usual form of an address (0x7f.1 is
 * 127.0.0.1). Null for what is no host at all.
 */
export function canonicalHost(text: string): string | null {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (!/^[A-Za-z0-9:._-]+$/.test(bare) || bare.length > HOST_CHARACTERS_MAX) return null;
  const url = `http://${bare.includes(':') ? `[${bare}]` : bare}/`;
  if (!URL.canParse(url)) return null;
  const { hostname } = new URL(url);
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '') || null;
}

/** Whether the patterns name this host. `host` is canonical. */
export function isListed(patterns: readonly HostPattern[], host: string, port: number): boolean {
  return patterns.some((one) => (one.port === null || one.port === port) && covers(one.host, host));
}

/** Whether the patterns name exactly this address: what a private one needs, since a name may point anywhere. */
export function isAddressListed(patterns: readonly HostPattern[], address: string, port: number): boolean {
  const host = canonicalHost(address);
  return host !== null && patterns.some((one) => one.host === host && (one.port === null || one.port === port));
}

/** Whether a canonical host is an address and no name. */
export function isAddress(host: string): boolean {
  return host.includes(':') || /^\d+(?:\.\d+){3}$/.test(host);
}

function covers(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && !isAddress(host) : pattern === host;
}
