/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dominator tree: a treemap or an icicle to look into, with a table of the
 * same below it, a search, and the way to where one is. */
"use strict";

(function () {
	const { data, element, byId } = report;
	const t = data.tree;
	const kinds = ["containers", "text and bytes", "code and modules",
		       "instances", "numbers and others"];
	const LEVELS = { treemap: 4, icicle: 6 };
	const HEAD = 17, SMALLEST = 5, BAND = 34;
	let nodes = [], byAddress = new Map(), at = null, picture = "treemap";

	/* --- the nodes --- */

	function kindOf(type) {
		if (/^(dict|list|set|tuple|frozenset|collections\.|mappingproxy)/.test(type))
			return 0;
		if (/^(str|bytes|bytearray|memoryview|re\.|_io\.)/.test(type))
			return 1;
		if (/^(function|code|type|module|builtin_|method|property|getset|member_|wrapper_|cell|classmethod|staticmethod|abc\.|_abc|_frozen|functools)/.test(type))
			return 2;
		if (/^(int|float|bool|complex|NoneType|object|weakref|ReferenceType)/.test(type))
			return 4;
		return 3;
	}

	function makeNodes() {
		nodes = t.above.map((above, i) => ({
			index: i, above: null, below: [],
			type: t.type[i] < 0 ? "" : t.types[t.type[i]],
			count: t.count[i], name: t.name[i],
			address: t.address[i], objects: t.objects[i],
			bytes: t.bytes[i], opened: t.opened[i], own: 0,
		}));
		nodes.forEach(function (n, i) {
			n.kind = kindOf(n.type);
			if (t.above[i] < 0)
				return;
			n.above = nodes[t.above[i]];
			n.above.below.push(n);
		});
		byAddress = new Map(nodes.filter(n => n.address)
			.map(n => [n.address, n]));
		nodes.forEach(function (n) {
			n.below.sort((a, b) => b.bytes - a.bytes);
			n.own = Math.max(0, n.bytes -
				n.below.reduce((sum, b) => sum + b.bytes, 0));
		});
	}

	function label(n) {
		if (!n.above)
			return "the whole heap";
		if (n.count === 1)
			return n.name || n.type;
		return report.count(n.count) + " " + n.type +
		       (n.name && n.name !== "[...]" ? " " + n.name : "");
	}

	function describe(n) {
		return label(n) + (n.count === 1 && n.name !== n.type ?
				   ", " + n.type : "") + ", " +
		       report.bytes(n.bytes) + ", " +
		       report.percent(n.bytes, nodes[0].bytes) + " of the heap";
	}

	function way(n) {
		const ret = [];

		for (; n; n = n.above)
			ret.unshift(n);
		return ret;
	}

	/* --- pictures --- */

	/* As d3 wants it, some levels deep.  An object's own bytes are a leaf. */
	function hierarchy(root, levels) {
		const part = (n, depth) => ({ node: n, below: depth < levels ?
			n.below.map(b => part(b, depth + 1)) : [] });
		const h = d3.hierarchy(part(root, 0), p => p.below);

		h.eachAfter(function (x) {
			x.value = x.data.node.bytes;
		});
		return h;
	}

	function area(d, className) {
		const n = d.data.node, w = d.x1 - d.x0, h = d.y1 - d.y0;
		const b = element("button", { type: "button",
			class: (n.above ? "k" + n.kind : "root") +
			       (n.count > 1 ? " group" : "") +
			       (n.below.length ? "" : " leaf"),
			title: describe(n), "aria-label": describe(n),
			tabindex: -1,
			"data-node": n.index,
			click: () => report.tree.show(n === at ? at.above || at :
								 n) });

		b.style.left = d.x0 + "px";
		b.style.top = d.y0 + "px";
		b.style.width = w + "px";
		b.style.height = h + "px";
		if (w > 34 && h > 13)
			b.append(element("span", null, label(n) + (w > 150 ?
				"  " + report.bytes(n.bytes) : "")));
		if (w > 60 && w <= 150 && h > 30 && !d.children)
			b.append(element("span", null, report.bytes(n.bytes)));
		return b;
	}

	/* In an icicle the first row is where one is: it leads out. */
	function isVisible(d) {
		return (d.depth || picture === "icicle") && d.x1 - d.x0 >= SMALLEST &&
		       d.y1 - d.y0 >= SMALLEST;
	}

	function treemap(box) {
		const h = hierarchy(at, LEVELS.treemap);

		d3.treemap().size([box.clientWidth, box.clientHeight])
			.paddingTop(d => d.depth ? HEAD : 0)
			.paddingInner(1).round(true)(h);
		return h.descendants().filter(isVisible).map(area);
	}

	function icicle(box) {
		const h = hierarchy(at, LEVELS.icicle);
		const height = Math.min(h.height + 1, LEVELS.icicle + 1);

		d3.partition().size([box.clientWidth,
			Math.max(box.clientHeight, BAND * height)])
			.round(true)(h);
		return h.descendants().filter(isVisible).map(area);
	}

	/* --- the keyboard --- */

	/* The areas that are drawn, by node. */
	let areas = new Map();

	/* The picture is one stop of the Tab key: the area that was last had. */
	function setStop(button) {
		for (const b of areas.values())
			b.tabIndex = b === button ? 0 : -1;
	}

	function beside(n, step) {
		const all = n.above ? n.above.below.filter(b => areas.has(b)) :
				      [];

		return all[all.indexOf(n) + step];
	}

	function next(n, key) {
		switch (key) {
		case "ArrowRight":
			return beside(n, 1);
		case "ArrowLeft":
			return beside(n, -1);
		case "ArrowDown":
			return n.below.find(b => areas.has(b));
		case "ArrowUp":
			return n.above;
		case "Home":
			return areas.keys().next().value;
		default:
			return undefined;
		}
	}

	function move(event) {
		const b = event.target.closest("[data-node]");
		const to = b && areas.get(next(nodes[b.dataset.node],
					       event.key));

		if (!to)
			return;
		event.preventDefault();
		setStop(to);
		to.focus();
	}

	function drawPicture() {
		const box = byId("picture");

		box.replaceChildren();
		box.append(...(picture === "treemap" ? treemap : icicle)(box));
		areas = new Map(Array.from(box.querySelectorAll("[data-node]"),
			b => [nodes[b.dataset.node], b]));
		setStop(areas.values().next().value);
		if (!at.below.length)
			box.append(element("p", { class: "dim" },
				at.opened ? "Nothing larger is below it." :
				"The report was cut here."));
		byId("show-treemap").setAttribute("aria-pressed",
						  picture === "treemap");
		byId("show-icicle").setAttribute("aria-pressed",
						 picture === "icicle");
	}

	/* --- around the picture --- */

	function drawCrumbs() {
		byId("crumbs").replaceChildren(...way(at).map(n =>
			element("li", null, element("button", { type: "button",
				"aria-current": n === at ? "location" : null,
				click: () => report.tree.show(n) }, label(n)))));
	}

	function link(n) {
		return element("button", { type: "button",
			click: () => report.tree.show(n) }, label(n));
	}

	const columns = [
		{ title: "What", value: label, text: link, name: true },
		{ title: "Type", value: n => n.type, name: true },
		{ title: "Retained", value: n => n.bytes,
		  text: n => report.bytes(n.bytes), number: true },
		{ title: "Share", value: n => n.bytes / nodes[0].bytes,
		  text: n => report.percent(n.bytes, nodes[0].bytes),
		  number: true },
		{ title: "Objects", value: n => n.objects, number: true },
		{ title: "Address", value: n => n.address || "",
		  text: n => n.address ? element("code", null, n.address) : "" },
	];

	function drawBelow() {
		byId("below").replaceChildren(
			element("p", null, element("strong", null, label(at)),
				(at.count === 1 ? ", " + at.type : "") +
				(at.address ? " at " + at.address : "") +
				", retains " + report.bytes(at.bytes) + " in " +
				report.counted(at.objects, "object") + ". " +
				report.bytes(at.own) + " of it " + (at.opened ?
				"are its own or in objects too small to show."
				: "were not looked into: the report was cut" +
				  " here.")),
			at.below.length ? report.table(at.below, columns,
				{ shown: 15, sort: 2 }) : "");
	}

	function draw() {
		drawCrumbs();
		drawPicture();
		drawBelow();
	}

	/* --- search --- */

	function search(text) {
		const pattern = text.trim().toLowerCase(), box = byId("found");
		const address = pattern.replace(/^(?=[0-9a-f]{6,}$)/, "0x");
		const found = !pattern ? [] : nodes.filter(n => n.above &&
			(n.type.toLowerCase().includes(pattern) ||
			 (n.name || "").toLowerCase().includes(pattern) ||
			 n.address === address));

		box.hidden = !pattern;
		box.replaceChildren(found.length ? report.table(found, columns,
			{ shown: 15, sort: 2, caption: report.counted(
			  found.length, "place") + " found." }) :
			element("p", null, "Nothing is found. Very small" +
				" objects are not in the tree: look at the" +
				" types."));
	}

	function back(event) {
		if (event.key === "Escape" && at.above) {
			event.preventDefault();
			report.tree.show(at.above);
		}
	}

	report.tree = {
		find: address => byAddress.get(address) || null,
		/* The focus stays here: else it would be lost with what had
		 * it. */
		show: function (n) {
			const had = byId("tree").contains(
				document.activeElement);

			at = n;
			draw();
			if (had)
				byId("crumbs").querySelector("[aria-current]")
					.focus({ preventScroll: true });
		},
		start: function () {
			makeNodes();
			at = nodes[0];
			byId("legend").append(...kinds.map((k, i) =>
				element("li", null, element("i",
					{ class: "k" + i }), k)));
			byId("show-treemap").addEventListener("click", () =>
				{ picture = "treemap"; drawPicture(); });
			byId("show-icicle").addEventListener("click", () =>
				{ picture = "icicle"; drawPicture(); });
			byId("search").addEventListener("submit", e =>
				{ e.preventDefault();
				  search(byId("search-text").value); });
			byId("search-text").addEventListener("input", e =>
				search(e.target.value));
			byId("tree").addEventListener("keydown", back);
			byId("picture").addEventListener("keydown", move);
			byId("picture").addEventListener("focusin", e =>
				setStop(e.target.closest("[data-node]")));
			new ResizeObserver(drawPicture).observe(
				byId("picture"));
			draw();
		},
	};
})();
