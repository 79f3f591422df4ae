/**
 * An Ethernet hub: the network devices of several machines on one wire. A frame sent at one port is received at all
 * others, at once and in order of their making. It learns no addresses, delays nothing and loses nothing. Pure TypeScript.
 */
import type { NetworkBackend } from "./backends.ts";

export class Hub {
  readonly #ports: NetworkBackend[] = [];

  /** One more socket for a cable. */
  port(): NetworkBackend {
    const port: NetworkBackend = {
      receive: undefined,
      send: (frame) => {
        for (const other of this.#ports) if (other !== port) other.receive?.(frame);
      },
    };
    this.#ports.push(port);
    return port;
  }
}
