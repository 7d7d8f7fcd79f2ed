import { type Socket, connect } from 'node:net';
import { runOf } from './test-server.ts';

/** A connection to the server; the test decides what is sent and read. Errors show as the end of what was received. */
export function openSocket(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname).on('error', () => undefined);
}

/** Everything the server says until it closes the connection. */
export function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('close', () => resolve(answer));
  });
}

/** Asks for a run on a bare socket, so that the test decides what is read and how the connection ends. */
export function openRun(url: string): Socket {
  const socket = openSocket(url);
  const body = JSON.stringify(runOf());
  socket.write(
    `POST /runs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}
