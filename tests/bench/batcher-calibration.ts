/*
 * npm run calibrate:batcher
 * The simulator of Triton's dynamic batcher against real Triton on this machine. Starts a Triton of its own (installed by
 * `npm run engines -- --only triton`) with one model of known service time, drives every setting of batcher-points.ts
 * three times, fits the constants to some of them, judges by the others, and writes src/simulators/calibration/dynamic-batcher.json.
 * `-- --missing` measures only the settings that the file lacks;
 * `-- --refit` fits again to what was measured before; `-- --check` only prints the residuals.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { format } from 'prettier';
import {
  type BatcherCalibration,
  COMPARED,
  JUDGED,
  type MeasuredPoint,
  residualsOf,
} from '#explorables/dynamic-batcher-residual.ts';
import { summariseServed } from '#explorables/dynamic-batcher-summary.ts';
import { percentile } from '#metrics/percentile.ts';
import type { CalibrationPoint } from '#simulators/batcher-calibration.ts';
import { startEngine } from '../../playground-server/engines/start-engine.ts';
import { triton } from '../../playground-server/engines/triton.ts';
import { makeTritonPlace } from '../engines/triton-under-test.ts';
import { type Drive, drive } from './batcher-client.ts';
import { fitConstants } from './batcher-fit.ts';
import { points } from './batcher-points.ts';

const FILE = resolve(import.meta.dirname, '../../src/simulators/calibration/dynamic-batcher.json');
const MODEL = 'delay-batched';
const REPEATS = 3;
const MAX_CLIENT_BUSY = 0.7;
/** Somebody else's work on the machine delays Triton as well: such a repeat is measured again. */
const MAX_MACHINE_BUSY = 0.6;
const MAX_TRIES = 6;
const PAUSE_MS = 3000;

/** The model's own configuration with the settings of a point, as Triton's load call takes it. */
function configOf(point: CalibrationPoint, config: Record<string, unknown>): Record<string, unknown> {
  const { batching, service } = point;
  const others = Object.entries(config).filter(([name]) => name !== 'dynamic_batching');
  return {
    ...Object.fromEntries(others),
    max_batch_size: point.maxBatchSize,
    instance_group: [{ count: point.instances, kind: 'KIND_CPU' }],
    parameters: {
      base_ms: { string_value: String(service.baseMs) },
      item_ms: { string_value: String(service.itemMs) },
    },
    ...(batching && {
      dynamic_batching: {
        max_queue_delay_microseconds: batching.maxQueueDelayMs * 1000,
        preferred_batch_size: batching.preferredBatchSizes,
      },
    }),
  };
}

async function post(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}

