import type { PageMarkdown } from './page-markdown.ts';

/** A page and the address of its Markdown. */
export interface MarkdownPage extends PageMarkdown {
  markdownUrl: string;
}

interface Section {
  heading: string;
  pages: readonly MarkdownPage[];
}

/** An index of pages for language models: title, one line about the site, then a list a section. https://llmstxt.org */
export function llmsIndex(title: string, about: string, sections: readonly Section[]): string {
  const list = ({ heading, pages }: Section) =>
    `## ${heading}\n\n${pages.map(({ title, markdownUrl, description }) => `- [${title}](${markdownUrl})${description && `: ${description}`}`).join('\n')}`;
  return `# ${title}\n\n> ${about}\n\n${sections.map(list).join('\n\n')}\n`;
}

/** The whole text of pages, one after the other, each under its address. */
export function llmsFullText(pages: readonly MarkdownPage[]): string {
  return pages.map(({ url, markdown }) => `<!-- ${url} -->\n\n${markdown}`).join('\n');
}
