import { ProblemError } from '#contract/problem-error.ts';
import type { Engine } from './engine.ts';
import type { EngineCommand, EngineMessage } from './engine-messages.ts';
import type { EnginePort } from './engine-port.ts';
import type { EngineEvent } from './engine-request.ts';

/**
 * Serves an engine over a port: commands in, messages out. Call it before the model is loaded, so that no command is
 * lost. Between two steps it lets the event loop run, so that an abort or a new call takes effect at the next step.
 */
export async function serveEngine(port: EnginePort, loading: Promise<Engine>): Promise<void> {
  const commands: EngineCommand[] = [];
  let wake: (() => void) | undefined;
  const state = { isOpen: true };
  port.onMessage((message) => {
    commands.push(message as EngineCommand);
    wake?.();
  });
  port.onFailure(() => {
    state.isOpen = false;
    wake?.();
  });
  const post = (message: EngineMessage) => port.post(message);

  let engine: Engine;
  try {
    engine = await loading;
  } catch (error) {
    // The words for the reader are in the problem; the cause is for whoever runs the server.
    console.error('The tiny engine cannot load its model.', error);
    post({ type: 'broken', problem: { code: 'unavailable', reason: 'model_not_loaded' } });
    return;
  }
  post({ type: 'ready' });

  while (state.isOpen) {
    for (const command of commands.splice(0)) obey(engine, command, post);
    if (engine.hasWork) stepOnce(engine, post);
    else await new Promise<void>((resolve) => (wake = resolve));
    wake = undefined;
    // After a wake too, so that calls sent together start in one step.
    await letEventsIn();
  }
}

function obey(engine: Engine, command: EngineCommand, post: (message: EngineMessage) => void): void {
  const { id } = command;
  try {
    switch (command.type) {
      case 'call':
        engine.addCall(id, command.call);
        break;
      case 'abort': {
        const ended = engine.abort(id);
        if (ended) post(toMessage(ended));
        break;
      }
      case 'logits':
        post({ type: 'logits', id, next: engine.readNextToken(command.prompt, command.answerIds) });
        break;
      default:
        command satisfies never;
    }
  } catch (error) {
    post({ type: 'problem', id, problem: ProblemError.from(error).problem });
  }
}

/** A step that throws fails every request: which of them is at fault, and what the step left behind, is not known. */
function stepOnce(engine: Engine, post: (message: EngineMessage) => void): void {
  try {
    for (const event of engine.step()) post(toMessage(event));
  } catch (error) {
    console.error('A step of the tiny engine failed.', error);
    for (const { id } of engine.snapshot().requests) {
      engine.abort(id);
      post({ type: 'problem', id, problem: { code: 'internal', reason: 'engine_failed' } });
    }
  }
}

function toMessage(event: EngineEvent): EngineMessage {
  if (event.type === 'ended') return event;
  const { type, id, text, alternatives } = event;
  return { type, id, text, tokenCount: 1, ...(alternatives && { alternatives }) };
}

/** One turn of the event loop. A timer would do, but browsers make nested timers wait 4 ms, longer than a step. */
function letEventsIn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
