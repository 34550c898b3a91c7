/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"
#include "output/memory/memory.h"

const char *memory_kind_words(enum memory_kind kind)
{
	static const char *const words[NR_MEMORY_KINDS] = {
		[MEMORY_OBJECTS] = "Python objects",
		[MEMORY_RAW] = "raw blocks in use, by owner",
		[MEMORY_UNOWNED] = "blocks in use that nothing points to",
		[MEMORY_FREE] = "free, but kept by the allocators",
		[MEMORY_OVERHEAD] = "allocators' own data",
		[MEMORY_STACK] = "stacks",
		[MEMORY_FILE] = "mapped files: code and data",
		[MEMORY_SHARED] = "shared memory",
		[MEMORY_OTHER] = "other",
	};

	return words[kind];
}

/* --- lines --- */

/* "of %" and the like: % stands for the type or the name. */
static const char *const line_words[NR_MEMORY_PARTS] = {
	[PART_OBJECTS] = "%",
	[PART_HIDDEN_OBJECTS] = "% (unknown to the garbage collector)",
	[PART_LOST_OBJECTS] = "% (nothing points to them)",
	[PART_RAW] = "of %",
	[PART_RAW_SHARED] = "shared by several objects, such as %",
	[PART_RAW_PYTHON] = "of the interpreter",
	[PART_RAW_LIBRARY] = "of %",
	[PART_RAW_STACK] = "of running C code (only a stack has them)",
	[PART_UNOWNED] = "of %",
	[PART_FREE_LISTS] = "% (kept by CPython for reuse)",
	[PART_FREE_BLOCKS] = "pymalloc: free blocks in used pools",
	[PART_FREE_POOLS] = "pymalloc: free pools",
	[PART_FREE_ARENAS] = "pymalloc: ends of arenas, never used",
	[PART_FREE_CHUNKS] = "malloc: free chunks between used ones",
	[PART_FREE_TOP] = "malloc: tops of the arenas",
	[PART_FREE_CACHES] = "malloc: threads' caches and fast bins",
	[PART_FREE_PAGES] = "mimalloc: free blocks and pages",
	[PART_PYMALLOC] = "pymalloc: headers and margins",
	[PART_MALLOC] = "malloc: headers and arenas' state",
	[PART_MIMALLOC] = "mimalloc: headers of segments",
	[PART_STACKS] = "stacks of threads",
	[PART_CACHED_STACKS] = "stacks of threads that have ended",
	[PART_FRAMES] = "frames of Python functions",
	[PART_CODE] = "%: as in the file",
	[PART_DATA] = "%: private data",
	[PART_SHARED] = "%",
	[PART_ALLOCATOR] = "% (pyheld does not look into it)",
	[PART_KERNEL] = "%",
	[PART_JIT] = "machine code made at run time",
	[PART_TRACEMALLOC] = "of tracemalloc: its tables",
};

/* The type or name of a line, or a word for "none". */
static const char *line_subject(const struct heap *h,
				const struct heap_memory_line *line)
{
	if (line->type < h->types.nr && h->types.v[line->type].name)
		return h->types.v[line->type].name;
	if (line->name && *line->name)
		return line->name;
	return memory_part_has(line->part) == LINE_HAS_TYPE ?
	       "unknown owners" : "no name";
}

static void add_words(const struct heap_memory_line *line,
		      const char *subject, struct str *out)
{
	for (const char *p = line_words[line->part]; *p; p++) {
		if (*p == '%')
			str_add(out, subject);
		else
			str_add_char(out, *p);
	}
}

void memory_add_line(const struct heap *h, const struct heap_memory_line *line,
		     struct str *out)
{
	add_words(line, line_subject(h, line), out);
}

void memory_add_short_line(const struct heap *h,
			   const struct heap_memory_line *line,
			   struct str *out)
{
	const char *subject = line_subject(h, line);

	/* The folder says what shared memory is: /dev/shm/... */
	if (memory_part_has(line->part) == LINE_HAS_NAME &&
	    line->part != PART_SHARED)
		subject = path_label(subject);
	add_words(line, subject, out);
}

/* --- findings --- */

