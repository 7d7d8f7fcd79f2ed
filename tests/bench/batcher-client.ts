import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import type { ServedRequest } from '#explorables/dynamic-batcher-summary.ts';
import { type CalibrationPoint, wholeArrivalsMs } from '#simulators/batcher-calibration.ts';

const MAX_CONNECTIONS = 512;

export interface Drive {
  served: ServedRequest[];
  /** share of the time in which this process's event loop had work: near 1, it would measure itself */
  clientBusyShare: number;
  /** share of all processor time that anything on this machine used meanwhile */
  machineBusyShare: number;
}

/** Sends a point's workload to a model whose answers carry BATCH_SIZE, and waits for every answer. Throws at the first refusal. */
export async function drive(url: string, model: string, workload: CalibrationPoint['workload']): Promise<Drive> {
  const pool = new Pool(url, { connections: MAX_CONNECTIONS, pipelining: 1 });
  const body = JSON.stringify({
    inputs: [{ name: 'X', datatype: 'FP32', shape: [1, 1], data: [1] }],
    outputs: [{ name: 'BATCH_SIZE' }],
  });
  const served: ServedRequest[] = [];
  const send = async (): Promise<void> => {
    const sentAtMs = performance.now();
    const answer = await pool.request({ path: `/v2/models/${model}/infer`, method: 'POST', body });
    const text = await answer.body.text();
    const answeredAtMs = performance.now();
    if (answer.statusCode !== 200) throw new Error(`${model}: ${answer.statusCode} ${text}`);
    const { outputs } = JSON.parse(text) as { outputs: { data: number[] }[] };
    served.push({ sentAtMs, answeredAtMs, batchSize: outputs[0]!.data[0]! });
  };
  try {
    // Connections are opened before the clock runs.
    await Promise.all(Array.from({ length: 'clients' in workload ? workload.clients : 32 }, send));
    served.length = 0;
    const before = performance.eventLoopUtilization();
    const machineBefore = processorTimes();
    const startMs = performance.now();
    if ('clients' in workload) {
      const client = async () => {
        while (performance.now() - startMs < workload.durationMs) await send();
      };
      await Promise.all(Array.from({ length: workload.clients }, client));
    } else {
      const answers: Promise<void>[] = [];
      for (const atMs of wholeArrivalsMs(workload)) {
        const leftMs = startMs + atMs - performance.now();
        if (leftMs > 0) await wait(leftMs);
        answers.push(send());
      }
      await Promise.all(answers);
    }
    const machine = processorTimes();
    return {
      served,
      clientBusyShare: performance.eventLoopUtilization(before).utilization,
      machineBusyShare: 1 - (machine.idle - machineBefore.idle) / (machine.all - machineBefore.all),
    };
  } finally {
    await pool.close();
  }
}

function processorTimes(): { idle: number; all: number } {
  const times = cpus().map((each) => each.times);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    idle: sum(times.map(({ idle }) => idle)),
    all: sum(times.flatMap((each) => Object.values<number>(each))),
  };
}
