import { visit } from 'unist-util-visit';

const META = /(?:^|\s)not-run="([^"]+)"/;

/** A fence's meta -> the reason nobody ran the code, or undefined. `title="x" not-run="needs 8 GPUs"` -> `needs 8 GPUs` */
export function notRunReason(meta: string | null | undefined): string | undefined {
  return META.exec(meta ?? '')?.[1];
}

const PREFIX = { en: 'Not executed by us: ', 'zh-TW': '我們沒有執行過：' };

interface Parent {
  children: unknown[];
}

/** Remark plugin: prints the reason of a fence marked `not-run="..."` below it. */
export function remarkNotRun() {
  return (tree: { type: string }, file: { path?: string | undefined }) => {
    const language = file.path?.replaceAll('\\', '/').includes('/zh-tw/') ? 'zh-TW' : 'en';
    visit(tree, 'code', (node: unknown, index: number | undefined, parent: Parent | undefined) => {
      const code = node as { meta?: string | null };
      const reason = notRunReason(code.meta);
      if (reason === undefined || index === undefined || !parent) return;
      code.meta = code.meta?.replace(META, '') ?? null;
      parent.children.splice(index + 1, 0, {
        type: 'paragraph',
        data: { hProperties: { className: ['proof'] } },
        children: [{ type: 'text', value: PREFIX[language] + reason }],
      });
    });
  };
}