static void add_of(uint64_t bytes, uint64_t of, struct str *out)
{
	format_bytes(out, bytes);
	str_add(out, " of ");
	format_bytes(out, of);
}

static void add_type(const struct heap *h, uint32_t type, struct str *out)
{
	const char *name = type < h->types.nr ? h->types.v[type].name : NULL;

	format_fit(out, name ? name : "?", 60, false);
}

/* "; in these are 4,280 of type str, 3 of list, such as the str at 0x7f..." */
static void add_keepers(const struct heap *h, const struct finding *f,
			struct str *out)
{
	if (f->example >= h->nr_objects)
		return;
	str_add(out, "; in these are ");
	for (unsigned int i = 0; i < FINDING_KEEPERS; i++) {
		if (!f->keepers[i].nr)
			break;
		str_add(out, i ? ", " : "");
		format_count(out, f->keepers[i].nr);
		str_add(out, i ? " of " : " of type ");
		add_type(h, f->keepers[i].type, out);
	}
	str_add(out, ", such as the ");
	add_type(h, h->type[f->example], out);
	str_add(out, " at ");
	format_address(out, h->address[f->example]);
}

static void add_pymalloc(const struct heap *h, const struct finding *f,
			 struct str *out)
{
	str_add(out, "fragmentation: ");
	add_of(f->bytes, f->of, out);
	str_add(out, " in pymalloc's ");
	format_counted(out, f->count, "arena");
	str_add(out, " are free");
	if (!f->sparse)
		return;
	str_add(out, "; ");
	format_counted(out, f->sparse, "arena");
	str_add(out, " (");
	format_bytes(out, f->sparse_bytes);
	str_add(out, f->sparse == 1 ? ") is" : ") are");
	str_add(out, " less than an eighth full");
	if (f->single) {
		str_add(out, ", ");
		format_count(out, f->single);
		str_add(out, " of them kept by one block each");
	}
	add_keepers(h, f, out);
}

static void add_malloc(const struct finding *f, struct str *out)
{
	str_add(out, "fragmentation: ");
	add_of(f->bytes, f->of, out);
	str_add(out, " in malloc's ");
	format_counted(out, f->count, "arena");
	str_add(out, " are free");
	if (f->top) {
		str_add(out, ", ");
		format_bytes(out, f->top);
		str_add(out, " of it at the end of arenas");
	}
}

static void add_sizes(const struct finding *f, struct str *out)
{
	if (!f->largest)
		return;
	if (f->smallest == f->largest) {
		str_add(out, " of ");
		format_counted(out, f->largest, "byte");
		return;
	}
	str_add(out, " of ");
	format_count(out, f->smallest);
	str_add(out, " to ");
	format_counted(out, f->largest, "byte");
}

static void add_unowned(const struct finding *f, struct str *out)
{
	str_add(out, "native leak: ");
	format_bytes(out, f->bytes);
	str_add(out, " in ");
	format_counted(out, f->count, "block");
	add_sizes(f, out);
	str_add(out, f->count == 1 ? " that nothing points to" :
				     " each that nothing points to");
}

static void add_allocator(const struct heap *h, const struct finding *f,
			  struct str *out)
{
	const struct heap_memory_line *line = &h->memory.lines.v[f->line];

	str_add(out, "allocator: ");
	format_bytes(out, f->bytes);
	str_addf(out, " belong to %s, which pyheld does not look into: some of"
		 " it may be free", *line->name ? path_label(line->name) :
						"an allocator");
}

static void add_part_of_resident(const struct finding *f, const char *kind,
				 const char *what, struct str *out)
{
	str_addf(out, "%s: ", kind);
	add_of(f->bytes, f->of, out);
	str_addf(out, " %s", what);
}

static void add_stacks(const struct finding *f, struct str *out)
{
	add_part_of_resident(f, "stacks", "are stacks of ", out);
	format_counted(out, f->count, "thread");
}

static void add_swapped(const struct finding *f, struct str *out)
{
	str_add(out, "swapped: ");
	format_bytes(out, f->bytes);
	str_add(out, " are swapped out, in addition to ");
	format_bytes(out, f->of);
	str_add(out, " that are resident");
}

