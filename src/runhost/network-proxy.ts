import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction, Socket } from 'node:net';

import { RequestError, Server } from 'proxy-chain';

import {
  canonicalHost,
  isAddress,
  isAddressListed,
  isListed,
  type HostPattern,
  type NetworkRefusal,
} from '../domain/run/network.ts';
import { isPublicAddress } from './network-addresses.ts';

export type Refused = { readonly host: string; readonly port: number; readonly why: NetworkRefusal };

type ProxyOptions = {
  readonly patterns: readonly HostPattern[];
  readonly onRefused: (refused: Refused) => void;
};

const CONNECTIONS_MAX = 256; // far more than a package manager opens, far fewer than a process may
const STATUS_FORBIDDEN = 403;

/** An HTTP proxy (CONNECT and plain http) that reaches listed hosts only. It listens nowhere: it is handed its connections. */
export function createNetworkProxy({ patterns, onRefused }: ProxyOptions): { take(socket: Socket): void } {
  const refuse = (host: string, port: number, why: NetworkRefusal): never => {
    onRefused({ host, port, why });
    throw new RequestError(`The network policy of this run refuses ${host}:${port} (${why}).\n`, STATUS_FORBIDDEN);
  };
  const proxy = new SocketProxy({
    prepareRequestFunction({ hostname, port }) {
      const host = canonicalHost(hostname);
      if (host === null) return refuse('?', port, 'not-a-host');
      if (!isListed(patterns, host, port)) return refuse(host, port, 'not-listed');
      if (isAddress(host) && !mayReach(patterns, host, port)) return refuse(host, port, 'private-address');
      const dnsLookup = guardedLookup(
        (address) => mayReach(patterns, address, port),
        () => onRefused({ host, port, why: 'private-address' }),
      );
      return { dnsLookup: dnsLookup as typeof lookup }; // it only hands this on to `net.connect`
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

function mayReach(patterns: readonly HostPattern[], address: string, port: number): boolean {
  return isPublicAddress(address) || isAddressListed(patterns, address, port);
}

/**
 * Resolves a name to those of its addresses that may be reached. The connection is made to exactly these, so that a name
 * that changes its mind in between gains nothing.
 */
function guardedLookup(mayReachAddress: (address: string) => boolean, onRefused: () => void): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      const open = found.filter(({ address }) => mayReachAddress(address));
      const [first] = open;
      if (first === undefined) {
        onRefused();
        return callback(new Error(`${hostname} has no address that may be reached.`), []);
      }
      return options.all === true ? callback(null, open) : callback(null, first.address, first.family);
    });
  };
}
