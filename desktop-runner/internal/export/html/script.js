"use strict";
(() => {
  const size = 25;
  const words = document.body.dataset;

  // Tables: pages of 25 rows on a screen. Printing shows all of them.
  for (const table of document.querySelectorAll("table")) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length <= size) continue;
    const pages = Math.ceil(rows.length / size);
    let page = 0;
    const bar = document.createElement("div");
    bar.className = "pages";
    const make = (word, step) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = word;
      button.addEventListener("click", () => show(page + step));
      return button;
    };
    const back = make(words.previous, -1), on = make(words.next, 1);
    const where = document.createElement("span");
    where.setAttribute("role", "status");
    bar.append(back, where, on);
    table.parentNode.after(bar);
    const show = (to) => {
      page = Math.min(Math.max(to, 0), pages - 1);
      rows.forEach((row, i) => row.classList.toggle("off", Math.floor(i / size) !== page));
      back.disabled = page === 0;
      on.disabled = page === pages - 1;
      where.textContent = words.page.replace("{page}", page + 1).replace("{pages}", pages);
    };
    show(0);
  }

  // Charts: what a mark stands for, by pointer or by arrow keys.
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  document.body.append(tip);
  for (const svg of document.querySelectorAll("svg")) {
    const marks = [...svg.querySelectorAll("title")].map((title) => {
      const mark = title.parentNode;
      mark.dataset.tip = title.textContent;
      title.remove();
      return mark;
    });
    if (marks.length === 0) continue;
    let at = -1;
    const hide = () => {
      tip.hidden = true;
      if (at >= 0) marks[at].classList.remove("at");
    };
    const tell = (i) => {
      hide();
      at = i;
      const mark = marks[at];
      mark.classList.add("at");
      tip.textContent = mark.dataset.tip;
      tip.hidden = false;
      const box = mark.getBoundingClientRect();
      const left = box.left + box.width / 2 - tip.offsetWidth / 2;
      tip.style.left = Math.min(Math.max(left, 4), innerWidth - tip.offsetWidth - 4) + scrollX + "px";
      tip.style.top = Math.max(box.top - tip.offsetHeight - 6, 2) + scrollY + "px";
    };
    svg.tabIndex = 0;
    svg.setAttribute("aria-label", svg.getAttribute("aria-label") + ". " + words.keys);
    svg.addEventListener("pointermove", (e) => (e.target.dataset.tip ? tell(marks.indexOf(e.target)) : hide()));
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("focus", () => svg.matches(":focus-visible") && tell(Math.max(at, 0)));
    svg.addEventListener("blur", hide);
    svg.addEventListener("keydown", (e) => {
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 }[e.key];
      if (e.key === "Escape") hide();
      if (to === undefined) return;
      e.preventDefault();
      tell(Math.min(Math.max(to, 0), marks.length - 1));
    });
  }
})();
