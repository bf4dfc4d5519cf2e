import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareChromium } from '../../scripts/chromium.mjs';
import { usagePage } from '../../src/lib/usage/page/usage-page.ts';
import { absent } from '../conformance/absent.ts';
import { exampleReport, hostileReport, hugeReport } from '../support/usage-reports.ts';

const PAGES = { example: exampleReport, hostile: hostileReport, huge: hugeReport };
type PageName = keyof typeof PAGES;
const names = Object.keys(PAGES) as PageName[];
const PHONE = { width: 360, height: 740 };
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// What runs in the page is text: the tests' types know no browser.
const OPEN_ALL = 'for (const each of document.querySelectorAll("details")) each.open = true';

const prepared = await prepareChromium().catch((cause: Error) => cause);

if (prepared instanceof Error) absent('the usage page in Chromium', prepared.message);
else {
  describe('the usage page in Chromium', () => {
    let folder: string;
    let browser: Browser;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'cvops-page-'));
      for (const name of names) writeFileSync(join(folder, `${name}.html`), usagePage(PAGES[name]()));
      browser = await chromium.launch({
        executablePath: prepared.executable,
        env: { ...process.env, ...prepared.env },
        // Its sandbox needs rights that containers do not give; it shows nothing but our own page.
        chromiumSandbox: false,
      });
    });

    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Opens a page without a network; whatever it says or asks for is in `told`. */
    async function opened(
      name: PageName,
      options: BrowserContextOptions,
      work: (page: Page, told: readonly string[]) => Promise<void>,
    ): Promise<void> {
      const context = await browser.newContext({ offline: true, ...options });
      try {
        const page = await context.newPage();
        const told: string[] = [];
        const address = pathToFileURL(join(folder, `${name}.html`)).href;
        page.on('console', (message) => told.push(message.text()));
        page.on('pageerror', (error) => told.push(error.message));
        page.on('dialog', (dialog) => told.push(dialog.message()));
        page.on('request', (request) => {
          if (request.url() !== address) told.push(request.url());
        });
        await page.goto(address);
        await work(page, told);
      } finally {
        await context.close();
      }
    }

    test.each(names)('asks for nothing, runs nothing and complains of nothing: %s', (name) =>
      opened(name, {}, async (page, told) => {
        await page.evaluate('document.fonts.ready.then(() => null)');
        expect(told).toEqual([]);
        expect(await page.evaluate('document.scripts.length + document.images.length')).toBe(0);
      }),
    );

    test.each(names.flatMap((name) => [320, 360, 768, 1_280].map((width) => [name, width] as const)))(
      'needs no scrolling to the side: %s at %d px, with all formulas open',
      (name, width) =>
        opened(name, { viewport: { ...PHONE, width } }, async (page) => {
          await page.evaluate(OPEN_ALL);
          expect(await page.evaluate('innerWidth')).toBe(width);
          expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(width);
        }),
    );

    test.each(names.flatMap((name) => (['light', 'dark'] as const).map((colorScheme) => [name, colorScheme] as const)))(
      'keeps the rules of accessibility that a program can check: %s, %s',
      (name, colorScheme) =>
        opened(name, { colorScheme, reducedMotion: 'reduce' }, async (page) => {
          await page.evaluate(OPEN_ALL);
          expect(await violations(page)).toEqual([]);
        }),
    );

    test('names every picture, and has one landmark of each kind and headings in order', () =>
      opened('example', {}, async (page) => {
        const session = await page.context().newCDPSession(page);
        const { nodes } = await session.send('Accessibility.getFullAXTree');
        const seen = nodes.filter(({ ignored }) => !ignored);
        const of = (role: string) => seen.filter((node) => node.role?.value === role);
        const nameOf = (node: (typeof nodes)[number]): unknown => node.name?.value;
        expect(of('image').length).toBeGreaterThan(15);
        expect(of('image').filter((node) => !nameOf(node))).toEqual([]);
        expect(of('article').map(nameOf)).toContain('SQS requests');
        expect(['banner', 'main', 'contentinfo'].map((role) => of(role).length)).toEqual([1, 1, 1]);
        const levels = of('heading').map((node) => node.properties?.find(({ name }) => name === 'level')?.value.value);
        expect(levels[0]).toBe(1);
        expect(levels.filter((level) => level === 1)).toHaveLength(1);
        expect(levels.every((level, index) => index === 0 || level <= levels[index - 1] + 1)).toBe(true);
      }));

    test('keeps a formula’s terms a table where a phone shows them line by line', () =>
      opened('example', { viewport: PHONE }, async (page) => {
        await page.evaluate(OPEN_ALL);
        const { length } = exampleReport().rows.flatMap(({ formula }) => formula.terms);
        const calls = Object.keys(exampleReport().self.calls).length;
        expect(await page.getByRole('rowheader').count()).toBe(length + calls);
        expect(await page.getByRole('table').getByRole('columnheader', { name: 'value' }).count()).toBeGreaterThan(8);
      }));

    test('opens a formula from the keyboard, and shows where the keyboard is', () =>
      opened('example', {}, async (page) => {
        const focused = () =>
          page.evaluate<{ tag: string; open: boolean | undefined; outline: number }>(`(() => {
            const element = document.activeElement;
            const { outlineStyle, outlineWidth } = getComputedStyle(element);
            const outline = outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth);
            return { tag: element.tagName, open: element.parentElement.open, outline };
          })()`);
        // The first stop is the link to the row nearest to its limit, the next that row's formula.
        await page.keyboard.press('Tab');
        expect(await focused()).toMatchObject({ tag: 'A' });
        expect((await focused()).outline).toBeGreaterThanOrEqual(2);
        await page.keyboard.press('Tab');
        expect(await focused()).toMatchObject({ tag: 'SUMMARY', open: false });
        expect((await focused()).outline).toBeGreaterThanOrEqual(2);
        await page.keyboard.press('Enter');
        expect(await focused()).toMatchObject({ tag: 'SUMMARY', open: true });
        expect(await page.locator('.formula').first().isVisible()).toBe(true);
      }));

    test('is light on paper, even where the screen is dark, and cuts no row', () =>
      opened('example', { colorScheme: 'dark' }, async (page) => {
        const colours = () =>
          page.evaluate('[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]');
        expect(await colours()).toEqual(['rgb(19, 24, 27)', 'rgb(233, 230, 223)']);
        await page.emulateMedia({ media: 'print' });
        expect(await colours()).toEqual(['rgba(0, 0, 0, 0)', 'rgb(27, 34, 39)']);
        const uncut = `[...document.querySelectorAll('.row')].every((row) => getComputedStyle(row).breakInside === 'avoid')`;
        expect(await page.evaluate(uncut)).toBe(true);
        const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
        // A4 in points, and the closed formulas leave no paper empty.
        expect(pdf).toMatch(/\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
        expect(pdf.match(/\/Type \/Page\b/g)!.length).toBeLessThanOrEqual(5);
      }));

    test('is drawn in every shape that it is looked at in', () =>
      opened('example', { viewport: PHONE }, async (page) => {
        // Bars and curves have a size and a colour: a policy that blocked the style would leave them black and wide.
        const bars = await page.evaluate<number[]>(
          `[...document.querySelectorAll('svg.bar')].map((bar) => bar.getBoundingClientRect().width)`,
        );
        expect(bars.length).toBeGreaterThan(8);
        expect(bars.every((width) => width > 250 && width <= PHONE.width)).toBe(true);
        const colours = await page.evaluate<string[]>(
          `['.track', '.used', '.projected', '.over'].map((kind) => getComputedStyle(document.querySelector('.bar ' + kind)).fill)`,
        );
        expect(new Set(colours).size).toBe(4);
        expect(colours).not.toContain('rgb(0, 0, 0)');
      }));
  });
}

/** What axe finds; run from outside the page, whose policy lets no script in. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate<AxeResults>('axe.run()');
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}
