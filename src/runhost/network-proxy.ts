import type { lookup as dnsLookup, LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction, type Socket } from 'node:net';

import { RequestError, Server } from 'proxy-chain';

import {
  canonicalHost,
  isAddress,
  isAddressListed,
  isListed,
  type HostPattern,
  type NetworkRefusal,
} from '../domain/run/network.ts';
import { messageOf } from '../lib/errors.ts';
import { isPublicAddress } from './network-addresses.ts';

export type Refused = { readonly host: string; readonly port: number; readonly why: NetworkRefusal };

type ProxyOptions = {
  readonly patterns: readonly HostPattern[];
  readonly onRefused: (refused: Refused) => void;
};

const CONNECTIONS_MAX = 256; // far more than a package manager opens, far fewer than a process may
const STATUS_FORBIDDEN = 403;
const STATUS_BAD_GATEWAY = 502;

/** An HTTP proxy (CONNECT and plain http) that reaches listed hosts only. It listens nowhere: it is handed its connections. */
export function createNetworkProxy({ patterns, onRefused }: ProxyOptions): { take(socket: Socket): void } {
  const refuse = (host: string, port: number, why: NetworkRefusal): never => {
    onRefused({ host, port, why });
    throw new RequestError(`The network policy of this run refuses ${host}:${port} (${why}).\n`, STATUS_FORBIDDEN);
  };
  const proxy = new SocketProxy({
    async prepareRequestFunction({ hostname, port }) {
      const host = canonicalHost(hostname);
      if (host === null) return refuse('?', port, 'not-a-host');
      if (!isListed(patterns, host, port)) return refuse(host, port, 'not-listed');
      const found = isAddress(host) ? [{ address: host, family: isIP(host) }] : await resolve(host);
      const open = found.filter(({ address }) => isPublicAddress(address) || isAddressListed(patterns, address, port));
      return open.length === 0 ? refuse(host, port, 'private-address') : { dnsLookup: lookupOf(open) };
    },
  });
  let connections = 0;
  return {
    take(socket) {
      if (connections >= CONNECTIONS_MAX) return void socket.destroy();
      connections += 1;
      socket.once('close', () => {
        connections -= 1;
      });
      proxy.server.emit('connection', socket);
      socket.resume();
    },
  };
}

/** The library takes a connection without a remote address, as those of unix sockets are, for one that is gone. */
class SocketProxy extends Server {
  override onConnection(socket: Parameters<Server['registerConnection']>[0]): void {
    this.registerConnection(socket);
    socket.on('error', () => {}); // whoever handles the request hears of it, too
  }
}

async function resolve(host: string): Promise<readonly LookupAddress[]> {
  try {
    return await lookup(host, { all: true });
  } catch (error) {
    throw new RequestError(`${host} could not be resolved: ${messageOf(error)}\n`, STATUS_BAD_GATEWAY);
  }
}

/**
 * Gives exactly the addresses that were judged, so that a name that changes its mind before the connection gains nothing.
 * The library only hands it on to `net.connect`, which never asks for it by its promise.
 */
function lookupOf(addresses: readonly LookupAddress[]): typeof dnsLookup {
  const answer: LookupFunction = (_, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
  return answer as typeof dnsLookup;
}
