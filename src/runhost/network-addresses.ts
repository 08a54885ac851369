import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

// What IANA lists as not globally reachable, and what could carry an IPv4 address past this list.
const closed = {
  ipv4: [
    ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
    ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
    ...['224.0.0.0/4', '240.0.0.0/4'],
  ],
  // Of IPv6 only 2000::/3 is in use; the rest of the space is closed as a whole.
  ipv6: ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
} as const;

// One list each: in a common one an IPv4 address would be looked for among the ranges of IPv6, too.
const blocked = { ipv4: rangesOf('ipv4'), ipv6: rangesOf('ipv6') };

/** Whether an address leads out of here: not to this machine, its network, or the services that hosts of clouds offer. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const name = family === 4 ? 'ipv4' : 'ipv6';
  return !blocked[name].check(address, name) && !isOwnAddress(address);
}

function rangesOf(family: 'ipv4' | 'ipv6'): BlockList {
  const ranges = new BlockList();
  for (const range of closed[family]) {
    const [network = '', prefix] = range.split('/');
    ranges.addSubnet(network, Number(prefix), family);
  }
  return ranges;
}

/** A machine may have a public address, and its own services behind it. */
function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((entries) => entries?.some((entry) => entry.address === address));
}
