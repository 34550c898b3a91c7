/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui/browse/view.h - one view of the explorer: a list of rows, or a text.
 *
 * A view knows no terminal.  Its rows are either made (a few hundred), or are
 * those of an ordered list of objects, made when they are seen.
 */
#ifndef TUI_BROWSE_VIEW_H
#define TUI_BROWSE_VIEW_H

#include "base/str.h"
#include "output/leaks/leaks.h"
#include "tui/browse/order.h"
#include "tui/browse/gain.h"
#include "tui/list.h"

enum view_kind {
	VIEW_TREE,		/* what `holder` retains, level by level */
	VIEW_GROUP,		/* objects of one type below `holder` */
	VIEW_TYPES,		/* of what `holder` retains */
	VIEW_REFERRERS,		/* of `holder` */
	VIEW_SUSPECTS,
	VIEW_FOUND,		/* by a search */
	VIEW_TEXT,
	NR_VIEW_KINDS,
};

struct row {
	oid object;		/* OID_NONE: no single object */
	uint32_t type;		/* of the object or objects, in heap.types;
				   UINT32_MAX: none */
	uint64_t nr;		/* how many objects the row is of */
	struct tally sum;	/* what these retain; in VIEW_TYPES, what they
				   take themselves */
	int64_t growth;		/* of sum.bytes, if there is an older heap */
	char *name;		/* owned; NULL: view_name() makes it */
	uint32_t suspect;	/* index in suspects.v; UINT32_MAX: none */
	uint32_t edge;		/* of VIEW_REFERRERS: of the object's references
				   the one that the row is; UINT32_MAX: none */
};
VEC_DEFINE(row_vec, struct row);

struct view {
	enum view_kind kind;
	oid holder;		/* OID_NONE: the whole heap */
	uint32_t type;		/* of VIEW_GROUP, in heap.types */
	char *title;		/* owned; of VIEW_TEXT and VIEW_FOUND, else
				   NULL */
	bool by_growth;
	struct list list;
	struct row_vec rows;	/* of views that are not a VIEW_GROUP */
	struct order_list order; /* of a VIEW_GROUP */
	struct str_vec lines;	/* of a VIEW_TEXT */
};
VEC_DEFINE(view_vec, struct view);

/* What is looked at; it outlives the views, and nothing here owns it. */
struct scene {
	struct heap *h;
	struct retained_view *retained;
	const struct leaks_found *leaks;	/* NULL: not known */
	struct gain *gain;			/* NULL: no older heap */
};

/*
 * Fill `ret`, which the caller releases by view_release(), with what a holder
 * retains: each child that retains at least a hundredth of it is a row, at most
 * VIEW_SINGLE_MAX of them, and the others are grouped by type.  Takes time
 * linear in the children.
 */
#define VIEW_SINGLE_MAX 100
void view_tree(struct view *ret, struct scene *s, oid holder, bool by_growth);
/* The objects that view_tree() has as a group, or all of a type that no other
 * of that type retains if `all`. */
void view_group(struct view *ret, struct scene *s, oid holder, uint32_t type,
		bool all, bool by_growth);
void view_types(struct view *ret, struct scene *s, oid holder, bool by_growth);
/* At most VIEW_REFERRERS_MAX; places that are roots come first. */
#define VIEW_REFERRERS_MAX 1000
void view_referrers(struct view *ret, struct scene *s, oid o);
void view_suspects(struct view *ret, struct scene *s);
/* The lines of `text`, which is safe. */
void view_text(struct view *ret, const char *title, const char *text);
void view_release(struct view *v);

/* Sort the rows that were made: largest first, or most grown first. */
void view_sort(struct view *v, const struct scene *s);

/* Put the objects of a VIEW_GROUP into another order. */
void view_group_sort(struct view *v, struct scene *s, bool by_growth);

/* How many rows there are. */
size_t view_nr(const struct view *v);
/* Row `i`; its name is NULL or the view's own. */
struct row view_row(struct view *v, struct scene *s, size_t i);
/* Add what the row is called: the path from the holder, or from a root, or
 * "95,000 app.Session". */
void view_name(const struct view *v, const struct scene *s,
	       const struct row *row, struct str *out);
/* The row of a single object. */
struct row view_row_of(const struct scene *s, oid o);

#endif
