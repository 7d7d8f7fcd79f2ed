import type { CallEvent } from '#experiments/run-calls.ts';

/** A body is shown up to here; all of it may be thousands of numbers. */
const SHOWN_TEXT = 400;
const SHOWN_BYTES = 48;
/** Headers that say how a body is to be read. No other leaves this server: one may hold a key. */
const SHOWN_HEADERS = ['content-type', 'content-length', 'inference-header-content-length'];

/** One message as it went over the wire. */
export interface WireMessage {
  headers: Readonly<Record<string, unknown>>;
  body: Uint8Array;
}

/** Message -> event: JSON as text, what follows it as hexadecimal bytes, both cut short. */
export function wireEvent(direction: 'sent' | 'received', { headers, body }: WireMessage): CallEvent {
  const shown = SHOWN_HEADERS.flatMap((name): [string, string][] => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const jsonLength = Number(headers['inference-header-content-length'] ?? body.length);
  const text = new TextDecoder().decode(body.subarray(0, Math.min(jsonLength, SHOWN_TEXT)));
  const tail = body.subarray(jsonLength, jsonLength + SHOWN_BYTES);
  const hex = Array.from(tail, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const cutText = jsonLength > SHOWN_TEXT ? '…' : '';
  const cutTail = body.length > jsonLength + SHOWN_BYTES ? ' …' : '';
  return {
    type: 'wire',
    direction,
    headers: { ...Object.fromEntries(shown), 'content-length': String(body.length) },
    body: text + cutText + (hex && `\n${hex}${cutTail}`),
  };
}
