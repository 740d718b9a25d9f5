// The `tcp` table of a machine, read: connections, listeners, and how many are in which state.

import type { Json } from "./tables";

export interface TcpConnection {
  name: string;
  state: string;
  owner: string;
  cwnd: number;
  ssthresh: number | null;
  in_flight: number;
  snd_wnd: number;
  rcv_wnd: number;
  srtt_ms: number | null;
  rto_ms: number;
  send_queue: number;
  receive_queue: number;
  bytes_sent: number;
  bytes_received: number;
  retransmissions: number;
}

export interface Listener {
  port: string;
  owner: string;
  backlog: number;
  syn_queue: number;
  accept_queue: number;
}

export interface TcpTable {
  connections: TcpConnection[];
  listeners: Listener[];
  counts: Record<string, number>;
}

/** No loss was seen yet: the threshold is as good as none (RFC 5681 section 3.1). */
const NO_THRESHOLD = 0xffff_ffff;

type Row = { [key: string]: Json };
const map = (value: Json | undefined): Row => (typeof value === "object" && value !== null && !Array.isArray(value) ? value : {});
const number = (value: Json | undefined) => (typeof value === "number" ? value : 0);
const text = (value: Json | undefined) => (typeof value === "string" ? value : "");

export function readTcp(tcp: Json): TcpTable {
  const table = map(tcp);
  const connections = Object.entries(map(table.connections)).map(([name, value]) => connection(name, map(value)));
  const listeners = Object.entries(map(table.listen)).map(([port, value]) => {
    const row = map(value);
    return { port, owner: text(row.owner), backlog: number(row.backlog), syn_queue: number(row.syn_queue), accept_queue: number(row.accept_queue) };
  });
  const counts = Object.fromEntries(Object.entries(map(table.states)).map(([state, value]) => [state, number(value)]));
  return { connections, listeners, counts: { ...counts, LISTEN: listeners.length } };
}

function connection(name: string, row: Row): TcpConnection {
  const ssthresh = number(row.ssthresh);
  const srtt = number(row.srtt_us);
  return {
    name,
    state: text(row.state),
    owner: text(row.owner),
    cwnd: number(row.cwnd),
    ssthresh: ssthresh >= NO_THRESHOLD ? null : ssthresh,
    in_flight: number(row.in_flight),
    snd_wnd: number(row.snd_wnd),
    rcv_wnd: number(row.rcv_wnd),
    srtt_ms: srtt === 0 ? null : srtt / 1000,
    rto_ms: number(row.rto_us) / 1000,
    send_queue: number(row.send_queue),
    receive_queue: number(row.receive_queue),
    bytes_sent: number(row.bytes_sent),
    bytes_received: number(row.bytes_received),
    retransmissions: number(row.retransmissions),
  };
}
