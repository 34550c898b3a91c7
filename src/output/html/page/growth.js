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

	/* Of a span of minutes, seconds tell the times apart. */
	function timeOf(t, times) {
		return times[times.length - 1] - times[0] < 7200 ?
			report.time(t).slice(11, 19) :
			report.time(t).slice(5, 16);
	}

	/* Ticks of bytes at round numbers of KiB, MiB or GiB. */
	function ticks(most, format) {
		const unit = format !== report.bytes ? 1 :
			1024 ** Math.floor(Math.log2(most || 1) / 10);

		return d3.ticks(0, most / unit, 3).map(t => t * unit);
	}

	/* `values` has one for each capture; null: not known. */
	function chart(title, values, format) {
		const times = data.captures.map(c => c.taken_at);
		const points = times.map((t, i) => [t, values[i]])
			.filter(p => p[1] !== null && p[1] !== undefined);
		const x = d3.scaleLinear([d3.min(times), d3.max(times)],
					 [LEFT, W - RIGHT]);
		const most = d3.max(points, p => p[1]) || 1;
		const y = d3.scaleLinear([0, most], [H - BOTTOM, TOP]);
		const words = title + ": " + points.map(p => format(p[1]))
			.join(", ");
		const s = svg("svg", { viewBox: "0 0 " + W + " " + H,
				       role: "img", "aria-label": words });

		for (const tick of ticks(most, format)) {
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
		s.append(svg("text", { x: LEFT, y: H - 6 },
			     timeOf(times[0], times)));
		s.append(svg("text", { x: W - RIGHT, y: H - 6,
			"text-anchor": "end" },
			timeOf(times[times.length - 1], times)));
		return element("figure", null, element("figcaption", null,
			title), s);
	}

	/* What a holder retains is known of the first and the last capture. */
	function retained(holder) {
		const ret = data.captures.map(() => null);

		ret[0] = holder.retained[0] ? holder.retained[0].bytes : null;
		ret[ret.length - 1] = holder.retained[1].bytes;
		return ret;
	}

	/* Its entries are known of all. */
	function chartOf(holder) {
		const name = holder.place || holder.type;

		return holder.entries.every(e => e !== null) ?
			chart(name + ": entries", holder.entries,
			      report.count) :
			chart(name + ": retained", retained(holder),
			      report.bytes);
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
			report.bytes(d.came.bytes) + ") are new, " +
			report.count(d.went.count) + " (" +
			report.bytes(d.went.bytes) + ") are gone, " +
			report.count(d.stayed) + " are in both. Rows below" +
			" may contain each other.";
		if (data.captures.every(c => c.taken_at))
			byId("growth-charts").append(
			chart("Resident memory", data.captures.map(c =>
				c.resident), report.bytes),
			chart("Python objects", data.captures.map(c =>
				c.objects), report.count),
			...d.holders.filter(h => h.bytes >= d.resident / 1000)
				.slice(0, 6).map(chartOf));
		if (d.holders.length)
			byId("growth-holders").append(report.table(d.holders, [
				{ title: "What grew", value: h => h.place || "",
				  name: true },
				{ title: "Type", value: h => h.type },
				{ title: "Growth", value: h => h.bytes,
				  text: h => report.growth(h.bytes,
						report.grownBytes),
				  number: true },
				{ title: "Entries", value: h => last(h.entries) ?? 0,
				  text: h => steps(h.entries), number: true },
				{ title: "Tree", value: h => h.address,
				  text: h => report.inTreeButton(h.address,
					"Show in tree") || "" },
			], { shown: 10 }));
	};
})();
