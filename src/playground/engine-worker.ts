import { Engine } from '#engine/engine.ts';
import { serveEngine } from '#engine/engine-host.ts';
import { fromWebPort } from '#engine/engine-port.ts';
import { parseModelFile } from '#engine/model-file.ts';

/** The one message this worker takes: the model file, and the port on which its engine then serves. */
export interface EngineWorkerStart {
  file: ArrayBuffer;
  port: MessagePort;
}

addEventListener('message', (event: MessageEvent<EngineWorkerStart>) => {
  const { file, port } = event.data;
  const loading = Promise.resolve().then(() => new Engine(parseModelFile(file)));
  void serveEngine(fromWebPort(port), loading);
});
