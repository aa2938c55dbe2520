/* Drawing: at most once per animation frame, touching only what has changed. */

const waiting = new Set();
let isScheduled = false;

function drawAll() {
  isScheduled = false;
  const now = [...waiting];
  waiting.clear();
  for (const draw of now) draw();
}

/** Calls draw in the next animation frame, once, however often it is asked for until then. */
export function drawSoon(draw) {
  waiting.add(draw);
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(drawAll);
}

/** Draws some times a second at most, for what is looked at for its shape and costs much to draw. */
export function calmly(draw, pauseMs) {
  let timer = null;
  return () => {
    timer ??= setTimeout(() => {
      timer = null;
      drawSoon(draw);
    }, pauseMs);
  };
}

/** Sets an element's text if it differs; tells whether it did. */
export function setText(element, text) {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}

/** Washes an element in the direction in which its number went; the wash settles by itself. */
export function flash(element, towards) {
  if (towards === "flat") return;
  element.classList.remove("flash-up", "flash-down");
  void element.offsetWidth;
  element.classList.add(`flash-${towards}`);
}

/** Shows a number in an element, and flashes it when it has changed. */
export function setNumber(element, text, value) {
  const before = element.dataset.value;
  const after = value ?? "";
  if (!setText(element, text) && before === after) return;
  element.dataset.value = after;
  if (before === undefined || before === "" || after === "" || before === after) return;
  flash(element, Number(after) > Number(before) ? "up" : "down");
}
