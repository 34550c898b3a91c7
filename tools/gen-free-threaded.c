/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of free-threaded builds that no binary is at hand for, made from the
 * row of the same series with a GIL.
 *
 * The head of an object has 32 bytes instead of 16, so what is in an object
 * lies 16 further on; where that is not so, and in the structs that are no
 * objects, the headers of 3.14.10 and 3.15.2 say what follows here.  The same
 * rule, from 3.13.5, gives every member of the DWARF of 3.13.5t.
 */
#include <string.h>

#include "gen.h"

#define HEAD_GROWN 16

/* Structs that are no objects, by the start of the fields' names. */
static const char *const no_objects[] = {
	"runtime_", "interp_", "gil_", "gc_", "generation_", "thread_",
	"stackitem_", "iframe_", "cframe_", "member_", "static_", "misegment_",
	"mipage_", "keys_", "values_", "long_tag", "odictnode_", "memotable_",
	"memoentry_", "lru_cache_root", "arraydescr_", "formatcode_",
	"elementextra_", "stginfo_", "node_",
};

static const struct exception {
	const char *field;
	uint32_t v3_14, v3_15;
} exceptions[] = {
	{ "runtime_size", 365624, 409296 },
	{ "runtime_main_interpreter", 115648, 158968 },
	{ "interp_size", 249976, 250328 },
	{ "interp_sysdict", 7696, 7576 },
	{ "interp_builtins", 7704, 7584 },
	{ "interp_modules", 7712, 7592 },
	{ "interp_modules_by_index", 7720, 7600 },
	{ "interp_importlib", 7728, 7608 },
	{ "interp_import_func", 7752, 7632 },
	{ "interp_codec_search_path", 8032, 7960 },
	{ "interp_codec_search_cache", 8040, 7968 },
	{ "interp_codec_error_registry", 8048, 7976 },
	{ "interp_dict", 8536, 8464 },
	{ "interp_sysdict_copy", 8544, 8472 },
	{ "interp_builtins_copy", 8552, 8480 },
	{ "interp_before_forkers", 10736, 10688 },
	{ "interp_after_forkers_parent", 10744, 10696 },
	{ "interp_after_forkers_child", 10752, 10704 },
	{ "interp_warnings_filters", 10760, 10712 },
	{ "interp_warnings_once_registry", 10768, 10720 },
	{ "interp_warnings_default_action", 10776, 10728 },
	{ "interp_warnings_context", 10816, 10768 },
	{ "interp_atexit_callbacks", 10840, 10792 },
	{ "interp_audit_hooks", 17336, 17288 },
	{ "interp_errnomap", 85680, 85632 },
	{ "interp_types_builtins", 186032, 186000 },
	{ "interp_types_extensions", 195648, 195760 },
	{ "interp_callable_cache", 228904, 229016 },
	{ "interp_common_consts", 228936, 229048 },
	{ "interp_monitoring_callables", 229072, 229288 },
	{ "interp_monitoring_tool_names", 230288, 230504 },
	{ "interp_cached_interned_strings", 230424, 230640 },
	{ "interp_cached_objreduce", 230432, 230648 },
	{ "interp_cached_generic_type", 230528, 230656 },
	{ "interp_cached_typevar_type", 230536, 230664 },
	{ "interp_cached_typevartuple_type", 230544, 230672 },
	{ "interp_cached_paramspec_type", 230552, 230680 },
	{ "interp_cached_paramspecargs_type", 230560, 230688 },
	{ "interp_cached_paramspeckwargs_type", 230568, 230696 },
	{ "interp_cached_constevaluator_type", 230576, 230704 },
	{ "interp_obmalloc", 17328, 17280 },
	{ "interp_gil_holder", 7824, 7752 },
	{ "gil_last_holder", 16, 16 },
	{ "gil_locked", 24, 24 },
	{ "gc_size", 288, 176 },
	{ "gc_generations", LAYOUT_NONE, LAYOUT_NONE },
	{ "gc_generation0", LAYOUT_NONE, LAYOUT_NONE },
	{ "gc_young", 24, 8 },
	{ "gc_old", 48, 32 },
	{ "iframe_owner", 78, 78 },
	{ "object_refcount", LAYOUT_NONE, LAYOUT_NONE },
	{ "object_gc_bits", 11, 11 },
	{ "object_ref_local", 12, 12 },
	{ "object_ref_shared", 16, 16 },
	{ "heaptype_size", 960, 968 },
	{ "code_size", 240, 240 },
	{ "code_tlbc", 224, 224 },
	{ "code_code_adaptive", 232, 232 },
	/* mimalloc 2.5.2, from 3.14.10 and 3.15.2 on. */
	{ "misegment_cookie", 224, 224 },
	{ "misegment_info_slices", 256, 256 },
	{ "misegment_slice_entries", 272, 272 },
	{ "misegment_slices", 288, 288 },
	{ "mipage_size", 112, 112 },
	{ "mipage_tag", 35, 35 },
	{ "mipage_block_size", 40, 40 },
	{ "mipage_start", 48, 48 },
	{ "mipage_local_free", 24, 24 },
	{ "mipage_thread_free", 56, 56 },
};

static const struct exception *find_exception(const char *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++)
		if (strcmp(exceptions[i].field, field) == 0)
			return &exceptions[i];
	return NULL;
}

static bool is_in_object(const char *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(no_objects); i++)
		if (strncmp(field, no_objects[i], strlen(no_objects[i])) == 0)
			return false;
	return true;
}

static void derive(struct layout *l, bool is_3_14)
{
	uint32_t *fields = (uint32_t *)l;

	for (unsigned int i = 0; i < nr_layout_fields; i++) {
		const char *name = layout_field_names[i];
		const struct exception *e = find_exception(name);

		if (e)
			fields[i] = is_3_14 ? e->v3_14 : e->v3_15;
		else if (fields[i] != LAYOUT_NONE && is_in_object(name))
			fields[i] += HEAD_GROWN;
	}
}

void gen_derive_3_14_10t(struct layout *l)
{
	derive(l, true);
}

void gen_derive_3_15_2t(struct layout *l)
{
	derive(l, false);
}