async function measure(todo: readonly CalibrationPoint[]): Promise<Omit<BatcherCalibration, 'constants'>> {
  const load = loadavg();
  const place = await makeTritonPlace();
  const folder = mkdtempSync(join(tmpdir(), 'batcher-calibration-'));
  const repository = join(folder, 'models');
  mkdirSync(join(repository, MODEL), { recursive: true });
  const source = join(place.settings.modelRepository, MODEL);
  cpSync(join(source, 'config.pbtxt'), join(repository, MODEL, 'config.pbtxt'));
  symlinkSync(join(source, '1'), join(repository, MODEL, '1'));
  const settings = { ...place.settings, modelRepository: repository };
  const venv = join(settings.directory, 'triton', 'venv');
  const command = triton.command({ settings, venv, python: place.python, log: join(folder, 'log.txt') });
  const engine = await startEngine(command);
  try {
    const version = await triton.waitUntilReady(settings, AbortSignal.any([engine.ended, AbortSignal.timeout(60_000)]));
    const url = triton.urls(settings)['http']!;
    const config = (await (await fetch(`${url}/v2/models/${MODEL}/config`)).json()) as Record<string, unknown>;
    const measured: MeasuredPoint[] = [];
    const discarded: string[] = [];
    for (const point of todo) {
      await post(`${url}/v2/repository/models/${MODEL}/load`, {
        parameters: { config: JSON.stringify(configOf(point, config)) },
      });
      const tries: MeasuredPoint['repeats'][number][] = [];
      const quiet = () => tries.filter(({ machineBusyShare }) => machineBusyShare <= MAX_MACHINE_BUSY);
      while (quiet().length < REPEATS && tries.length < MAX_TRIES) {
        if (tries.length > quiet().length) await wait(PAUSE_MS);
        tries.push(repeatOf(await drive(url, MODEL, point.workload)));
      }
      const repeats = tries.sort((a, b) => a.machineBusyShare - b.machineBusyShare).slice(0, REPEATS);
      const busiest = Math.max(...repeats.map(({ clientBusyShare }) => clientBusyShare));
      const wasDisturbed = repeats.some(({ machineBusyShare }) => machineBusyShare > MAX_MACHINE_BUSY);
      if (busiest > MAX_CLIENT_BUSY || wasDisturbed) discarded.push(point.id);
      else measured.push({ ...point, repeats });
      console.log(
        `${measured.length + discarded.length}/${todo.length} ${point.id}, client busy ${busiest}, ${tries.length} tries`,
      );
    }
    return {
      schemaVersion: 1,
      measuredOn: new Date().toISOString().slice(0, 10),
      command: 'npm run calibrate:batcher',
      environment: {
        engine: `Triton Inference Server ${version}, python backend`,
        model: `${MODEL}: sleeps baseMs + itemMs x batch size`,
        transport: 'HTTP, JSON, keep-alive, client on the same machine',
        cpu: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores`,
        system: `${process.platform} ${release()}`,
        node: process.versions.node,
        load: `load average ${load.map((value) => value.toFixed(1)).join(', ')} before`,
      },
      points: measured,
      discarded,
    };
  } finally {
    await engine.stop();
    rmSync(folder, { recursive: true });
    place.remove();
  }
}

function repeatOf({ served, clientBusyShare, machineBusyShare }: Drive): MeasuredPoint['repeats'][number] {
  const { throughputPerSecond, meanBatch, latencyP50Ms, latencyP99Ms } = summariseServed(served);
  return {
    throughputPerSecond: round(throughputPerSecond),
    meanBatch: round(meanBatch),
    latencyP50Ms: round(latencyP50Ms),
    latencyP99Ms: round(latencyP99Ms),
    clientBusyShare: round(clientBusyShare),
    machineBusyShare: round(machineBusyShare),
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;

function report({ points: measured, constants, discarded }: BatcherCalibration): boolean {
  const residuals = residualsOf(measured, constants);
  const percent = (share: number) => `${share >= 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;
  const rows = residuals.map(({ point, numbers, isWithin }) => [
    point.id,
    {
      role: point.role,
      ...Object.fromEntries(
        COMPARED.map((name) => [
          name,
          `${percent(numbers[name].share)} (spread ${(numbers[name].spread * 100).toFixed(0)} %)`,
        ]),
      ),
      ok: isWithin,
    },
  ]);
  console.table(Object.fromEntries(rows));
  console.log('constants, ms:', constants);
  for (const name of COMPARED) {
    const shares = residuals.map(({ numbers }) => Math.abs(numbers[name].share));
    console.log(`${name}: median ${percent(percentile(shares, 50))}, worst ${percent(Math.max(...shares))}`);
  }
  const within = residuals.filter(({ isWithin }) => isWithin).length;
  console.log(
    `${within} of ${residuals.length} settings within the bar (${JUDGED.join(', ')}); ${discarded.length} discarded`,
  );
  return within === residuals.length;
}

const has = (flag: string) => process.argv.includes(flag);
const readKept = () => JSON.parse(readFileSync(FILE, 'utf8')) as BatcherCalibration;
const known = has('--refit') || has('--check') ? readKept() : await measureAll();
// A point keeps what was measured, not whether it was fitted to.
const roles = new Map(points.map(({ id, role }) => [id, role]));
const measured = {
  ...known,
  points: known.points.map((point) => ({ ...point, role: roles.get(point.id) ?? point.role })),
};
const constants = has('--check')
  ? readKept().constants
  : fitConstants(measured.points.filter(({ role }) => role === 'fit'));
const calibration: BatcherCalibration = { ...measured, constants };
mkdirSync(resolve(FILE, '..'), { recursive: true });
if (!has('--check'))
  writeFileSync(FILE, await format(JSON.stringify(calibration), { parser: 'json', printWidth: 120 }));
if (!report(calibration)) process.exitCode = 1;

/** All points; with `--missing` those that the file lacks, beside those it has. */
async function measureAll(): Promise<Omit<BatcherCalibration, 'constants'>> {
  if (!has('--missing')) return measure(points);
  const kept = readKept();
  const added = await measure(points.filter(({ id }) => !kept.points.some((point) => point.id === id)));
  const order = points.map(({ id }) => id);
  return {
    ...added,
    points: [...kept.points, ...added.points].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id)),
  };
}
