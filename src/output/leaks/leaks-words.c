/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "heap/naming.h"
#include "output/leaks/advice.h"
#include "output/leaks/leaks.h"
#include "output/path.h"

/* Longer places are shortened like format_fit() does. */
#define PLACE_MAX 120
#define TYPE_MAX 60
#define PREVIEW_MAX 40

void leaks_add_place(const struct suspects *s, oid o, struct str *out)
{
	CLEANUP(path_release) struct path path = VEC_INIT;
	CLEANUP(trail_release) struct trail trail = { 0 };
	CLEANUP(str_release) struct str text = STR_INIT;
	const struct root *root;

	if (!reach_has(&s->reach, o)) {
		format_type(out, s->heap, o);
		str_add(out, " at ");
		format_address(out, s->heap->address[o]);
		return;
	}
	root = reach_path(&s->reach, o, &path);
	trail_init(&trail, s->heap, root, &path);
	trail_within_sentence(&trail, &text);
	format_fit(out, text.s, PLACE_MAX, false);
}

void leaks_add_type(const struct suspects *s, uint32_t type, struct str *out)
{
	const char *name = s->heap->types.v[type].name;

	format_fit(out, name ? name : "?", TYPE_MAX, false);
}

static void add_type_of(const struct suspects *s, oid o, struct str *out)
{
	leaks_add_type(s, s->heap->type[o], out);
}

/* Can an s make it a plural?  Of "complex", "app.Class", "app.Batch",
 * "app.Entry" and "app.<locals>" it can't. */
static bool takes_s(const struct str *name)
{
	char last = name->len ? name->s[name->len - 1] : 's';
	char before = name->len > 1 ? name->s[name->len - 2] : '.';

	if (!isalnum((unsigned char)last) || strchr("sxz", last))
		return false;
	if (last == 'h')
		return before != 'c' && before != 's';
	return last != 'y' || strchr("aeiou", before);
}

/* "1 dict", "140,001 tracebacks", "30 bytes objects" */
static void add_counted_type(const struct suspects *s, uint64_t nr,
			     uint32_t type, struct str *out)
{
	CLEANUP(str_release) struct str name = STR_INIT;

	leaks_add_type(s, type, &name);
	format_count(out, nr);
	str_addf(out, " %s%s", name.s, nr == 1 ? "" :
		 takes_s(&name) ? "s" : " objects");
}

/* "the list app.SESSIONS" */
static void add_the(const struct suspects *s, oid o, const char *place,
		    struct str *out)
{
	str_add(out, "the ");
	add_type_of(s, o, out);
	str_addf(out, " %s", place);
}

static void add_via(const struct suspects *s, const struct suspect *suspect,
		    const char *before, struct str *out)
{
	if (suspect->via == OID_NONE)
		return;
	str_add(out, before);
	leaks_add_place(s, suspect->via, out);
}

static void add_entries(const struct suspects *s,
			const struct suspect *suspect, struct str *out)
{
	str_add(out, " holds ");
	format_counted(out, suspect->entries,
		       suspect->entries == 1 ? "entry" : "entrie");
	if (suspect->entry_type == UINT32_MAX)
		return;
	str_add(out, ", mostly ");
	leaks_add_type(s, suspect->entry_type, out);
}

static void add_containers(const struct suspects *s,
			   const struct suspect *suspect, const char *place,
			   struct str *out)
{
	if (suspect->nr_alike) {
		format_count(out, (uint64_t)suspect->nr_alike + 1);
		str_add_char(out, ' ');
		add_type_of(s, suspect->object, out);
		str_addf(out, "s like %s hold ", place);
		format_count(out, suspect->entries);
		str_add(out, " entries");
	} else {
		add_the(s, suspect->object, place, out);
		add_entries(s, suspect, out);
	}
}

static void add_lru_cache(const struct suspect *suspect, const char *place,
			  struct str *out)
{
	const struct heap_fact *fact = suspect->fact;

	str_addf(out, "the functools.lru_cache of %s%s",
		 suspect->flags & SUSPECT_OF_METHOD ? "the method " : "",
		 place);
	if (!fact || fact->kind != FACT_LRU_CACHE) {
		str_add(out, " keeps what grows");
		return;
	}
	str_add(out, fact->bound < 0 ? " has no bound: maxsize=None" :
				       " is large: maxsize=");
	if (fact->bound >= 0)
		str_addf(out, "%" PRId64, fact->bound);
	str_addf(out, ", currsize=%" PRId64 ", hits=%" PRIu64 ", misses=%"
		 PRIu64, fact->length, fact->hits, fact->misses);
}

