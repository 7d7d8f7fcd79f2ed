import { DRAWING_SIDE, decodeDrawing, encodeDrawing } from '#experiments/drawing.ts';
import { blankPixels, drawDigit, inkLine } from '#experiments/digit-drawings.ts';

type Point = readonly [x: number, y: number];

/** How far an arrow key moves the pen. */
const KEY_STEP = 2;
const KEYS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};

/**
 * `<lab-drawing>`: a sheet of 64 x 64 pixels to draw on, by pointer, by keyboard (arrow keys move the pen, Space sets it down
 * or lifts it) or from the list of digits. Its value is that of the input inside, as drawing.ts writes it.
 */
class LabDrawing extends HTMLElement {
  #pixels = blankPixels();
  #pen: Point = [DRAWING_SIDE / 2, DRAWING_SIDE / 2];
  #isPenDown = false;
  #hasKeyboardPen = false;

  connectedCallback(): void {
    const canvas = this.#canvas;
    this.#input.addEventListener('parameter-written', () => this.#read());
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#isPenDown = true;
      this.#hasKeyboardPen = false;
      this.#pen = this.#pointOf(event);
      this.#draw(this.#pen);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (this.#isPenDown && canvas.hasPointerCapture(event.pointerId)) this.#draw(this.#pointOf(event));
    });
    canvas.addEventListener('pointerup', () => (this.#isPenDown = false));
    canvas.addEventListener('pointercancel', () => (this.#isPenDown = false));
    canvas.addEventListener('keydown', (event) => this.#onKey(event));
    for (const button of this.querySelectorAll<HTMLButtonElement>('[data-digit]'))
      button.addEventListener('click', () => {
        const digit = button.dataset['digit'] ?? '';
        this.#input.value = digit === '' ? encodeDrawing([]) : drawDigit(Number(digit));
        this.#read();
        this.#tell();
      });
    this.#read();
  }

  get #input(): HTMLInputElement {
    return this.querySelector('input')!;
  }

  get #canvas(): HTMLCanvasElement {
    return this.querySelector('canvas')!;
  }

  #onKey(event: KeyboardEvent): void {
    const step = KEYS[event.key];
    if (!step && event.key !== ' ') return;
    event.preventDefault();
    this.#hasKeyboardPen = true;
    if (!step) this.#isPenDown = !this.#isPenDown;
    const clamp = (value: number) => Math.min(DRAWING_SIDE - 1, Math.max(0, value));
    const next: Point = [clamp(this.#pen[0] + (step?.[0] ?? 0)), clamp(this.#pen[1] + (step?.[1] ?? 0))];
    if (this.#isPenDown) this.#draw(next);
    else {
      this.#pen = next;
      this.#paint();
    }
  }

  #draw(to: Point): void {
    inkLine(this.#pixels, this.#pen, to);
    this.#pen = to;
    this.#paint();
    this.#input.value = encodeDrawing(this.#pixels);
    this.#tell();
  }

  #tell(): void {
    this.#input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  #read(): void {
    this.#pixels = decodeDrawing(this.#input.value) ?? blankPixels();
    this.#paint();
  }

  #pointOf({ offsetX, offsetY }: PointerEvent): Point {
    const { clientWidth, clientHeight } = this.#canvas;
    return [(offsetX * DRAWING_SIDE) / clientWidth, (offsetY * DRAWING_SIDE) / clientHeight];
  }

  #paint(): void {
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    const style = getComputedStyle(this);
    context.clearRect(0, 0, DRAWING_SIDE, DRAWING_SIDE);
    context.fillStyle = style.color;
    for (const [at, isInk] of this.#pixels.entries())
      if (isInk) context.fillRect(at % DRAWING_SIDE, Math.floor(at / DRAWING_SIDE), 1, 1);
    if (!this.#hasKeyboardPen) return;
    context.fillStyle = style.accentColor === 'auto' ? style.color : style.accentColor;
    context.fillRect(this.#pen[0] - 1, this.#pen[1] - 1, 3, 3);
  }
}

customElements.define('lab-drawing', LabDrawing);
