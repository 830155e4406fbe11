"use strict";
/* The table of every lookup: filtered, paged and saved from the rows that stand in the page. */
(function () {
  const part = document.getElementById("every");
  const data = JSON.parse(document.getElementById("every-data").textContent);
  const columns = data.columns;
  const count = data.seconds.length;
  const words = part.dataset;
  const body = part.querySelector("tbody");
  const fields = {};
  part.querySelectorAll("[name]").forEach(function (field) { fields[field.name] = field; });
  const asCells = ["system", "lookup_id", "duty_state", "action", "channel", "workstation", "subject_type", "subject_id",
    "subject_name", "query_text", "case_id", "justification", "work_links", "detectors", "risk"];
  let found = [];
  let page = 0;

  function read(name, row) {
    const column = columns[name];
    return (column.shown || column.raw)[column.at[row]];
  }

  function raw(name, row) {
    return columns[name].raw[columns[name].at[row]];
  }

  function plain(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  }

  /* Each distinct value is searched once, not each row. */
  const searched = asCells.map(function (name) {
    const column = columns[name];
    return { at: column.at, texts: (column.shown || column.raw).map(plain) };
  });

  function rowsWith(term) {
    const hits = searched.map(function (column) {
      return { at: column.at, texts: column.texts.map(function (text) { return text.includes(term); }) };
    }).filter(function (column) { return column.texts.includes(true); });
    return function (row) { return hits.some(function (column) { return column.texts[column.at[row]]; }); };
  }

  function day(text) {
    return text ? Date.parse(text + "T00:00:00Z") / 1000 : null;
  }

  function filters() {
    const tests = plain(fields.text.value).split(/\s+/).filter(Boolean).map(rowsWith);
    [["system", "system"], ["state", "state"], ["duty", "duty_state"], ["alert", "alert"]].forEach(function (pair) {
      const wanted = fields[pair[0]].value;
      if (wanted) {
        tests.push(wanted === "any-question"
          ? function (row) { return raw("detectors", row) !== ""; }
          : wanted === "any-explained"
            ? function (row) { return raw("explained", row) !== ""; }
            : function (row) { return raw(pair[1], row) === wanted; });
      }
    });
    const first = day(fields.first.value);
    const last = day(fields.last.value);
    if (first !== null) { tests.push(function (row) { return data.seconds[row] >= first; }); }
    if (last !== null) { tests.push(function (row) { return data.seconds[row] < last + 86400; }); }
    return tests;
  }

  function number(value) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, data.grouping);
  }

  function when(row) {
    const at = new Date(data.seconds[row] * 1000);
    return data.weekdays[at.getUTCDay()] + " " + at.getUTCDate() + " " + data.months[at.getUTCMonth()] + " " +
      at.getUTCFullYear() + ", " + at.toISOString().slice(11, 19);
  }

  /* Text only ever becomes a text node, in an element that keeps its direction to itself. */
  function add(place, text, quiet) {
    if (!text) { return; }
    if (place.childNodes.length) { place.append(document.createElement("br")); }
    const one = document.createElement("bdi");
    one.textContent = text;
    if (quiet) { one.className = "quiet"; }
    place.append(one);
  }

  function joined(names, row, sign) {
    return names.map(function (name) { return read(name, row); }).filter(Boolean).join(sign);
  }

  function line(row) {
    const made = document.createElement("tr");
    const labels = JSON.parse(words.labels);
    const cells = labels.map(function (label, place) {
      const cell = document.createElement(place === 0 ? "th" : "td");
      if (place === 0) { cell.scope = "row"; } else { cell.dataset.label = label; }
      if (place === labels.length - 1) { cell.className = "number"; }
      made.append(cell);
      return cell;
    });
    add(cells[0], when(row));
    add(cells[0], joined(["offset", "duty_state"], row, " · "), true);
    add(cells[1], joined(["system", "lookup_id"], row, " "));
    add(cells[1], joined(["action", "channel"], row, ", "), true);
    add(cells[2], read("subject_id", row) || "–");
    add(cells[2], joined(["subject_type", "subject_name"], row, ", "), true);
    add(cells[3], read("query_text", row) || "–");
    add(cells[3], joined(["justification", "case_id"], row, " · "), true);
    add(cells[4], read("detectors", row));
    add(cells[4], read("work_links", row) || words.none, true);
    add(cells[5], read("risk", row) || "–");
    return made;
  }

  function draw(first, most) {
    body.replaceChildren.apply(body, found.slice(first, first + most).map(line));
  }

  function show() {
    const pages = Math.max(1, Math.ceil(found.length / data.rowsAPage));
    page = Math.min(Math.max(page, 0), pages - 1);
    draw(page * data.rowsAPage, data.rowsAPage);
    part.querySelector(".matches").textContent = words.matches
      .replace("{part}", number(found.length)).replace("{whole}", number(count));
    part.querySelector(".where").textContent = words.where
      .replace("{page}", number(page + 1)).replace("{pages}", number(pages));
    part.querySelector(".previous").disabled = page === 0;
    part.querySelector(".next").disabled = page === pages - 1;
  }

  function isSet() {
    return Object.keys(fields).some(function (name) { return fields[name].value !== ""; });
  }

  function filter() {
    const tests = filters();
    found = [];
    for (let row = 0; row < count; row += 1) {
      let fits = true;
      for (let nr = 0; fits && nr < tests.length; nr += 1) { fits = tests[nr](row); }
      if (fits) { found.push(row); }
    }
    page = 0;
    part.classList.toggle("filtered", isSet());
    show();
  }

  /* What a spreadsheet would take for a formula gets an apostrophe. */
  function cell(text) {
    const safe = /^\s*[=+\-@\t\r\n＝＋－＠]/.test(text) ? "'" + text : text;
    return "\"" + safe.replace(/"/g, "\"\"") + "\"";
  }

  function save() {
    const lines = [["occurred_at"].concat(asCells)];
    found.forEach(function (row) {
      const at = new Date(data.seconds[row] * 1000).toISOString().slice(0, 19) + raw("offset", row);
      lines.push([at].concat(asCells.map(function (name) { return raw(name, row); })));
    });
    const text = "\ufeff" + lines.map(function (cells) { return cells.map(cell).join(data.separator); }).join("\r\n") + "\r\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = words.file;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
  }

  part.querySelector("form").addEventListener("input", filter);
  part.querySelector("form").addEventListener("submit", function (event) { event.preventDefault(); });
  part.querySelector("form").addEventListener("reset", function () { setTimeout(filter); });
  part.querySelector(".previous").addEventListener("click", function () { page -= 1; show(); });
  part.querySelector(".next").addEventListener("click", function () { page += 1; show(); });
  part.querySelector(".save").addEventListener("click", save);
  window.addEventListener("beforeprint", function () {
    if (isSet()) {
      draw(0, data.mostPrinted);
      part.querySelector(".printed").textContent = found.length > data.mostPrinted
        ? words.printed.replace("{part}", number(data.mostPrinted)).replace("{whole}", number(found.length)) : "";
    }
  });
  window.addEventListener("afterprint", show);
  part.hidden = false;
  document.documentElement.classList.add("scripted");
  filter();
}());