static void add_garbage(const struct suspect *suspect, struct str *out)
{
	format_counted(out, suspect->entries, "object");
	str_add(out, suspect->kind == SUSPECT_FROZEN ?
		" in cycles are garbage that gc.freeze() hides from the"
		" collector" :
		suspect->kind == SUSPECT_GC_DISABLED ?
		" in cycles are garbage, and automatic collection is disabled" :
		" in cycles are garbage that the collector has not reached"
		" yet");
	if (suspect->flags & SUSPECT_LEGACY_DEL)
		str_add(out, "; a class with tp_del makes some of them"
			     " uncollectable");
	else if (suspect->flags & SUSPECT_HAS_DEL)
		str_add(out, "; some of their classes have __del__");
}

/* "from app.HEAD on, 30,000 app.Nodes each hold the next" */
static void add_chain(const struct suspects *s, const struct suspect *suspect,
		      const char *place, struct str *out)
{
	str_addf(out, "from %s on", place);
	if (suspect->nr_alike) {
		str_add(out, " and in ");
		format_count(out, suspect->nr_alike);
		str_addf(out, " more chain%s like it",
			 suspect->nr_alike == 1 ? "" : "s");
	}
	str_add(out, ", ");
	add_counted_type(s, suspect->entries, suspect->entry_type, out);
	str_add(out, " each hold the next");
}

static void add_exception(const struct suspects *s,
			  const struct suspect *suspect, const char *place,
			  struct str *out)
{
	if (suspect->flags & SUSPECT_CAUSES) {
		add_chain(s, suspect, place, out);
		str_add(out, " as its cause or context, with its traceback");
		return;
	}
	if (suspect->flags & SUSPECT_OWNS_EXCEPTIONS) {
		add_containers(s, suspect, place, out);
		str_add(out, ", with exceptions, their tracebacks and all"
			     " locals of their frames");
		return;
	}
	if (suspect->flags & SUSPECT_TRACEBACKS) {
		add_the(s, suspect->object, place, out);
		str_add(out, " keeps exceptions with their tracebacks and all"
			     " locals of their frames");
		return;
	}
	str_add(out, "the ");
	if (suspect->via == OID_NONE)
		str_add(out, "exception");
	else
		add_type_of(s, suspect->via, out);
	add_via(s, suspect, " ", out);
	if (suspect->flags & SUSPECT_LONG_TRACEBACK) {
		str_add(out, " was raised again and again: its traceback ");
		if (suspect->via == OID_NONE)
			str_addf(out, "%s ", place);
		str_add(out, "has ");
		format_counted(out, suspect->entries, "entrie");
		return;
	}
	str_addf(out, " is kept with its frames: %s", place);
	add_entries(s, suspect, out);
}

static void add_duplicates(const struct suspects *s,
			   const struct suspect *suspect, struct str *out)
{
	CLEANUP(str_release) struct str preview = STR_INIT;
	int64_t length = heap_length(s->heap, suspect->object);

	format_count(out, suspect->entries);
	str_add(out, " equal strings ");
	if (length > TEXT_MAX) {
		str_add(out, "of length ");
		format_count(out, (uint64_t)length);
		str_add(out, ", ");
	}
	heap_preview(s->heap, suspect->object, PREVIEW_MAX, &preview);
	/* An escaped byte takes four columns. */
	format_fit(out, preview.s, PREVIEW_MAX, false);
	str_add(out, " are separate objects");
	if (suspect->via != OID_NONE) {
		str_add(out, ", most of them in ");
		leaks_add_place(s, suspect->via, out);
	}
}

static void add_sparse(const struct suspects *s, const struct suspect *suspect,
		       const char *place, struct str *out)
{
	int64_t length;

	if (suspect->nr_alike) {
		format_count(out, (uint64_t)suspect->nr_alike + 1);
		str_add(out, " dicts and sets were much larger once, for"
			     " example ");
		add_the(s, suspect->object, place, out);
		return;
	}
	add_the(s, suspect->object, place, out);
	length = MAX(heap_length(s->heap, suspect->object), 0);
	str_add(out, " was much larger once: it has room for many times its ");
	format_counted(out, (uint64_t)length, length == 1 ? "entry" : "entrie");
}

/* "150 threads are at the same line, and each has its own locals, such as the
 * bytearray received in handle()" */
static void add_threads(const struct suspects *s, const struct suspect *suspect,
			const char *place, struct str *out)
{
	format_counted(out, suspect->entries,
		       suspect->flags & SUSPECT_GREENLETS ? "greenlet"
							  : "thread");
	str_add(out, " are at the same line, and each has its own locals, such"
		     " as ");
	add_the(s, suspect->object, place, out);
}

