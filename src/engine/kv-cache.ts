import type { ModelConfig } from './model-file.ts';

/**
 * Keys and values of every token seen, in blocks of `blockSize` tokens that need not lie together. A sequence's block
 * table lists its blocks in order: position p lives in block `blocks[floor(p / blockSize)]`, at row p % blockSize.
 * Source: Kwon et al. 2023 (PagedAttention), https://arxiv.org/abs/2309.06180
 */
export class KvCache {
  readonly blockSize: number;
  readonly blockCount: number;
  /** numbers in one token's keys (or values) of one layer: kvHeads x headSize */
  readonly width: number;
  /** one per layer, each [blockCount x blockSize, width] */
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];

  constructor(config: ModelConfig, blockCount: number, blockSize: number) {
    this.blockSize = blockSize;
    this.blockCount = blockCount;
    this.width = config.kvHeadCount * config.headSize;
    const allocate = () =>
      Array.from({ length: config.layerCount }, () => new Float32Array(blockCount * blockSize * this.width));
    this.keys = allocate();
    this.values = allocate();
  }

  /** Copies all layers of a block: what a fork does before its first write. */
  copyBlock(from: number, to: number): void {
    const size = this.blockSize * this.width;
    for (const rows of [...this.keys, ...this.values]) rows.copyWithin(to * size, from * size, (from + 1) * size);
  }

  /** Where the row of `position` starts in a layer's keys and values. */
  rowStart(blocks: readonly number[], position: number): number {
    const block = blocks[Math.floor(position / this.blockSize)]!;
    return (block * this.blockSize + (position % this.blockSize)) * this.width;
  }
}
