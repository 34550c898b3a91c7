/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines over captures: resident memory, objects, and the holders that grew. */
"use strict";

(function () {
	const { data, element, byId } = report;
	const W = 360, H = 150, LEFT = 62, RIGHT = 12, TOP = 12, BOTTOM = 24;

	function svg(name, attributes, text) {
		const e = document.createElementNS("http://www.w3.org/2000/svg",
						   name);

		for (const [key, value] of Object.entries(attributes))
			e.setAttribute(key, value);
		if (text !== undefined)
			e.textContent = text;
		return e;
	}

	/* `values` has one for each capture; null: not known. */
	function chart(title, values, format) {
		const times = data.captures.map(c => c.taken_at);
		const points = times.map((t, i) => [t, values[i]])
			.filter(p => p[1] !== null && p[1] !== undefined);
		const x = d3.scaleLinear([d3.min(times), d3.max(times)],
					 [LEFT, W - RIGHT]);
		const y = d3.scaleLinear([0, d3.max(points, p => p[1]) || 1],
					 [H - BOTTOM, TOP]).nice(3);
		const words = title + ": " + points.map(p => format(p[1]))
			.join(", ");
		const s = svg("svg", { viewBox: "0 0 " + W + " " + H,
				       role: "img", "aria-label": words });

		for (const tick of y.ticks(3)) {
			s.append(svg("line", { class: "grid", x1: LEFT,
				x2: W - RIGHT, y1: y(tick), y2: y(tick) }));
			s.append(svg("text", { x: LEFT - 6, y: y(tick) + 4,
				"text-anchor": "end" }, format(tick)));
		}
		s.append(svg("path", { d: d3.line(p => x(p[0]), p => y(p[1]))(
			points) }));
		for (const p of points) {
			const c = svg("circle", { cx: x(p[0]), cy: y(p[1]),
						  r: 3.5 });

			c.append(svg("title", {}, report.time(p[0]) + ": " +
				     format(p[1])));
			s.append(c);
		}
		s.append(svg("text", { x: LEFT, y: H - 6 }, report.time(
			times[0]).slice(5, 16)));
		s.append(svg("text", { x: W - RIGHT, y: H - 6,
			"text-anchor": "end" }, report.time(times[
			times.length - 1]).slice(5, 16)));
		return element("figure", null, element("figcaption", null,
			title), s);
	}

	/* Retained bytes for each capture; null: it was not there. */
	function retained(holder) {
		return holder.retained.map(r => r ? r.bytes : null);
	}

	const last = entries => entries[entries.length - 1];

	function steps(entries) {
		return entries.some(e => e === null) ? "" :
		       entries.map(report.count).join(" \u2192 ");
	}

	report.growthOver = function () {
		const d = data.diff;

		if (!d)
			return report.leaveOut("growth");
		byId("growth-lead").textContent = report.counted(
			d.came.count, "object") + " (" +
			report.bytes(d.came.bytes) + ") came, " +
			report.count(d.went.count) + " (" +
			report.bytes(d.went.bytes) + ") went, " +
			report.count(d.stayed) + " stayed.";
		if (data.captures.every(c => c.taken_at))
			byId("growth-charts").append(
			chart("Resident memory", data.captures.map(c =>
				c.resident), report.bytes),
			chart("Python objects", data.captures.map(c =>
				c.objects), report.count),
			...d.holders.filter(h => h.bytes >= d.resident / 1000)
				.slice(0, 6).map(h => chart(h.name || h.type,
				retained(h), report.bytes)));
		if (d.holders.length)
			byId("growth-holders").append(report.table(d.holders, [
				{ title: "What grew", value: h => h.name || "",
				  name: true },
				{ title: "Type", value: h => h.type },
				{ title: "Growth", value: h => h.bytes,
				  text: h => report.growth(h.bytes,
						report.grownBytes),
				  number: true },
				{ title: "Entries", value: h => last(h.entries) ?? 0,
				  text: h => steps(h.entries), number: true },
			], { shown: 10 }));
	};
})();