/* What follows the container in the title, for each kind. */
static const char *const via_words[NR_SUSPECT_KINDS] = {
	[SUSPECT_CLASS] = ", as an attribute of the class ",
	[SUSPECT_THREAD_LOCAL] = ", in the threading.local ",
	[SUSPECT_CLOSURE] = ", in the closure of ",
	[SUSPECT_DEFAULT] = ", as a default argument of ",
	[SUSPECT_COROUTINE] = ", in the suspended coroutine ",
	[SUSPECT_GENERATOR] = ", in the suspended generator ",
};

void leaks_add_title(const struct suspects *s, const struct suspect *suspect,
		     const char *place, struct str *out)
{
	const char *via = via_words[suspect->kind];

	if (suspect->flags & SUSPECT_THREADS) {
		add_threads(s, suspect, place, out);
		return;
	}
	switch (suspect->kind) {
	case SUSPECT_LRU_CACHE:
		add_lru_cache(suspect, place, out);
		break;
	case SUSPECT_GARBAGE:
	case SUSPECT_GC_DISABLED:
	case SUSPECT_FROZEN:
		add_garbage(suspect, out);
		break;
	case SUSPECT_EXCEPTION:
		add_exception(s, suspect, place, out);
		break;
	case SUSPECT_CHAIN:
		add_chain(s, suspect, place, out);
		break;
	case SUSPECT_NATIVE:
		str_add(out, "only native code holds ");
		add_counted_type(s, suspect->entries, suspect->entry_type, out);
		break;
	case SUSPECT_ATEXIT:
		/* Up to 3.13, a function and its arguments lie apart. */
		str_add(out, "callbacks of atexit hold ");
		format_counted(out, suspect->entries, "object");
		break;
	case SUSPECT_DUPLICATES:
		add_duplicates(s, suspect, out);
		break;
	case SUSPECT_SPARSE:
		add_sparse(s, suspect, place, out);
		break;
	case SUSPECT_LARGE:
		add_the(s, suspect->object, place, out);
		str_add(out, " is one large object");
		break;
	default:
		add_containers(s, suspect, place, out);
		if (via)
			add_via(s, suspect, via, out);
	}
}

void leaks_find_samples(const struct suspects *s,
			const struct suspect *suspect, struct samples *ret)
{
	oid o = suspect->kind == SUSPECT_DUPLICATES ||
		suspect_entries(s->heap, suspect->object) <= 0 ?
		OID_NONE : suspect->object;

	samples_find(s->heap, o, ret);
}

static const char *const fixes[NR_SUSPECT_KINDS] = {
	[SUSPECT_CONTAINER] = "Remove entries that are no longer needed, give"
		" it a bound, or use a weakref.WeakValueDictionary or WeakSet.",
	[SUSPECT_ATTRIBUTE] = "Remove entries that are no longer needed, give"
		" it a bound, or drop the object that has it.",
	[SUSPECT_CLASS] = "A class attribute is shared by all instances and"
		" lives as long as the class: use a weakref.WeakSet to list"
		" instances, or set it in __init__.",
	[SUSPECT_CACHE] = "Give the cache a bound (functools.lru_cache with a"
		" maxsize), let entries expire, or use a"
		" weakref.WeakValueDictionary.",
	[SUSPECT_LRU_CACHE] = "Give it a maxsize, or call cache_clear().",
	[SUSPECT_CALLBACKS] = "Unregister callbacks when their owners are no"
		" longer needed, or keep them as weakref.WeakMethod.",
	[SUSPECT_LOGGING] = "Add handlers once, at start; remove and close"
		" those that are no longer needed (removeHandler, close)."
		" Loggers live for ever: do not name them after requests or"
		" connections.",
	[SUSPECT_QUEUE] = "Find out why nothing takes entries out, or give it a"
		" bound: deque(maxlen=...), Queue(maxsize=...).",
	[SUSPECT_THREAD_LOCAL] = "Delete the attribute when the work is done: a"
		" thread local lives as long as its thread, in a thread pool"
		" for ever.",
	[SUSPECT_CLOSURE] = "The function keeps the variables of its closure:"
		" drop the function, or pass the object as an argument.",
	[SUSPECT_DEFAULT] = "A default argument is created once, for all calls:"
		" use None and create the object in the function.",
	[SUSPECT_COROUTINE] = "Await coroutines, or close() those that are not"
		" needed; cancel tasks that wait for ever.",
	[SUSPECT_GENERATOR] = "Exhaust generators, or close() them.",
	[SUSPECT_TASKS] = "Await tasks and forget them when they are done (a set"
		" with add_done_callback(set.discard)), cancel those that wait"
		" for ever, or use asyncio.timeout().",
	[SUSPECT_EXCEPTION] = "Do not keep exceptions: `del exc`, or"
		" exc.with_traceback(None), or keep traceback.format_exc();"
		" traceback.clear_frames() releases the locals.",
	[SUSPECT_WEAK] = "Weak references are objects, too: remove those whose"
		" referent is gone (in their callback), or use a"
		" weakref.WeakSet, which does so.",
	[SUSPECT_CLASSES] = "Create classes once, not for each request; cache what"
		" type(), namedtuple() or create_model() return.",
	[SUSPECT_FRAME] = "A function that runs for ever keeps its locals: clear"
		" the container in its loop, or work in a function that"
		" returns.",
	[SUSPECT_CHAIN] = "Cut the chain where it is no longer needed (set the"
		" reference to None), or keep only the last objects in a"
		" deque(maxlen=...).",
	[SUSPECT_GC_GARBAGE] = "Turn gc.DEBUG_SAVEALL (or DEBUG_LEAK) off with"
		" gc.set_debug(0), then gc.garbage.clear().",
	[SUSPECT_GARBAGE] = "Lower gc.set_threshold(), call gc.collect() when"
		" there is time, or avoid cycles: use weakref for references"
		" back to a parent.",
	[SUSPECT_GC_DISABLED] = "Call gc.enable(), or gc.collect() when there is"
		" time, or avoid cycles: use weakref for references back to a"
		" parent.",
	[SUSPECT_FROZEN] = "Call gc.collect() before gc.freeze(); gc.unfreeze()"
		" gives the objects back to the collector.",
	[SUSPECT_NATIVE] = "An extension module or ctypes code takes references"
		" and does not release them (Py_DECREF), or keeps them in memory"
		" that Python can't see.",
	[SUSPECT_ATEXIT] = "Register once, or atexit.unregister() what is no"
		" longer needed; weakref.finalize does so by itself.",
	[SUSPECT_DUPLICATES] = "Keep one of each: sys.intern() where the strings"
		" are created, or a dict from each string to itself.",
	[SUSPECT_SPARSE] = "Dicts and sets do not shrink when entries are"
		" deleted: replace it by a copy (d = dict(d)).",
	[SUSPECT_LARGE] = "Drop it, or the part of it that has been used, or"
		" work in pieces; give a buffer that is only appended to a"
		" bound.",
};

