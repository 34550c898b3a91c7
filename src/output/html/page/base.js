/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all parts of the report use.  All text of the target becomes text nodes:
 * nothing here or in the other files makes HTML of a string. */
"use strict";

const report = { data: JSON.parse(document.getElementById("data").textContent) };

report.byId = id => document.getElementById(id);

/* element("p", {class: "dim"}, "text", child, ...); null is left out. */
report.element = function (name, attributes, ...content) {
	const e = document.createElement(name);

	for (const [key, value] of Object.entries(attributes || {}))
		if (typeof value === "function")
			e.addEventListener(key, value);
		else if (value !== null && value !== undefined && value !== false)
			e.setAttribute(key, value === true ? "" : value);
	/* Not all at once: the arguments of a call are limited. */
	for (const c of content)
		if (c !== null && c !== undefined)
			e.append(c);
	return e;
};

report.count = n => n.toLocaleString("en-US");

report.counted = (n, word) => report.count(n) + " " + word + (n === 1 ? "" : "s");

report.bytes = function (n) {
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	let i = 0, value = Math.abs(n);

	while (value >= 1024 && i < units.length - 1) {
		value /= 1024;
		i++;
	}
	return (n < 0 ? "\u2212" : "") +
	       (i ? value.toFixed(1) : report.count(value)) + " " + units[i];
};

report.grownBytes = n => (n > 0 ? "+" : "") + report.bytes(n);
report.grownCount = n => (n > 0 ? "+" : n < 0 ? "\u2212" : "") +
			 report.count(Math.abs(n));

report.percent = function (part, all) {
	const p = all ? 100 * part / all : 0;

	return p > 0 && p < 0.1 ? "< 0.1 %" : p.toFixed(p < 10 ? 1 : 0) + " %";
};

/* No Date is later than this. */
const LAST_SECOND = 8.64e12;

report.time = s => s && s < LAST_SECOND ? new Date(s * 1000).toISOString()
	.replace("T", " ").slice(0, 19) + " UTC" : "unknown";

report.duration = function (s) {
	const units = [["day", 86400], ["hour", 3600], ["minute", 60]];

	for (const [word, length] of units)
		if (s >= 2 * length)
			return report.counted(Math.round(s / length), word);
	return report.counted(Math.round(s), "second");
};

/* A number that says whether it grew, in colour and in its sign. */
report.growth = function (n, format) {
	return report.element("span", { class: n > 0 ? "grew" :
					       n < 0 ? "shrank" : "dim" },
			      n ? format(n) : "0");
};

/*
 * A table that can be sorted and filtered.  A column has {title, value(row)},
 * and may have {text(row): text or element, number: true}; the first number
 * column sorts at first.  `shown` rows are shown until more are asked for.
 */
report.table = function (rows, columns, options) {
	const o = Object.assign({ shown: 20, filter: false }, options);
	const { element } = report;
	let by = Math.max(0, columns.findIndex(c => c.number));
	let down = true, limit = o.shown, pattern = "";
	const body = element("tbody", { role: "rowgroup" }), heads = [];
	const more = element("button", { type: "button", class: "more",
		click: () => { limit *= 4; draw(); } });
	const status = element("caption", { "aria-live": "polite" });

	if (o.sort !== undefined)
		by = o.sort;

	function compare(a, b) {
		const x = columns[by].value(a), y = columns[by].value(b);
		const order = typeof x === "number" ? x - y :
			      String(x) < String(y) ? -1 :
			      String(x) > String(y) ? 1 : 0;

		return down ? -order : order;
	}

	function cell(column, row) {
		const text = column.text ? column.text(row) : column.value(row);

		/* On a phone each cell stands on a line, after its title. */
		return element("td", { class: column.number ? "number" :
					      column.name ? "name" : null,
				       "data-title": column.title,
				       role: "cell" },
			       typeof text === "number" ?
			       report.count(text) : text);
	}

	function draw() {
		const found = !pattern ? rows : rows.filter(r =>
			columns.some(c => !c.number && String(c.value(r))
				.toLowerCase().includes(pattern)));
		const sorted = Array.from(found).sort(compare);

		body.replaceChildren(...sorted.slice(0, limit).map(r =>
			element("tr", { role: "row" },
				...columns.map(c => cell(c, r)))));
		heads.forEach((h, i) => i === by ?
			h.setAttribute("aria-sort",
				       down ? "descending" : "ascending") :
			h.removeAttribute("aria-sort"));
		more.hidden = found.length <= limit;
		more.textContent = "Show more (" + report.count(limit) +
			" of " + report.count(found.length) + ")";
		status.textContent = (o.caption ? o.caption + " " : "") +
			(pattern ? report.counted(found.length, "row") +
			 " of " + report.count(rows.length) + "." : "");
		if (!found.length)
			body.replaceChildren(element("tr", null, element("td",
				{ colspan: columns.length }, "Nothing matches.")));
	}

	columns.forEach(function (c, i) {
		heads.push(element("th", { scope: "col", role: "columnheader",
					   class: c.number ? "number" : null },
			element("button", { type: "button",
				click: function () {
					down = by === i ? !down : !!c.number;
					by = i;
					draw();
				} }, c.title)));
	});
	draw();
	return element("div", null,
		o.filter ? element("input", { type: "search",
			placeholder: o.filter, "aria-label": o.filter,
			input: function () {
				pattern = this.value.toLowerCase();
				draw();
			} }) : null,
		element("div", { class: "scroll" }, element("table",
			{ role: "table" }, status,
			element("thead", { role: "rowgroup" },
				element("tr", { role: "row" }, ...heads)),
			body)), more);
};

/* The clipboard of a page from file:// is not there in each browser. */
function copyBySelection(text) {
	const area = report.element("textarea", { "aria-hidden": "true" });
	const had = document.activeElement;
	let done = false;

	area.value = text;
	document.body.append(area);
	area.select();
	try {
		done = document.execCommand("copy");
	} catch (error) {
		done = false;
	}
	area.remove();
	had.focus({ preventScroll: true });
	return done;
}

/* A button that copies `text`, and says whether it could. */
report.copyButton = function (text, what) {
	const title = "Copy " + what;
	const b = report.element("button", { type: "button", class: "copy",
		click: async function () {
			let done = true;

			try {
				await navigator.clipboard.writeText(text);
			} catch (error) {
				done = copyBySelection(text);
			}
			b.textContent = done ? "Copied" : "Can't copy";
			setTimeout(() => b.textContent = title, 2000);
		} }, title);

	b.setAttribute("aria-live", "polite");
	return b;
};

/* A button that shows an object in the tree; null: it is not in the tree. */
report.inTreeButton = function (address, title) {
	const node = address && report.tree ? report.tree.find(address) : null;

	return node ? report.element("button", { type: "button", class: "go",
		click: function () {
			report.tree.show(node);
			report.goTo("tree");
		} }, title) : null;
};

/* Go to a part of the report, for the eye and for the keyboard. */
report.goTo = function (id) {
	const section = report.byId(id);

	section.scrollIntoView({ block: "start" });
	section.focus({ preventScroll: true });
};

/* A section that has nothing to show is not there. */
report.leaveOut = id => report.byId(id).remove();