static void add_damaged(const struct finding *f, struct str *out)
{
	str_add(out, "damaged: ");
	format_counted(out, f->count, "place");
	str_addf(out, " in the allocators' structures contradict%s the rest;"
		 " what %s is unexplained", f->count == 1 ? "s" : "",
		 f->count == 1 ? "it covers" : "they cover");
}

void memory_add_finding(const struct heap *h, const struct finding *f,
			struct str *out)
{
	switch (f->kind) {
	case FINDING_PYMALLOC:
		return add_pymalloc(h, f, out);
	case FINDING_MALLOC:
		return add_malloc(f, out);
	case FINDING_MIMALLOC:
		return add_part_of_resident(f, "fragmentation", "are free"
					    " inside mimalloc's pages", out);
	case FINDING_UNOWNED:
		return add_unowned(f, out);
	case FINDING_STACKS:
		return add_stacks(f, out);
	case FINDING_SHARED:
		return add_part_of_resident(f, "shared", "are shared mappings:"
					    " other processes may count them,"
					    " too", out);
	case FINDING_ALLOCATOR:
		return add_allocator(h, f, out);
	case FINDING_SWAPPED:
		return add_swapped(f, out);
	case FINDING_FORKED:
		return add_part_of_resident(f, "copy on write", "that were"
					    " shared after a fork() are copied"
					    " by now; other processes share"
					    " the rest", out);
	case FINDING_UNEXPLAINED:
		return add_part_of_resident(f, "unexplained", "belong to"
					    " nothing that pyheld knows", out);
	default:
		add_damaged(f, out);
	}
}

/* Are most of malloc's free bytes in the arenas of threads? */
static bool is_of_threads(const struct finding *f)
{
	return f->count > 2 && f->in_threads > f->bytes / 2;
}

static const char *advice_on(const struct finding *f)
{
	switch (f->kind) {
	case FINDING_PYMALLOC:
		return "pymalloc returns an arena only when its last object is"
		       " freed.  Create what lives long before the peak, drop"
		       " what was made during it (pyheld chain shows who holds"
		       " an object), or do that work in a child process.  The"
		       " free memory is used again at the next peak";
	case FINDING_MALLOC:
		return is_of_threads(f) ?
		       "set MALLOC_ARENA_MAX=2 in the environment; call"
		       " ctypes.CDLL(None).malloc_trim(0) after a peak; or"
		       " preload jemalloc" :
		       "call ctypes.CDLL(None).malloc_trim(0) after a peak: it"
		       " returns whole free pages; or preload jemalloc";
	case FINDING_MIMALLOC:
		return "mimalloc returns pages when a thread that owns them"
		       " allocates or ends";
	case FINDING_UNOWNED:
		return "look for a missing free() in an extension or in ctypes"
		       " code; heaptrack or valgrind show who allocated";
	case FINDING_STACKS:
		return "run fewer threads, or call threading.stack_size()"
		       " before they start";
	case FINDING_SHARED:
		return "compare Pss of /proc/PID/smaps_rollup, which divides"
		       " shared pages among the processes";
	case FINDING_ALLOCATOR:
		return "ask that allocator: for its statistics at exit set"
		       " MALLOC_CONF=stats_print:true (jemalloc), MALLOCSTATS=1"
		       " (tcmalloc) or MIMALLOC_SHOW_STATS=1 (mimalloc)";
	case FINDING_SWAPPED:
		return "objects on swapped pages are slow to reach: give the"
		       " process more memory";
	case FINDING_FORKED:
		return "the collector writes to each object that it looks at,"
		       " and reference counts to each that is used.  Call"
		       " gc.disable() while the parent loads its data,"
		       " gc.freeze() right before fork() and gc.enable() in the"
		       " child; keep large data in arrays";
	case FINDING_UNEXPLAINED:
		return "see the mappings of /proc/PID/smaps with much private"
		       " memory; pyheld doctor says what could not be read";
	default:
		return "C code that writes outside of its blocks does this:"
		       " try PYTHONMALLOC=debug";
	}
}

void memory_add_advice(const struct heap *h UNUSED, const struct finding *f,
		       struct str *out)
{
	str_add(out, advice_on(f));
}