/* Of SUSPECT_COROUTINE: is it a generator, or holds it some? */
static bool is_async_generator(const struct suspects *s,
			       const struct suspect *suspect)
{
	const struct heap *h = s->heap;

	if (suspect->kind != SUSPECT_COROUTINE)
		return false;
	if (suspect->via != OID_NONE)
		return heap_kind_of(h, suspect->via) ==
		       TYPE_KIND_ASYNC_GENERATOR;
	return suspect->entry_type != UINT32_MAX &&
	       h->types.v[suspect->entry_type].kind ==
	       TYPE_KIND_ASYNC_GENERATOR;
}

const char *leaks_fix(const struct suspects *s, const struct suspect *suspect)
{
	const char *advice = advice_find(s, suspect);

	if (advice)
		return advice;
	if (suspect->flags & SUSPECT_OF_METHOD)
		return "The cache keeps every self, and all that hangs on it:"
		       " use functools.cached_property, or a cache on the"
		       " instance, or a maxsize.";
	if (suspect->flags & SUSPECT_LONG_TRACEBACK)
		return "Raising an exception adds to its traceback: raise a new"
		       " exception each time, or the old one without its"
		       " traceback, exc.with_traceback(None).";
	if (suspect->flags & SUSPECT_CAUSES)
		return "An exception keeps its __cause__ and __context__: raise"
		       " it `from None`, or do not keep the last exception to"
		       " raise the next one from it; str(exc) has its text.";
	if (suspect->flags & SUSPECT_GREENLETS)
		return "Let greenlets end: give what they wait for a timeout"
		       " (gevent.Timeout), and bound their number with a pool."
		       "  A greenlet keeps the locals of its functions until"
		       " they return.";
	if (suspect->flags & SUSPECT_THREADS)
		return "Let threads end: give what they wait for a timeout"
		       " (settimeout(), wait(timeout)), and bound their number"
		       " with an executor.  A thread keeps the locals of its"
		       " functions until they return.";
	if (suspect->flags & SUSPECT_OWNS_EXCEPTIONS)
		return "Drop futures and results that failed once they are"
		       " reported: the traceback of an exception keeps the"
		       " locals of its frames.  exc.with_traceback(None) or"
		       " traceback.clear_frames() releases them.";
	if (is_async_generator(s, suspect))
		return "Await aclose() of each asynchronous generator that is"
		       " not read to its end, by `async with"
		       " contextlib.aclosing(...)`: until then it keeps its"
		       " frame and all locals.";
	return fixes[suspect->kind];
}
