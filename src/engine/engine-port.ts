/** One end of a channel of messages: all that host and client ask of a Web Worker or a worker thread. */
export interface EnginePort {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** called when no message can come any more (an error, an exit); one death may call it more than once */
  onFailure(listener: (cause: unknown) => void): void;
}

/** What a browser's Worker, its global scope inside, and a MessagePort have in common. */
export interface WebPort {
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  start?(): void;
}

/** What Node's Worker and its parentPort have in common. */
export interface NodePort {
  postMessage(message: unknown): void;
  on(type: string, listener: (value: unknown) => void): unknown;
}

export function fromWebPort(port: WebPort): EnginePort {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.addEventListener('message', (event) => listener((event as MessageEvent<unknown>).data));
      // A MessagePort holds its messages back until it is started; a Worker has no such method.
      port.start?.();
    },
    onFailure: (listener) => {
      for (const type of ['error', 'messageerror', 'close']) port.addEventListener(type, listener);
    },
  };
}

export function fromNodePort(port: NodePort): EnginePort {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    onFailure: (listener) => {
      // A Worker errs or exits; a MessagePort closes.
      for (const type of ['error', 'messageerror', 'exit', 'close']) port.on(type, listener);
    },
  };
}
