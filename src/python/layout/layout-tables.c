/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made by tools/gen-layout from builds' DWARF.  Don't edit. */
#include "python/layout/layout.h"

/* A row: all absent, then its series' first, then its own. */
#pragma GCC diagnostic ignored "-Woverride-init"
#define FIELD(name, where) .name = LAYOUT_NONE,
#define SIZE(name, where) .name = LAYOUT_NONE,

#define BASE_3_8 \
	.runtime_size = 1464, .runtime_interpreters_head = 32, \
	.runtime_gc = 344, .runtime_gilstate_current = 1368, \
	.interp_size = 2720, .interp_next = 0, .interp_id = 16, \
	.interp_threads = 8, .interp_sysdict = 72, .interp_builtins = 80, \
	.interp_modules = 56, .interp_modules_by_index = 64, \
	.interp_importlib = 88, .interp_import_func = 560, \
	.interp_codec_search_path = 120, .interp_codec_search_cache = 128, \
	.interp_codec_error_registry = 136, .interp_dict = 544, \
	.interp_builtins_copy = 552, .interp_before_forkers = 2624, \
	.interp_after_forkers_parent = 2632, \
	.interp_after_forkers_child = 2640, .interp_pyexitmodule = 2656, \
	.interp_warnings_filters = 2672, \
	.interp_warnings_once_registry = 2680, \
	.interp_warnings_default_action = 2688, .interp_audit_hooks = 2704, \
	.gil_last_holder = 8, .gil_locked = 16, .gc_size = 240, \
	.gc_enabled = 12, .gc_generations = 24, .gc_generation0 = 96, \
	.gc_permanent = 104, .gc_collecting = 200, .gc_garbage = 208, \
	.gc_callbacks = 216, .gc_stats = 128, .generation_threshold = 16, \
	.generation_count = 20, .generation_size = 24, .stats_size = 24, \
	.stats_collections = 0, .stats_collected = 8, \
	.stats_uncollectable = 16, .thread_size = 264, .thread_next = 8, \
	.thread_interp = 16, .thread_frame = 24, .thread_c_profileobj = 72, \
	.thread_c_traceobj = 80, .thread_curexc_type = 88, \
	.thread_curexc_value = 96, .thread_curexc_traceback = 104, \
	.thread_exc_info = 144, .thread_exc_state = 112, .thread_dict = 152, \
	.thread_async_exc = 168, .thread_thread_id = 176, \
	.thread_on_delete_data = 208, .thread_async_gen_firstiter = 224, \
	.thread_async_gen_finalizer = 232, .thread_context = 240, \
	.thread_delete_later = 192, .stackitem_exc_type = 0, \
	.stackitem_exc_value = 8, .stackitem_exc_traceback = 16, \
	.stackitem_previous = 24, .frame_size = 368, .frame_back = 24, \
	.frame_code = 32, .frame_builtins = 40, .frame_globals = 48, \
	.frame_locals = 56, .frame_valuestack = 64, .frame_stacktop = 72, \
	.frame_trace = 80, .frame_lasti = 104, .frame_lineno = 108, \
	.frame_localsplus = 360, .gen_frame = 16, .gen_code = 32, \
	.gen_name = 48, .gen_qualname = 56, .gen_exc_state = 64, \
	.gen_origin = 96, .object_refcount = 0, .object_type = 8, \
	.object_size = 16, .var_size = 16, .type_size = 416, .type_name = 24, \
	.type_basicsize = 32, .type_itemsize = 40, .type_dealloc = 48, \
	.type_getattro = 144, .type_flags = 168, .type_doc = 176, \
	.type_as_sequence = 104, .type_as_mapping = 112, .type_traverse = 184, \
	.type_weaklistoffset = 208, .type_methods = 232, .type_members = 240, \
	.type_getset = 248, .type_base = 256, .type_dict = 264, \
	.type_descr_get = 272, .type_descr_set = 280, .type_dictoffset = 288, \
	.type_is_gc = 328, .type_bases = 336, .type_mro = 344, \
	.type_cache = 352, .type_subclasses = 360, .type_weaklist = 368, \
	.type_del = 376, .type_finalize = 392, .heaptype_size = 880, \
	.heaptype_name = 848, .heaptype_slots = 856, .heaptype_qualname = 864, \
	.heaptype_cached_keys = 872, .member_name = 0, .member_type = 8, \
	.member_offset = 16, .member_size = 40, .dict_size = 48, \
	.dict_used = 16, .dict_keys = 32, .dict_values = 40, .keys_size = 8, \
	.keys_lookup = 16, .keys_refcount = 0, .keys_usable = 24, \
	.keys_nentries = 32, .keys_indices = 40, .set_size = 200, \
	.set_used = 24, .set_mask = 32, .set_table = 40, .set_smalltable = 64, \
	.list_item = 24, .list_allocated = 32, .tuple_item = 24, \
	.long_digit = 24, .float_value = 16, .complex_value = 16, \
	.ascii_size = 48, .str_length = 16, .str_state = 32, .str_wstr = 40, \
	.str_wstr_length = 64, .compact_size = 72, .str_utf8_length = 48, \
	.str_utf8 = 56, .str_data = 72, .str_size = 80, .bytes_value = 32, \
	.bytearray_alloc = 24, .bytearray_start = 40, .bytearray_bytes = 32, \
	.code_size = 176, .code_argcount = 16, .code_nlocals = 28, \
	.code_stacksize = 32, .code_flags = 36, .code_firstlineno = 40, \
	.code_code = 48, .code_consts = 56, .code_names = 64, \
	.code_varnames = 72, .code_freevars = 80, .code_cellvars = 88, \
	.code_filename = 104, .code_name = 112, .code_linetable = 120, \
	.code_zombieframe = 128, .code_extra = 144, .code_opcache = 160, \
	.code_opcache_map = 152, .code_opcache_size = 172, \
	.code_cell2arg = 96, .function_code = 16, .function_globals = 24, \
	.function_module = 88, .function_defaults = 32, \
	.function_kwdefaults = 40, .function_doc = 56, .function_name = 64, \
	.function_dict = 72, .function_closure = 48, \
	.function_annotations = 96, .function_qualname = 104, \
	.method_func = 16, .method_self = 24, .builtin_self = 24, \
	.builtin_module = 32, .builtin_ml = 16, .cell_ref = 16, \
	.module_dict = 16, .module_def = 24, .module_state = 32, \
	.module_name = 48, .weakref_object = 16, .weakref_callback = 24, \
	.weakref_next = 48, .descr_type = 16, .descr_name = 24, \
	.mappingproxy_mapping = 16, .traceback_lineno = 36, .deque_size = 80, \
	.deque_leftblock = 24, .deque_rightblock = 32, .deque_leftindex = 40, \
	.deque_rightindex = 48, .deque_maxlen = 64, .odict_first = 48, \
	.odict_fast_nodes = 64, .odict_fast_nodes_size = 72, \
	.odict_inst_dict = 96, .odictnode_key = 0, .odictnode_next = 16, \
	.lru_cache_root = 0, .lru_cache_maxsize = 96, .lru_cache_misses = 104, \
	.lru_cache_hits = 80, .lru_cache_cache = 72, .lru_cache_func = 88, \
	.lru_link_key = 40, .lru_link_result = 48, .lru_link_next = 24, \
	.range_start = 16, .range_stop = 24, .range_step = 32, \
	.range_length = 40, .datetime_hastzinfo = 24, .datetime_tzinfo = 40, \
	.time_tzinfo = 32, .timezone_offset = 16, .timezone_name = 24, \
	.array_allocated = 32, .array_descr = 40, .arraydescr_itemsize = 4, \
	.bytesio_buf = 16, .buffered_buffer = 56, .buffered_buffer_size = 120, \
	.product_pools = 16, .combinations_r = 40, .cwr_r = 40, \
	.permutations_pool = 16, .permutations_r = 48, .struct_codes = 32, \
	.formatcode_size = 32, .formatcode_fmtdef = 0, .decimal_flags = 24, \
	.decimal_alloc = 56, .element_extra = 40, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 152, .pickler_memo = 16, \
	.pickler_output = 64, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 272, \
	.unpickler_memo = 24, .unpickler_memo_size = 32, \
	.unpickler_marks = 240, .unpickler_marks_size = 256, \
	.unpickler_input_line = 152, .unpickler_encoding = 224, \
	.unpickler_errors = 232, .simplequeue_size = 56, .stgdict_size = 192, \
	.stginfo_length = 64, .stginfo_elements = 88, .stginfo_format = 168, \
	.stginfo_shape = 184, .stginfo_ndim = 176, .parser_node = 16, \
	.node_size = 48, .node_str = 8, .node_nr_children = 24, \
	.node_children = 32, .array_item = 24, .stringio_buf = 16, \
	.stringio_buf_size = 40, .stringio_accu_small = 64, \
	.stringio_accu_large = 56, .buffered_lock = 104, .lock_lock = 16, \
	.rlock_lock = 16, .mmap_data = 16, .mmap_length = 24, \
	.csvreader_field = 48, .csvreader_field_size = 56, \
	.csvwriter_rec = 32, .csvwriter_rec_size = 40, .poll_ufds = 32, \
	.zlib_state = 72, .zlib_lock = 160, .bz2compressor_state = 64, \
	.bz2compressor_lock = 104, .bz2decompressor_state = 64, \
	.bz2decompressor_input = 120, .bz2decompressor_input_size = 128, \
	.bz2decompressor_lock = 144, .lzmacompressor_state = 96, \
	.lzmacompressor_lock = 184, .lzmadecompressor_state = 96, \
	.lzmadecompressor_input = 200, .lzmadecompressor_input_size = 208, \
	.lzmadecompressor_lock = 216, .hash_context = 16, .hash_lock = 24, \
	.cdata_pointer = 16, .cdata_needs_free = 24, .cdata_size = 40, \
	.cdata_value = 80, .capsule_pointer = 16, .capsule_name = 24, \
	.capsule_context = 32, .capsule_destructor = 40, .decimal_data = 64, \
	.memotable_table = 24, .pdata_data = 24, .pdata_allocated = 48, \
	.simplequeue_lock = 16, .xmlparser_parser = 16, \
	.xmlparser_buffer = 40, .xmlparser_handlers = 64, \
	.etreeparser_parser = 16, .product_indices = 24, \
	.combinations_indices = 24, .cwr_indices = 24, \
	.permutations_indices = 24, .permutations_cycles = 32, \
	.connection_db = 16, .statement_st = 24, .sslcontext_context = 16, \
	.sslcontext_protocols = 24, .sslcontext_keylog = 80, \
	.sslsocket_ssl = 24, .sslsession_session = 16, .memorybio_bio = 16, \
	.scandir_dir = 88, .semlock_name = 48,

#define BASE_3_9 \
	.runtime_size = 656, .runtime_interpreters_head = 32, \
	.runtime_gilstate_current = 568, .interp_size = 5656, \
	.interp_next = 0, .interp_id = 24, .interp_threads = 8, \
	.interp_gc = 616, .interp_sysdict = 872, .interp_builtins = 880, \
	.interp_modules = 856, .interp_modules_by_index = 864, \
	.interp_importlib = 888, .interp_import_func = 1392, \
	.interp_codec_search_path = 912, .interp_codec_search_cache = 920, \
	.interp_codec_error_registry = 928, .interp_dict = 1376, \
	.interp_builtins_copy = 1384, .interp_before_forkers = 3456, \
	.interp_after_forkers_parent = 3464, \
	.interp_after_forkers_child = 3472, .interp_pyexitmodule = 3488, \
	.interp_warnings_filters = 3504, \
	.interp_warnings_once_registry = 3512, \
	.interp_warnings_default_action = 3520, .interp_audit_hooks = 3536, \
	.interp_small_ints = 3552, .gil_last_holder = 8, .gil_locked = 16, \
	.gc_size = 240, .gc_enabled = 12, .gc_generations = 24, \
	.gc_generation0 = 96, .gc_permanent = 104, .gc_collecting = 200, \
	.gc_garbage = 208, .gc_callbacks = 216, .gc_stats = 128, \
	.generation_threshold = 16, .generation_count = 20, \
	.generation_size = 24, .stats_size = 24, .stats_collections = 0, \
	.stats_collected = 8, .stats_uncollectable = 16, .thread_size = 264, \
	.thread_next = 8, .thread_interp = 16, .thread_frame = 24, \
	.thread_c_profileobj = 72, .thread_c_traceobj = 80, \
	.thread_curexc_type = 88, .thread_curexc_value = 96, \
	.thread_curexc_traceback = 104, .thread_exc_info = 144, \
	.thread_exc_state = 112, .thread_dict = 152, .thread_async_exc = 168, \
	.thread_thread_id = 176, .thread_on_delete_data = 208, \
	.thread_async_gen_firstiter = 224, .thread_async_gen_finalizer = 232, \
	.thread_context = 240, .thread_delete_later = 192, \
	.stackitem_exc_type = 0, .stackitem_exc_value = 8, \
	.stackitem_exc_traceback = 16, .stackitem_previous = 24, \
	.frame_size = 368, .frame_back = 24, .frame_code = 32, \
	.frame_builtins = 40, .frame_globals = 48, .frame_locals = 56, \
	.frame_valuestack = 64, .frame_stacktop = 72, .frame_trace = 80, \
	.frame_lasti = 104, .frame_lineno = 108, .frame_localsplus = 360, \
	.gen_frame = 16, .gen_code = 32, .gen_name = 48, .gen_qualname = 56, \
	.gen_exc_state = 64, .gen_origin = 96, .object_refcount = 0, \
	.object_type = 8, .object_size = 16, .var_size = 16, .type_size = 408, \
	.type_name = 24, .type_basicsize = 32, .type_itemsize = 40, \
	.type_dealloc = 48, .type_getattro = 144, .type_flags = 168, \
	.type_doc = 176, .type_as_sequence = 104, .type_as_mapping = 112, \
	.type_traverse = 184, .type_weaklistoffset = 208, .type_methods = 232, \
	.type_members = 240, .type_getset = 248, .type_base = 256, \
	.type_dict = 264, .type_descr_get = 272, .type_descr_set = 280, \
	.type_dictoffset = 288, .type_is_gc = 328, .type_bases = 336, \
	.type_mro = 344, .type_cache = 352, .type_subclasses = 360, \
	.type_weaklist = 368, .type_del = 376, .type_finalize = 392, \
	.heaptype_size = 880, .heaptype_name = 840, .heaptype_slots = 848, \
	.heaptype_qualname = 856, .heaptype_cached_keys = 864, \
	.heaptype_module = 872, .member_name = 0, .member_type = 8, \
	.member_offset = 16, .member_size = 40, .dict_size = 48, \
	.dict_used = 16, .dict_keys = 32, .dict_values = 40, .keys_size = 8, \
	.keys_lookup = 16, .keys_refcount = 0, .keys_usable = 24, \
	.keys_nentries = 32, .keys_indices = 40, .set_size = 200, \
	.set_used = 24, .set_mask = 32, .set_table = 40, .set_smalltable = 64, \
	.list_item = 24, .list_allocated = 32, .tuple_item = 24, \
	.long_digit = 24, .float_value = 16, .complex_value = 16, \
	.ascii_size = 48, .str_length = 16, .str_state = 32, .str_wstr = 40, \
	.str_wstr_length = 64, .compact_size = 72, .str_utf8_length = 48, \
	.str_utf8 = 56, .str_data = 72, .str_size = 80, .bytes_value = 32, \
	.bytearray_alloc = 24, .bytearray_start = 40, .bytearray_bytes = 32, \
	.code_size = 176, .code_argcount = 16, .code_nlocals = 28, \
	.code_stacksize = 32, .code_flags = 36, .code_firstlineno = 40, \
	.code_code = 48, .code_consts = 56, .code_names = 64, \
	.code_varnames = 72, .code_freevars = 80, .code_cellvars = 88, \
	.code_filename = 104, .code_name = 112, .code_linetable = 120, \
	.code_zombieframe = 128, .code_extra = 144, .code_opcache = 160, \
	.code_opcache_map = 152, .code_opcache_size = 172, \
	.code_cell2arg = 96, .function_code = 16, .function_globals = 24, \
	.function_module = 88, .function_defaults = 32, \
	.function_kwdefaults = 40, .function_doc = 56, .function_name = 64, \
	.function_dict = 72, .function_closure = 48, \
	.function_annotations = 96, .function_qualname = 104, \
	.method_func = 16, .method_self = 24, .builtin_self = 24, \
	.builtin_module = 32, .builtin_ml = 16, .cell_ref = 16, \
	.module_dict = 16, .module_def = 24, .module_state = 32, \
	.module_name = 48, .weakref_object = 16, .weakref_callback = 24, \
	.weakref_next = 48, .descr_type = 16, .descr_name = 24, \
	.mappingproxy_mapping = 16, .traceback_lineno = 36, .deque_size = 80, \
	.deque_leftblock = 24, .deque_rightblock = 32, .deque_leftindex = 40, \
	.deque_rightindex = 48, .deque_maxlen = 64, .odict_first = 48, \
	.odict_fast_nodes = 64, .odict_fast_nodes_size = 72, \
	.odict_inst_dict = 96, .odictnode_key = 0, .odictnode_next = 16, \
	.lru_cache_root = 0, .lru_cache_maxsize = 96, .lru_cache_misses = 104, \
	.lru_cache_hits = 80, .lru_cache_cache = 72, .lru_cache_func = 88, \
	.lru_link_key = 40, .lru_link_result = 48, .lru_link_next = 24, \
	.range_start = 16, .range_stop = 24, .range_step = 32, \
	.range_length = 40, .datetime_hastzinfo = 24, .datetime_tzinfo = 40, \
	.time_tzinfo = 32, .timezone_offset = 16, .timezone_name = 24, \
	.array_allocated = 32, .array_descr = 40, .arraydescr_itemsize = 4, \
	.bytesio_buf = 16, .buffered_buffer = 56, .buffered_buffer_size = 120, \
	.product_pools = 16, .combinations_r = 40, .cwr_r = 40, \
	.permutations_pool = 16, .permutations_r = 48, .struct_codes = 32, \
	.formatcode_size = 32, .formatcode_fmtdef = 0, .decimal_flags = 24, \
	.decimal_alloc = 56, .element_extra = 40, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 152, .pickler_memo = 16, \
	.pickler_output = 64, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 272, \
	.unpickler_memo = 24, .unpickler_memo_size = 32, \
	.unpickler_marks = 240, .unpickler_marks_size = 256, \
	.unpickler_input_line = 152, .unpickler_encoding = 224, \
	.unpickler_errors = 232, .simplequeue_size = 56, .stgdict_size = 192, \
	.stginfo_length = 64, .stginfo_elements = 88, .stginfo_format = 168, \
	.stginfo_shape = 184, .stginfo_ndim = 176, .parser_node = 16, \
	.node_size = 48, .node_str = 8, .node_nr_children = 24, \
	.node_children = 32, .array_item = 24, .stringio_buf = 16, \
	.stringio_buf_size = 40, .stringio_accu_small = 64, \
	.stringio_accu_large = 56, .buffered_lock = 104, .lock_lock = 16, \
	.rlock_lock = 16, .mmap_data = 16, .mmap_length = 24, \
	.csvreader_field = 48, .csvreader_field_size = 56, \
	.csvwriter_rec = 32, .csvwriter_rec_size = 40, .poll_ufds = 32, \
	.zlib_state = 72, .zlib_lock = 160, .bz2compressor_state = 64, \
	.bz2compressor_lock = 104, .bz2decompressor_state = 64, \
	.bz2decompressor_input = 120, .bz2decompressor_input_size = 128, \
	.bz2decompressor_lock = 144, .lzmacompressor_state = 96, \
	.lzmacompressor_lock = 184, .lzmadecompressor_state = 96, \
	.lzmadecompressor_input = 200, .lzmadecompressor_input_size = 208, \
	.lzmadecompressor_lock = 216, .hash_context = 16, .hash_lock = 24, \
	.cdata_pointer = 16, .cdata_needs_free = 24, .cdata_size = 40, \
	.cdata_value = 80, .capsule_pointer = 16, .capsule_name = 24, \
	.capsule_context = 32, .capsule_destructor = 40, .decimal_data = 64, \
	.memotable_table = 24, .pdata_data = 24, .pdata_allocated = 48, \
	.simplequeue_lock = 16, .xmlparser_parser = 16, \
	.xmlparser_buffer = 40, .xmlparser_handlers = 64, \
	.etreeparser_parser = 16, .zoneinfo_utc = 56, .zoneinfo_wall = 64, \
	.zoneinfo_transitions = 80, .zoneinfo_infos = 192, \
	.product_indices = 24, .combinations_indices = 24, .cwr_indices = 24, \
	.permutations_indices = 24, .permutations_cycles = 32, \
	.connection_db = 16, .statement_st = 24, .sslcontext_context = 16, \
	.sslcontext_protocols = 24, .sslcontext_keylog = 80, \
	.sslsocket_ssl = 24, .sslsession_session = 16, .memorybio_bio = 16, \
	.scandir_dir = 88, .hmac_context = 16, .hmac_lock = 24, \
	.semlock_name = 48,

#define BASE_3_10 \
	.runtime_size = 672, .runtime_interpreters_head = 32, \
	.runtime_gilstate_current = 568, .interp_size = 113528, \
	.interp_next = 0, .interp_id = 24, .interp_threads = 8, \
	.interp_gc = 616, .interp_sysdict = 872, .interp_builtins = 880, \
	.interp_modules = 856, .interp_modules_by_index = 864, \
	.interp_importlib = 888, .interp_import_func = 1360, \
	.interp_codec_search_path = 912, .interp_codec_search_cache = 920, \
	.interp_codec_error_registry = 928, .interp_dict = 1344, \
	.interp_builtins_copy = 1352, .interp_before_forkers = 3424, \
	.interp_after_forkers_parent = 3432, \
	.interp_after_forkers_child = 3440, .interp_warnings_filters = 3456, \
	.interp_warnings_once_registry = 3464, \
	.interp_warnings_default_action = 3472, \
	.interp_atexit_callbacks = 3488, .interp_atexit_ncallbacks = 3496, \
	.interp_audit_hooks = 3504, .interp_small_ints = 3512, \
	.interp_errnomap = 13312, .gil_last_holder = 8, .gil_locked = 16, \
	.gc_size = 240, .gc_enabled = 12, .gc_generations = 24, \
	.gc_generation0 = 96, .gc_permanent = 104, .gc_collecting = 200, \
	.gc_garbage = 208, .gc_callbacks = 216, .gc_stats = 128, \
	.generation_threshold = 16, .generation_count = 20, \
	.generation_size = 24, .stats_size = 24, .stats_collections = 0, \
	.stats_collected = 8, .stats_uncollectable = 16, .thread_size = 280, \
	.thread_next = 8, .thread_interp = 16, .thread_frame = 24, \
	.thread_cframe = 48, .thread_c_profileobj = 72, \
	.thread_c_traceobj = 80, .thread_curexc_type = 88, \
	.thread_curexc_value = 96, .thread_curexc_traceback = 104, \
	.thread_exc_info = 144, .thread_exc_state = 112, .thread_dict = 152, \
	.thread_async_exc = 168, .thread_thread_id = 176, \
	.thread_on_delete_data = 208, .thread_async_gen_firstiter = 224, \
	.thread_async_gen_finalizer = 232, .thread_context = 240, \
	.thread_delete_later = 192, .stackitem_exc_type = 0, \
	.stackitem_exc_value = 8, .stackitem_exc_traceback = 16, \
	.stackitem_previous = 24, .frame_size = 360, .frame_back = 24, \
	.frame_code = 32, .frame_builtins = 40, .frame_globals = 48, \
	.frame_locals = 56, .frame_valuestack = 64, .frame_stackdepth = 80, \
	.frame_trace = 72, .frame_lasti = 96, .frame_lineno = 100, \
	.frame_localsplus = 352, .gen_frame = 16, .gen_code = 24, \
	.gen_name = 40, .gen_qualname = 48, .gen_exc_state = 56, \
	.gen_origin = 88, .object_refcount = 0, .object_type = 8, \
	.object_size = 16, .var_size = 16, .type_size = 408, .type_name = 24, \
	.type_basicsize = 32, .type_itemsize = 40, .type_dealloc = 48, \
	.type_getattro = 144, .type_flags = 168, .type_doc = 176, \
	.type_as_sequence = 104, .type_as_mapping = 112, .type_traverse = 184, \
	.type_weaklistoffset = 208, .type_methods = 232, .type_members = 240, \
	.type_getset = 248, .type_base = 256, .type_dict = 264, \
	.type_descr_get = 272, .type_descr_set = 280, .type_dictoffset = 288, \
	.type_is_gc = 328, .type_bases = 336, .type_mro = 344, \
	.type_cache = 352, .type_subclasses = 360, .type_weaklist = 368, \
	.type_del = 376, .type_finalize = 392, .heaptype_size = 888, \
	.heaptype_name = 848, .heaptype_slots = 856, .heaptype_qualname = 864, \
	.heaptype_cached_keys = 872, .heaptype_module = 880, .member_name = 0, \
	.member_type = 8, .member_offset = 16, .member_size = 40, \
	.dict_size = 48, .dict_used = 16, .dict_keys = 32, .dict_values = 40, \
	.keys_size = 8, .keys_lookup = 16, .keys_refcount = 0, \
	.keys_usable = 24, .keys_nentries = 32, .keys_indices = 40, \
	.set_size = 200, .set_used = 24, .set_mask = 32, .set_table = 40, \
	.set_smalltable = 64, .list_item = 24, .list_allocated = 32, \
	.tuple_item = 24, .long_digit = 24, .float_value = 16, \
	.complex_value = 16, .ascii_size = 48, .str_length = 16, \
	.str_state = 32, .str_wstr = 40, .str_wstr_length = 64, \
	.compact_size = 72, .str_utf8_length = 48, .str_utf8 = 56, \
	.str_data = 72, .str_size = 80, .bytes_value = 32, \
	.bytearray_alloc = 24, .bytearray_start = 40, .bytearray_bytes = 32, \
	.code_size = 176, .code_argcount = 16, .code_nlocals = 28, \
	.code_stacksize = 32, .code_flags = 36, .code_firstlineno = 40, \
	.code_code = 48, .code_consts = 56, .code_names = 64, \
	.code_varnames = 72, .code_freevars = 80, .code_cellvars = 88, \
	.code_filename = 104, .code_name = 112, .code_linetable = 120, \
	.code_zombieframe = 128, .code_extra = 144, .code_opcache = 160, \
	.code_opcache_map = 152, .code_opcache_size = 172, \
	.code_cell2arg = 96, .function_code = 48, .function_globals = 16, \
	.function_builtins = 24, .function_module = 104, \
	.function_defaults = 56, .function_kwdefaults = 64, \
	.function_doc = 80, .function_name = 32, .function_dict = 88, \
	.function_closure = 72, .function_annotations = 112, \
	.function_qualname = 40, .method_func = 16, .method_self = 24, \
	.builtin_self = 24, .builtin_module = 32, .builtin_ml = 16, \
	.cell_ref = 16, .module_dict = 16, .module_def = 24, \
	.module_state = 32, .module_name = 48, .weakref_object = 16, \
	.weakref_callback = 24, .weakref_next = 48, .descr_type = 16, \
	.descr_name = 24, .mappingproxy_mapping = 16, .traceback_lineno = 36, \
	.deque_size = 80, .deque_leftblock = 24, .deque_rightblock = 32, \
	.deque_leftindex = 40, .deque_rightindex = 48, .deque_maxlen = 64, \
	.odict_first = 48, .odict_fast_nodes = 64, \
	.odict_fast_nodes_size = 72, .odict_inst_dict = 96, \
	.odictnode_key = 0, .odictnode_next = 16, .lru_cache_root = 0, \
	.lru_cache_maxsize = 96, .lru_cache_misses = 104, \
	.lru_cache_hits = 80, .lru_cache_cache = 72, .lru_cache_func = 88, \
	.lru_link_key = 40, .lru_link_result = 48, .lru_link_next = 24, \
	.range_start = 16, .range_stop = 24, .range_step = 32, \
	.range_length = 40, .datetime_hastzinfo = 24, .datetime_tzinfo = 40, \
	.time_tzinfo = 32, .timezone_offset = 16, .timezone_name = 24, \
	.array_allocated = 32, .array_descr = 40, .arraydescr_itemsize = 4, \
	.bytesio_buf = 16, .buffered_buffer = 56, .buffered_buffer_size = 120, \
	.product_pools = 16, .combinations_r = 40, .cwr_r = 40, \
	.permutations_pool = 16, .permutations_r = 48, .struct_codes = 32, \
	.formatcode_size = 32, .formatcode_fmtdef = 0, .decimal_flags = 24, \
	.decimal_alloc = 56, .element_extra = 40, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 152, .pickler_memo = 16, \
	.pickler_output = 64, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 272, \
	.unpickler_memo = 24, .unpickler_memo_size = 32, \
	.unpickler_marks = 240, .unpickler_marks_size = 256, \
	.unpickler_input_line = 152, .unpickler_encoding = 224, \
	.unpickler_errors = 232, .simplequeue_size = 56, .stgdict_size = 192, \
	.stginfo_length = 64, .stginfo_elements = 88, .stginfo_format = 168, \
	.stginfo_shape = 184, .stginfo_ndim = 176, .array_item = 24, \
	.stringio_buf = 16, .stringio_buf_size = 40, \
	.stringio_accu_small = 64, .stringio_accu_large = 56, \
	.buffered_lock = 104, .lock_lock = 16, .rlock_lock = 16, \
	.mmap_data = 16, .mmap_length = 24, .csvreader_field = 48, \
	.csvreader_field_size = 56, .csvwriter_rec = 32, \
	.csvwriter_rec_size = 40, .poll_ufds = 32, .zlib_state = 72, \
	.zlib_lock = 160, .bz2compressor_state = 64, \
	.bz2compressor_lock = 104, .bz2decompressor_state = 64, \
	.bz2decompressor_input = 120, .bz2decompressor_input_size = 128, \
	.bz2decompressor_lock = 144, .lzmacompressor_state = 96, \
	.lzmacompressor_lock = 184, .lzmadecompressor_state = 96, \
	.lzmadecompressor_input = 200, .lzmadecompressor_input_size = 208, \
	.lzmadecompressor_lock = 216, .hash_context = 16, .hash_lock = 24, \
	.cdata_pointer = 16, .cdata_needs_free = 24, .cdata_size = 40, \
	.cdata_value = 80, .capsule_pointer = 16, .capsule_name = 24, \
	.capsule_context = 32, .capsule_destructor = 40, .decimal_data = 64, \
	.memotable_table = 24, .pdata_data = 24, .pdata_allocated = 48, \
	.simplequeue_lock = 16, .xmlparser_parser = 16, \
	.xmlparser_buffer = 40, .xmlparser_handlers = 64, \
	.etreeparser_parser = 16, .zoneinfo_utc = 56, .zoneinfo_wall = 64, \
	.zoneinfo_transitions = 80, .zoneinfo_infos = 192, \
	.product_indices = 24, .combinations_indices = 24, .cwr_indices = 24, \
	.permutations_indices = 24, .permutations_cycles = 32, \
	.connection_db = 16, .statement_st = 24, .sslcontext_context = 16, \
	.sslcontext_protocols = 24, .sslcontext_keylog = 80, \
	.sslsocket_ssl = 24, .sslsession_session = 16, .memorybio_bio = 16, \
	.scandir_dir = 88, .hmac_context = 16, .hmac_lock = 24, \
	.semlock_name = 48,

#define BASE_3_11 \
	.runtime_size = 166688, .runtime_interpreters_head = 40, \
	.runtime_gilstate_current = 576, .runtime_main_interpreter = 58936, \
	.interp_size = 107752, .interp_next = 0, .interp_id = 48, \
	.interp_threads = 16, .interp_gc = 648, .interp_sysdict = 904, \
	.interp_builtins = 912, .interp_modules = 888, \
	.interp_modules_by_index = 896, .interp_importlib = 920, \
	.interp_import_func = 1416, .interp_codec_search_path = 936, \
	.interp_codec_search_cache = 944, .interp_codec_error_registry = 952, \
	.interp_dict = 1400, .interp_builtins_copy = 1408, \
	.interp_before_forkers = 3480, .interp_after_forkers_parent = 3488, \
	.interp_after_forkers_child = 3496, .interp_warnings_filters = 3504, \
	.interp_warnings_once_registry = 3512, \
	.interp_warnings_default_action = 3520, \
	.interp_atexit_callbacks = 3536, .interp_atexit_ncallbacks = 3544, \
	.interp_audit_hooks = 3552, .interp_errnomap = 7128, \
	.interp_callable_cache = 107360, .gil_last_holder = 8, \
	.gil_locked = 16, .gc_size = 240, .gc_enabled = 12, \
	.gc_generations = 24, .gc_generation0 = 96, .gc_permanent = 104, \
	.gc_collecting = 200, .gc_garbage = 208, .gc_callbacks = 216, \
	.gc_stats = 128, .generation_threshold = 16, .generation_count = 20, \
	.generation_size = 24, .stats_size = 24, .stats_collections = 0, \
	.stats_collected = 8, .stats_uncollectable = 16, .thread_size = 360, \
	.thread_next = 8, .thread_interp = 16, .thread_cframe = 56, \
	.cframe_current_frame = 8, .thread_c_profileobj = 80, \
	.thread_c_traceobj = 88, .thread_curexc_type = 96, \
	.thread_curexc_value = 104, .thread_curexc_traceback = 112, \
	.thread_exc_info = 120, .thread_exc_state = 320, .thread_dict = 128, \
	.thread_async_exc = 144, .thread_thread_id = 152, \
	.thread_native_thread_id = 160, .thread_on_delete_data = 192, \
	.thread_async_gen_firstiter = 208, .thread_async_gen_finalizer = 216, \
	.thread_context = 224, .thread_datastack_chunk = 296, \
	.thread_delete_later = 176, .stackitem_exc_value = 0, \
	.stackitem_previous = 8, .iframe_size = 80, .iframe_code = 32, \
	.iframe_func = 0, .iframe_globals = 8, .iframe_builtins = 16, \
	.iframe_locals = 24, .iframe_frame_obj = 40, .iframe_previous = 48, \
	.iframe_instr_ptr = 56, .iframe_stacktop = 64, .iframe_owner = 69, \
	.iframe_localsplus = 72, .frame_size = 56, .frame_back = 16, \
	.frame_frame = 24, .frame_trace = 32, .frame_data = 48, \
	.frame_lineno = 40, .gen_code = 16, .gen_name = 32, \
	.gen_qualname = 40, .gen_exc_state = 48, .gen_origin = 64, \
	.gen_frame_state = 75, .gen_iframe = 80, .object_refcount = 0, \
	.object_type = 8, .object_size = 16, .var_size = 16, .type_size = 408, \
	.type_name = 24, .type_basicsize = 32, .type_itemsize = 40, \
	.type_dealloc = 48, .type_getattro = 144, .type_flags = 168, \
	.type_doc = 176, .type_as_sequence = 104, .type_as_mapping = 112, \
	.type_traverse = 184, .type_weaklistoffset = 208, .type_methods = 232, \
	.type_members = 240, .type_getset = 248, .type_base = 256, \
	.type_dict = 264, .type_descr_get = 272, .type_descr_set = 280, \
	.type_dictoffset = 288, .type_is_gc = 328, .type_bases = 336, \
	.type_mro = 344, .type_cache = 352, .type_subclasses = 360, \
	.type_weaklist = 368, .type_del = 376, .type_finalize = 392, \
	.heaptype_size = 904, .heaptype_name = 848, .heaptype_slots = 856, \
	.heaptype_qualname = 864, .heaptype_cached_keys = 872, \
	.heaptype_module = 880, .heaptype_tpname = 888, .member_name = 0, \
	.member_type = 8, .member_offset = 16, .member_size = 40, \
	.dict_size = 48, .dict_used = 16, .dict_keys = 32, .dict_values = 40, \
	.keys_log2_size = 8, .keys_log2_index_bytes = 9, .keys_kind = 10, \
	.keys_refcount = 0, .keys_usable = 16, .keys_nentries = 24, \
	.keys_indices = 32, .values_values = 0, .set_size = 200, \
	.set_used = 24, .set_mask = 32, .set_table = 40, .set_smalltable = 64, \
	.list_item = 24, .list_allocated = 32, .tuple_item = 24, \
	.long_digit = 24, .float_value = 16, .complex_value = 16, \
	.ascii_size = 48, .str_length = 16, .str_state = 32, .str_wstr = 40, \
	.str_wstr_length = 64, .compact_size = 72, .str_utf8_length = 48, \
	.str_utf8 = 56, .str_data = 72, .str_size = 80, .bytes_value = 32, \
	.bytearray_alloc = 24, .bytearray_start = 40, .bytearray_bytes = 32, \
	.code_size = 192, .code_argcount = 56, .code_nlocals = 80, \
	.code_nlocalsplus = 76, .code_stacksize = 68, .code_flags = 48, \
	.code_firstlineno = 72, .code_consts = 24, .code_names = 32, \
	.code_exceptiontable = 40, .code_localsplusnames = 96, \
	.code_localspluskinds = 104, .code_filename = 112, .code_name = 120, \
	.code_qualname = 128, .code_linetable = 136, .code_extra = 176, \
	.code_cached_code = 152, .code_linearray = 160, \
	.code_code_adaptive = 184, .function_code = 48, \
	.function_globals = 16, .function_builtins = 24, \
	.function_module = 104, .function_defaults = 56, \
	.function_kwdefaults = 64, .function_doc = 80, .function_name = 32, \
	.function_dict = 88, .function_closure = 72, \
	.function_annotations = 112, .function_qualname = 40, \
	.method_func = 16, .method_self = 24, .builtin_self = 24, \
	.builtin_module = 32, .builtin_ml = 16, .cell_ref = 16, \
	.module_dict = 16, .module_def = 24, .module_state = 32, \
	.module_name = 48, .weakref_object = 16, .weakref_callback = 24, \
	.weakref_next = 48, .descr_type = 16, .descr_name = 24, \
	.mappingproxy_mapping = 16, .traceback_lineno = 36, .deque_size = 216, \
	.deque_leftblock = 24, .deque_rightblock = 32, .deque_leftindex = 40, \
	.deque_rightindex = 48, .deque_maxlen = 64, .odict_first = 48, \
	.odict_fast_nodes = 64, .odict_fast_nodes_size = 72, \
	.odict_inst_dict = 96, .odictnode_key = 0, .odictnode_next = 16, \
	.lru_cache_root = 0, .lru_cache_maxsize = 96, .lru_cache_misses = 104, \
	.lru_cache_hits = 80, .lru_cache_cache = 72, .lru_cache_func = 88, \
	.lru_link_key = 40, .lru_link_result = 48, .lru_link_next = 24, \
	.range_start = 16, .range_stop = 24, .range_step = 32, \
	.range_length = 40, .datetime_hastzinfo = 24, .datetime_tzinfo = 40, \
	.time_tzinfo = 32, .timezone_offset = 16, .timezone_name = 24, \
	.array_allocated = 32, .array_descr = 40, .arraydescr_itemsize = 4, \
	.bytesio_buf = 16, .buffered_buffer = 56, .buffered_buffer_size = 120, \
	.product_pools = 16, .combinations_r = 40, .cwr_r = 40, \
	.permutations_pool = 16, .permutations_r = 48, .struct_codes = 32, \
	.formatcode_size = 32, .formatcode_fmtdef = 0, .decimal_flags = 24, \
	.decimal_alloc = 56, .element_extra = 40, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 152, .pickler_memo = 16, \
	.pickler_output = 64, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 272, \
	.unpickler_memo = 24, .unpickler_memo_size = 32, \
	.unpickler_marks = 240, .unpickler_marks_size = 256, \
	.unpickler_input_line = 152, .unpickler_encoding = 224, \
	.unpickler_errors = 232, .simplequeue_size = 56, .stgdict_size = 192, \
	.stginfo_length = 64, .stginfo_elements = 88, .stginfo_format = 168, \
	.stginfo_shape = 184, .stginfo_ndim = 176, .deque_nr_freeblocks = 72, \
	.deque_freeblocks = 80, .array_item = 24, .stringio_buf = 16, \
	.stringio_buf_size = 40, .stringio_accu_small = 64, \
	.stringio_accu_large = 56, .buffered_lock = 104, .lock_lock = 16, \
	.rlock_lock = 16, .mmap_data = 16, .mmap_length = 24, \
	.csvreader_field = 48, .csvreader_field_size = 56, \
	.csvwriter_rec = 32, .csvwriter_rec_size = 40, .poll_ufds = 32, \
	.zlib_state = 72, .zlib_lock = 160, .bz2compressor_state = 64, \
	.bz2compressor_lock = 104, .bz2decompressor_state = 64, \
	.bz2decompressor_input = 120, .bz2decompressor_input_size = 128, \
	.bz2decompressor_lock = 144, .lzmacompressor_state = 96, \
	.lzmacompressor_lock = 184, .lzmadecompressor_state = 96, \
	.lzmadecompressor_input = 200, .lzmadecompressor_input_size = 208, \
	.lzmadecompressor_lock = 216, .hash_context = 16, .hash_lock = 24, \
	.cdata_pointer = 16, .cdata_needs_free = 24, .cdata_size = 40, \
	.cdata_value = 80, .capsule_pointer = 16, .capsule_name = 24, \
	.capsule_context = 32, .capsule_destructor = 40, .decimal_data = 64, \
	.memotable_table = 24, .pdata_data = 24, .pdata_allocated = 48, \
	.simplequeue_lock = 16, .xmlparser_parser = 16, \
	.xmlparser_buffer = 40, .xmlparser_handlers = 64, \
	.etreeparser_parser = 16, .zoneinfo_utc = 56, .zoneinfo_wall = 64, \
	.zoneinfo_transitions = 80, .zoneinfo_infos = 192, \
	.product_indices = 24, .combinations_indices = 24, .cwr_indices = 24, \
	.permutations_indices = 24, .permutations_cycles = 32, \
	.connection_db = 16, .connection_trace = 112, \
	.connection_progress = 120, .connection_authorizer = 128, \
	.statement_st = 16, .blob_blob = 24, .sslcontext_context = 16, \
	.sslcontext_protocols = 24, .sslcontext_keylog = 80, \
	.sslsocket_ssl = 24, .sslsession_session = 16, .memorybio_bio = 16, \
	.scandir_dir = 88, .hmac_context = 16, .hmac_lock = 24, \
	.semlock_name = 48,

#define BASE_3_12 \
	.runtime_size = 459944, .runtime_interpreters_head = 40, \
	.runtime_allocators_standard = 96, .runtime_signal_handlers = 464, \
	.runtime_main_interpreter = 76392, .interp_size = 383552, \
	.interp_next = 0, .interp_id = 8, .interp_threads = 72, \
	.interp_gc = 112, .interp_sysdict = 352, .interp_builtins = 360, \
	.interp_modules = 944, .interp_modules_by_index = 952, \
	.interp_importlib = 960, .interp_import_func = 984, \
	.interp_codec_search_path = 1248, .interp_codec_search_cache = 1256, \
	.interp_codec_error_registry = 1264, .interp_dict = 1720, \
	.interp_sysdict_copy = 1728, .interp_builtins_copy = 1736, \
	.interp_before_forkers = 3872, .interp_after_forkers_parent = 3880, \
	.interp_after_forkers_child = 3888, .interp_warnings_filters = 3896, \
	.interp_warnings_once_registry = 3904, \
	.interp_warnings_default_action = 3912, \
	.interp_atexit_callbacks = 3944, .interp_atexit_ncallbacks = 3952, \
	.interp_audit_hooks = 267208, .interp_errnomap = 273400, \
	.interp_types_builtins = 373704, .interp_callable_cache = 381704, \
	.interp_monitoring_callables = 381784, \
	.interp_monitoring_tool_names = 382872, \
	.interp_cached_interned_strings = 382936, \
	.interp_cached_objreduce = 382952, \
	.interp_cached_generic_type = 383048, \
	.interp_cached_typevar_type = 383056, \
	.interp_cached_typevartuple_type = 383064, \
	.interp_cached_paramspec_type = 383072, \
	.interp_cached_paramspecargs_type = 383080, \
	.interp_cached_paramspeckwargs_type = 383088, \
	.interp_gil_holder = 1048, .interp_ceval_gil = 384, \
	.gil_last_holder = 8, .gil_locked = 16, .interp_obmalloc = 3960, \
	.gc_size = 240, .gc_enabled = 12, .gc_generations = 24, \
	.gc_generation0 = 96, .gc_permanent = 104, .gc_collecting = 200, \
	.gc_garbage = 208, .gc_callbacks = 216, .gc_stats = 128, \
	.generation_threshold = 16, .generation_count = 20, \
	.generation_size = 24, .stats_size = 24, .stats_collections = 0, \
	.stats_collected = 8, .stats_uncollectable = 16, .thread_size = 288, \
	.thread_next = 8, .thread_interp = 16, .thread_cframe = 56, \
	.cframe_current_frame = 0, .thread_c_profileobj = 80, \
	.thread_c_traceobj = 88, .thread_current_exception = 96, \
	.thread_exc_info = 104, .thread_exc_state = 256, .thread_dict = 112, \
	.thread_async_exc = 128, .thread_thread_id = 136, \
	.thread_native_thread_id = 144, .thread_on_delete_data = 176, \
	.thread_async_gen_firstiter = 192, .thread_async_gen_finalizer = 200, \
	.thread_context = 208, .thread_datastack_chunk = 232, \
	.thread_delete_later = 160, .stackitem_exc_value = 0, \
	.stackitem_previous = 8, .iframe_size = 80, .iframe_code = 0, \
	.iframe_func = 16, .iframe_globals = 24, .iframe_builtins = 32, \
	.iframe_locals = 40, .iframe_frame_obj = 48, .iframe_previous = 8, \
	.iframe_instr_ptr = 56, .iframe_stacktop = 64, .iframe_owner = 70, \
	.iframe_localsplus = 72, .frame_size = 56, .frame_back = 16, \
	.frame_frame = 24, .frame_trace = 32, .frame_data = 48, \
	.frame_lineno = 40, .gen_name = 24, .gen_qualname = 32, \
	.gen_exc_state = 40, .gen_origin = 56, .gen_frame_state = 67, \
	.gen_iframe = 72, .object_refcount = 0, .object_type = 8, \
	.object_size = 16, .var_size = 16, .type_size = 416, .type_name = 24, \
	.type_basicsize = 32, .type_itemsize = 40, .type_dealloc = 48, \
	.type_getattro = 144, .type_flags = 168, .type_doc = 176, \
	.type_as_sequence = 104, .type_as_mapping = 112, .type_traverse = 184, \
	.type_weaklistoffset = 208, .type_methods = 232, .type_members = 240, \
	.type_getset = 248, .type_base = 256, .type_dict = 264, \
	.type_descr_get = 272, .type_descr_set = 280, .type_dictoffset = 288, \
	.type_is_gc = 328, .type_bases = 336, .type_mro = 344, \
	.type_cache = 352, .type_subclasses = 360, .type_weaklist = 368, \
	.type_del = 376, .type_finalize = 392, .heaptype_size = 920, \
	.heaptype_name = 856, .heaptype_slots = 864, .heaptype_qualname = 872, \
	.heaptype_cached_keys = 880, .heaptype_module = 888, \
	.heaptype_tpname = 896, .member_name = 0, .member_type = 8, \
	.member_offset = 16, .member_size = 40, .static_type_size = 40, \
	.static_type_type = 0, .static_type_dict = 16, \
	.static_type_subclasses = 24, .static_type_weaklist = 32, \
	.dict_size = 48, .dict_used = 16, .dict_keys = 32, .dict_values = 40, \
	.keys_log2_size = 8, .keys_log2_index_bytes = 9, .keys_kind = 10, \
	.keys_refcount = 0, .keys_usable = 16, .keys_nentries = 24, \
	.keys_indices = 32, .values_values = 0, .set_size = 200, \
	.set_used = 24, .set_mask = 32, .set_table = 40, .set_smalltable = 64, \
	.list_item = 24, .list_allocated = 32, .tuple_item = 24, \
	.long_tag = 0, .long_value = 16, .long_digit = 24, .float_value = 16, \
	.complex_value = 16, .ascii_size = 40, .str_length = 16, \
	.str_state = 32, .compact_size = 56, .str_utf8_length = 40, \
	.str_utf8 = 48, .str_data = 56, .str_size = 64, .bytes_value = 32, \
	.bytearray_alloc = 24, .bytearray_start = 40, .bytearray_bytes = 32, \
	.code_size = 200, .code_argcount = 52, .code_nlocals = 80, \
	.code_nlocalsplus = 72, .code_stacksize = 64, .code_framesize = 76, \
	.code_flags = 48, .code_firstlineno = 68, .code_consts = 24, \
	.code_names = 32, .code_exceptiontable = 40, \
	.code_localsplusnames = 96, .code_localspluskinds = 104, \
	.code_filename = 112, .code_name = 120, .code_qualname = 128, \
	.code_linetable = 136, .code_extra = 184, .code_cached = 152, \
	.code_monitoring = 168, .code_code_adaptive = 192, \
	.function_code = 48, .function_globals = 16, .function_builtins = 24, \
	.function_module = 104, .function_defaults = 56, \
	.function_kwdefaults = 64, .function_doc = 80, .function_name = 32, \
	.function_dict = 88, .function_closure = 72, \
	.function_annotations = 112, .function_typeparams = 120, \
	.function_qualname = 40, .method_func = 16, .method_self = 24, \
	.builtin_self = 24, .builtin_module = 32, .builtin_ml = 16, \
	.cell_ref = 16, .module_dict = 16, .module_def = 24, \
	.module_state = 32, .module_name = 48, .weakref_object = 16, \
	.weakref_callback = 24, .weakref_next = 48, .descr_type = 16, \
	.descr_name = 24, .mappingproxy_mapping = 16, .traceback_lineno = 36, \
	.deque_size = 216, .deque_leftblock = 24, .deque_rightblock = 32, \
	.deque_leftindex = 40, .deque_rightindex = 48, .deque_maxlen = 64, \
	.odict_first = 48, .odict_fast_nodes = 64, \
	.odict_fast_nodes_size = 72, .odict_inst_dict = 96, \
	.odictnode_key = 0, .odictnode_next = 16, .lru_cache_root = 0, \
	.lru_cache_maxsize = 96, .lru_cache_misses = 104, \
	.lru_cache_hits = 80, .lru_cache_cache = 72, .lru_cache_func = 88, \
	.lru_link_key = 40, .lru_link_result = 48, .lru_link_next = 24, \
	.range_start = 16, .range_stop = 24, .range_step = 32, \
	.range_length = 40, .datetime_hastzinfo = 24, .datetime_tzinfo = 40, \
	.time_tzinfo = 32, .timezone_offset = 16, .timezone_name = 24, \
	.array_allocated = 32, .array_descr = 40, .arraydescr_itemsize = 4, \
	.bytesio_buf = 16, .buffered_buffer = 56, .buffered_buffer_size = 120, \
	.product_pools = 16, .combinations_r = 40, .cwr_r = 40, \
	.permutations_pool = 16, .permutations_r = 48, .struct_codes = 32, \
	.formatcode_size = 32, .formatcode_fmtdef = 0, .decimal_flags = 24, \
	.decimal_alloc = 56, .element_extra = 40, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 152, .pickler_memo = 16, \
	.pickler_output = 64, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 272, \
	.unpickler_memo = 24, .unpickler_memo_size = 32, \
	.unpickler_marks = 240, .unpickler_marks_size = 256, \
	.unpickler_input_line = 152, .unpickler_encoding = 224, \
	.unpickler_errors = 232, .simplequeue_size = 56, .stgdict_size = 192, \
	.stginfo_length = 64, .stginfo_elements = 88, .stginfo_format = 168, \
	.stginfo_shape = 184, .stginfo_ndim = 176, .deque_nr_freeblocks = 72, \
	.deque_freeblocks = 80, .array_item = 24, .stringio_buf = 16, \
	.stringio_buf_size = 40, .stringio_writer = 56, \
	.stringio_writer_buffer = 56, .buffered_lock = 104, .lock_lock = 16, \
	.rlock_lock = 16, .mmap_data = 16, .mmap_length = 24, \
	.csvreader_field = 48, .csvreader_field_size = 56, \
	.csvwriter_rec = 32, .csvwriter_rec_size = 40, .poll_ufds = 32, \
	.zlib_state = 72, .zlib_lock = 160, .zlibreader_state = 72, \
	.zlibreader_input = 152, .zlibreader_input_size = 160, \
	.zlibreader_lock = 136, .bz2compressor_state = 64, \
	.bz2compressor_lock = 104, .bz2decompressor_state = 64, \
	.bz2decompressor_input = 120, .bz2decompressor_input_size = 128, \
	.bz2decompressor_lock = 144, .lzmacompressor_state = 96, \
	.lzmacompressor_lock = 184, .lzmadecompressor_state = 96, \
	.lzmadecompressor_input = 200, .lzmadecompressor_input_size = 208, \
	.lzmadecompressor_lock = 216, .hash_context = 16, .hash_lock = 24, \
	.cdata_pointer = 16, .cdata_needs_free = 24, .cdata_size = 40, \
	.cdata_value = 80, .capsule_pointer = 16, .capsule_name = 24, \
	.capsule_context = 32, .capsule_destructor = 40, .decimal_data = 64, \
	.memotable_table = 24, .pdata_data = 24, .pdata_allocated = 48, \
	.simplequeue_lock = 16, .xmlparser_parser = 16, \
	.xmlparser_buffer = 40, .xmlparser_handlers = 64, \
	.etreeparser_parser = 16, .zoneinfo_utc = 56, .zoneinfo_wall = 64, \
	.zoneinfo_transitions = 80, .zoneinfo_infos = 192, \
	.product_indices = 24, .combinations_indices = 24, .cwr_indices = 24, \
	.permutations_indices = 24, .permutations_cycles = 32, \
	.connection_db = 16, .connection_trace = 120, \
	.connection_progress = 128, .connection_authorizer = 136, \
	.statement_st = 16, .blob_blob = 24, .sslcontext_context = 16, \
	.sslcontext_protocols = 24, .sslcontext_keylog = 80, \
	.sslsocket_ssl = 24, .sslsession_session = 16, .memorybio_bio = 16, \
	.scandir_dir = 88, .hmac_context = 16, .hmac_lock = 24, \
	.semlock_name = 48,

#define BASE_3_13 \
	.runtime_size = 283320, .runtime_interpreters_head = 632, \
	.runtime_allocators_standard = 704, .runtime_signal_handlers = 1080, \
	.runtime_main_interpreter = 88352, .interp_size = 194968, \
	.interp_next = 7264, .interp_id = 7272, .interp_threads = 7344, \
	.interp_gc = 7400, .interp_sysdict = 7640, .interp_builtins = 7648, \
	.interp_modules = 7656, .interp_modules_by_index = 7664, \
	.interp_importlib = 7672, .interp_import_func = 7696, \
	.interp_codec_search_path = 7960, .interp_codec_search_cache = 7968, \
	.interp_codec_error_registry = 7976, .interp_dict = 8448, \
	.interp_sysdict_copy = 8456, .interp_builtins_copy = 8464, \
	.interp_before_forkers = 10632, .interp_after_forkers_parent = 10640, \
	.interp_after_forkers_child = 10648, .interp_warnings_filters = 10656, \
	.interp_warnings_once_registry = 10664, \
	.interp_warnings_default_action = 10672, \
	.interp_atexit_callbacks = 10712, .interp_atexit_ncallbacks = 10720, \
	.interp_audit_hooks = 10808, .interp_errnomap = 82640, \
	.interp_types_builtins = 182968, .interp_types_extensions = 192584, \
	.interp_callable_cache = 193072, \
	.interp_monitoring_callables = 193176, \
	.interp_monitoring_tool_names = 194264, \
	.interp_cached_interned_strings = 194328, \
	.interp_cached_objreduce = 194344, \
	.interp_cached_generic_type = 194440, \
	.interp_cached_typevar_type = 194448, \
	.interp_cached_typevartuple_type = 194456, \
	.interp_cached_paramspec_type = 194464, \
	.interp_cached_paramspecargs_type = 194472, \
	.interp_cached_paramspeckwargs_type = 194480, \
	.interp_gil_holder = 7760, .interp_ceval_gil = 16, \
	.gil_last_holder = 8, .gil_locked = 16, .interp_obmalloc = 10800, \
	.gc_size = 240, .gc_enabled = 12, .gc_generations = 24, \
	.gc_generation0 = 96, .gc_permanent = 104, .gc_collecting = 200, \
	.gc_garbage = 208, .gc_callbacks = 216, .gc_stats = 128, \
	.generation_threshold = 16, .generation_count = 20, \
	.generation_size = 24, .stats_size = 24, .stats_collections = 0, \
	.stats_collected = 8, .stats_uncollectable = 16, .thread_size = 304, \
	.thread_next = 8, .thread_interp = 16, .thread_current_frame = 72, \
	.thread_c_profileobj = 96, .thread_c_traceobj = 104, \
	.thread_current_exception = 112, .thread_exc_info = 120, \
	.thread_exc_state = 256, .thread_dict = 128, .thread_async_exc = 144, \
	.thread_state = 40, .thread_thread_id = 152, \
	.thread_native_thread_id = 160, .thread_async_gen_firstiter = 192, \
	.thread_async_gen_finalizer = 200, .thread_context = 208, \
	.thread_threading_local_key = 288, \
	.thread_threading_local_sentinel = 296, .thread_datastack_chunk = 232, \
	.thread_delete_later = 168, .thread_running_loop = 304, \
	.stackitem_exc_value = 0, .stackitem_previous = 8, .iframe_size = 80, \
	.iframe_code = 0, .iframe_func = 16, .iframe_globals = 24, \
	.iframe_builtins = 32, .iframe_locals = 40, .iframe_frame_obj = 48, \
	.iframe_previous = 8, .iframe_instr_ptr = 56, .iframe_stacktop = 64, \
	.iframe_owner = 70, .iframe_localsplus = 72, .frame_size = 72, \
	.frame_back = 16, .frame_frame = 24, .frame_trace = 32, \
	.frame_extra_locals = 48, .frame_locals_cache = 56, .frame_data = 64, \
	.frame_lineno = 40, .gen_name = 24, .gen_qualname = 32, \
	.gen_exc_state = 40, .gen_origin = 56, .gen_frame_state = 67, \
	.gen_iframe = 72, .object_refcount = 0, .object_type = 8, \
	.object_size = 16, .var_size = 16, .type_size = 416, .type_name = 24, \
	.type_basicsize = 32, .type_itemsize = 40, .type_dealloc = 48, \
	.type_getattro = 144, .type_flags = 168, .type_doc = 176, \
	.type_as_sequence = 104, .type_as_mapping = 112, .type_traverse = 184, \
	.type_weaklistoffset = 208, .type_methods = 232, .type_members = 240, \
	.type_getset = 248, .type_base = 256, .type_dict = 264, \
	.type_descr_get = 272, .type_descr_set = 280, .type_dictoffset = 288, \
	.type_is_gc = 328, .type_bases = 336, .type_mro = 344, \
	.type_cache = 352, .type_subclasses = 360, .type_weaklist = 368, \
	.type_del = 376, .type_finalize = 392, .heaptype_size = 928, \
	.heaptype_name = 856, .heaptype_slots = 864, .heaptype_qualname = 872, \
	.heaptype_cached_keys = 880, .heaptype_module = 888, \
	.heaptype_tpname = 896, .member_name = 0, .member_type = 8, \
	.member_offset = 16, .member_size = 40, .static_type_size = 48, \
	.static_type_type = 0, .static_type_dict = 24, \
	.static_type_subclasses = 32, .static_type_weaklist = 40, \
	.misegment_cookie = 216, .misegment_info_slices = 232, \
	.misegment_slice_entries = 248, .misegment_slices = 264, \
	.mipage_size = 80, .mipage_slice_count = 0, .mipage_slice_offset = 4, \
	.mipage_capacity = 10, .mipage_block_size = 28, .mipage_free = 16, \
	.mipage_local_free = 32, .mipage_thread_free = 40, .dict_size = 48, \
	.dict_used = 16, .dict_keys = 32, .dict_values = 40, \
	.keys_log2_size = 8, .keys_log2_index_bytes = 9, .keys_kind = 10, \
	.keys_refcount = 0, .keys_usable = 16, .keys_nentries = 24, \
	.keys_indices = 32, .values_capacity = 0, .values_embedded = 2, \
	.values_valid = 3, .values_values = 8, .set_size = 200, \
	.set_used = 24, .set_mask = 32, .set_table = 40, .set_smalltable = 64, \
	.list_item = 24, .list_allocated = 32, .tuple_item = 24, \
	.long_tag = 0, .long_value = 16, .long_digit = 24, .float_value = 16, \
	.complex_value = 16, .ascii_size = 40, .str_length = 16, \
	.str_state = 32, .compact_size = 56, .str_utf8_length = 40, \
	.str_utf8 = 48, .str_data = 56, .str_size = 64, .bytes_value = 32, \
	.bytearray_alloc = 24, .bytearray_start = 40, .bytearray_bytes = 32, \
	.code_size = 208, .code_argcount = 52, .code_nlocals = 80, \
	.code_nlocalsplus = 72, .code_stacksize = 64, .code_framesize = 76, \
	.code_flags = 48, .code_firstlineno = 68, .code_consts = 24, \
	.code_names = 32, .code_exceptiontable = 40, \
	.code_localsplusnames = 96, .code_localspluskinds = 104, \
	.code_filename = 112, .code_name = 120, .code_qualname = 128, \
	.code_linetable = 136, .code_extra = 192, .code_cached = 160, \
	.code_monitoring = 176, .code_executors = 152, \
	.code_code_adaptive = 200, .function_code = 48, \
	.function_globals = 16, .function_builtins = 24, \
	.function_module = 104, .function_defaults = 56, \
	.function_kwdefaults = 64, .function_doc = 80, .function_name = 32, \
	.function_dict = 88, .function_closure = 72, \
	.function_annotations = 112, .function_typeparams = 120, \
	.function_qualname = 40, .method_func = 16, .method_self = 24, \
	.builtin_self = 24, .builtin_module = 32, .builtin_ml = 16, \
	.cell_ref = 16, .module_dict = 16, .module_def = 24, \
	.module_state = 32, .module_name = 48, .weakref_object = 16, \
	.weakref_callback = 24, .weakref_next = 48, .descr_type = 16, \
	.descr_name = 24, .mappingproxy_mapping = 16, .traceback_lineno = 36, \
	.deque_size = 216, .deque_leftblock = 24, .deque_rightblock = 32, \
	.deque_leftindex = 40, .deque_rightindex = 48, .deque_maxlen = 64, \
	.odict_first = 48, .odict_fast_nodes = 64, \
	.odict_fast_nodes_size = 72, .odict_inst_dict = 96, \
	.odictnode_key = 0, .odictnode_next = 16, .lru_cache_root = 0, \
	.lru_cache_maxsize = 96, .lru_cache_misses = 104, \
	.lru_cache_hits = 80, .lru_cache_cache = 72, .lru_cache_func = 88, \
	.lru_link_key = 40, .lru_link_result = 48, .lru_link_next = 24, \
	.range_start = 16, .range_stop = 24, .range_step = 32, \
	.range_length = 40, .datetime_hastzinfo = 24, .datetime_tzinfo = 40, \
	.time_tzinfo = 32, .timezone_offset = 16, .timezone_name = 24, \
	.array_allocated = 32, .array_descr = 40, .arraydescr_itemsize = 4, \
	.bytesio_buf = 16, .buffered_buffer = 56, .buffered_buffer_size = 120, \
	.product_pools = 16, .combinations_r = 40, .cwr_r = 40, \
	.permutations_pool = 16, .permutations_r = 48, .struct_codes = 32, \
	.formatcode_size = 32, .formatcode_fmtdef = 0, .decimal_flags = 24, \
	.decimal_alloc = 56, .element_extra = 40, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 144, .pickler_memo = 16, \
	.pickler_output = 56, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 264, \
	.unpickler_memo = 24, .unpickler_memo_size = 32, \
	.unpickler_marks = 232, .unpickler_marks_size = 248, \
	.unpickler_input_line = 144, .unpickler_encoding = 216, \
	.unpickler_errors = 224, .simplequeue_size = 72, \
	.simplequeue_capacity = 48, .stginfo_initialized = 0, \
	.stginfo_length = 24, .stginfo_elements = 48, .stginfo_format = 136, \
	.stginfo_shape = 152, .stginfo_ndim = 144, .deque_nr_freeblocks = 72, \
	.deque_freeblocks = 80, .array_item = 24, .stringio_buf = 16, \
	.stringio_buf_size = 40, .stringio_writer = 56, \
	.stringio_writer_buffer = 56, .buffered_lock = 104, .lock_lock = 16, \
	.rlock_lock = 16, .mmap_data = 16, .mmap_length = 24, \
	.csvreader_field = 48, .csvreader_field_size = 56, \
	.csvwriter_rec = 32, .csvwriter_rec_size = 40, .poll_ufds = 32, \
	.zlib_state = 72, .zlib_lock = 160, .zlibreader_state = 72, \
	.zlibreader_input = 152, .zlibreader_input_size = 160, \
	.zlibreader_lock = 136, .bz2compressor_state = 64, \
	.bz2compressor_lock = 104, .bz2decompressor_state = 64, \
	.bz2decompressor_input = 120, .bz2decompressor_input_size = 128, \
	.bz2decompressor_lock = 144, .lzmacompressor_state = 96, \
	.lzmacompressor_lock = 184, .lzmadecompressor_state = 96, \
	.lzmadecompressor_input = 200, .lzmadecompressor_input_size = 208, \
	.lzmadecompressor_lock = 216, .hash_context = 16, .cdata_pointer = 16, \
	.cdata_needs_free = 24, .cdata_size = 40, .cdata_value = 80, \
	.capsule_pointer = 16, .capsule_name = 24, .capsule_context = 32, \
	.capsule_destructor = 40, .decimal_data = 64, .memotable_table = 24, \
	.pdata_data = 24, .pdata_allocated = 48, .simplequeue_items = 40, \
	.xmlparser_parser = 16, .xmlparser_buffer = 40, \
	.xmlparser_handlers = 72, .etreeparser_parser = 16, \
	.zoneinfo_utc = 56, .zoneinfo_wall = 64, .zoneinfo_transitions = 80, \
	.zoneinfo_infos = 192, .product_indices = 24, \
	.combinations_indices = 24, .cwr_indices = 24, \
	.permutations_indices = 24, .permutations_cycles = 32, \
	.handle_handle = 16, .connection_db = 16, .connection_trace = 120, \
	.connection_progress = 128, .connection_authorizer = 136, \
	.statement_st = 16, .blob_blob = 24, .sslcontext_context = 16, \
	.sslcontext_protocols = 24, .sslcontext_keylog = 80, \
	.sslsocket_ssl = 24, .sslsession_session = 16, .memorybio_bio = 16, \
	.scandir_dir = 104, .hmac_context = 16, .semlock_name = 48,

#define BASE_3_14 \
	.runtime_size = 316616, .runtime_interpreters_head = 808, \
	.runtime_allocators_standard = 880, .runtime_signal_handlers = 1256, \
	.runtime_main_interpreter = 90752, .interp_size = 225864, \
	.interp_next = 7272, .interp_id = 7280, .interp_threads = 7344, \
	.interp_gc = 7408, .interp_sysdict = 7672, .interp_builtins = 7680, \
	.interp_modules = 7688, .interp_modules_by_index = 7696, \
	.interp_importlib = 7704, .interp_import_func = 7728, \
	.interp_codec_search_path = 8000, .interp_codec_search_cache = 8008, \
	.interp_codec_error_registry = 8016, .interp_dict = 8496, \
	.interp_sysdict_copy = 8504, .interp_builtins_copy = 8512, \
	.interp_before_forkers = 10696, .interp_after_forkers_parent = 10704, \
	.interp_after_forkers_child = 10712, .interp_warnings_filters = 10720, \
	.interp_warnings_once_registry = 10728, \
	.interp_warnings_default_action = 10736, \
	.interp_warnings_context = 10776, .interp_atexit_callbacks = 10792, \
	.interp_audit_hooks = 10912, .interp_errnomap = 79888, \
	.interp_types_builtins = 180240, .interp_types_extensions = 189856, \
	.interp_callable_cache = 223112, .interp_common_consts = 223144, \
	.interp_monitoring_callables = 223280, \
	.interp_monitoring_tool_names = 224496, \
	.interp_cached_interned_strings = 224624, \
	.interp_cached_objreduce = 224632, \
	.interp_cached_generic_type = 224728, \
	.interp_cached_typevar_type = 224736, \
	.interp_cached_typevartuple_type = 224744, \
	.interp_cached_paramspec_type = 224752, \
	.interp_cached_paramspecargs_type = 224760, \
	.interp_cached_paramspeckwargs_type = 224768, \
	.interp_cached_constevaluator_type = 224776, \
	.interp_gil_holder = 7792, .interp_ceval_gil = 16, \
	.gil_last_holder = 8, .gil_locked = 16, .interp_obmalloc = 10904, \
	.gc_size = 264, .gc_enabled = 12, .gc_generations = 24, \
	.gc_generation0 = 256, .gc_permanent = 96, .gc_collecting = 192, \
	.gc_garbage = 200, .gc_callbacks = 208, .gc_stats = 120, \
	.generation_threshold = 16, .generation_count = 20, \
	.generation_size = 24, .stats_size = 24, .stats_collections = 0, \
	.stats_collected = 8, .stats_uncollectable = 16, .thread_size = 832, \
	.thread_next = 8, .thread_interp = 16, .thread_current_frame = 72, \
	.thread_c_profileobj = 96, .thread_c_traceobj = 104, \
	.thread_current_exception = 112, .thread_exc_info = 120, \
	.thread_exc_state = 256, .thread_dict = 128, .thread_async_exc = 144, \
	.thread_state = 44, .thread_thread_id = 152, \
	.thread_native_thread_id = 160, .thread_async_gen_firstiter = 192, \
	.thread_async_gen_finalizer = 200, .thread_context = 208, \
	.thread_threading_local_key = 288, \
	.thread_threading_local_sentinel = 296, .thread_holds_gil = 36, \
	.thread_datastack_chunk = 232, .thread_delete_later = 168, \
	.thread_running_loop = 864, .thread_running_task = 872, \
	.stackitem_exc_value = 0, .stackitem_previous = 8, .iframe_size = 88, \
	.iframe_code = 0, .iframe_func = 16, .iframe_globals = 24, \
	.iframe_builtins = 32, .iframe_locals = 40, .iframe_frame_obj = 48, \
	.iframe_previous = 8, .iframe_instr_ptr = 56, \
	.iframe_stackpointer = 64, .iframe_owner = 74, \
	.iframe_localsplus = 80, .frame_size = 80, .frame_back = 16, \
	.frame_frame = 24, .frame_trace = 32, .frame_extra_locals = 48, \
	.frame_locals_cache = 56, .frame_overwritten = 64, .frame_data = 72, \
	.frame_lineno = 40, .gen_name = 24, .gen_qualname = 32, \
	.gen_exc_state = 40, .gen_origin = 56, .gen_frame_state = 67, \
	.gen_iframe = 72, .object_refcount = 0, .object_type = 8, \
	.object_size = 16, .var_size = 16, .type_size = 416, .type_name = 24, \
	.type_basicsize = 32, .type_itemsize = 40, .type_dealloc = 48, \
	.type_getattro = 144, .type_flags = 168, .type_doc = 176, \
	.type_as_sequence = 104, .type_as_mapping = 112, .type_traverse = 184, \
	.type_weaklistoffset = 208, .type_methods = 232, .type_members = 240, \
	.type_getset = 248, .type_base = 256, .type_dict = 264, \
	.type_descr_get = 272, .type_descr_set = 280, .type_dictoffset = 288, \
	.type_is_gc = 328, .type_bases = 336, .type_mro = 344, \
	.type_cache = 352, .type_subclasses = 360, .type_weaklist = 368, \
	.type_del = 376, .type_finalize = 392, .heaptype_size = 936, \
	.heaptype_name = 856, .heaptype_slots = 864, .heaptype_qualname = 872, \
	.heaptype_cached_keys = 880, .heaptype_module = 888, \
	.heaptype_tpname = 896, .member_name = 0, .member_type = 8, \
	.member_offset = 16, .member_size = 40, .static_type_size = 48, \
	.static_type_type = 0, .static_type_dict = 24, \
	.static_type_subclasses = 32, .static_type_weaklist = 40, \
	.misegment_cookie = 216, .misegment_info_slices = 232, \
	.misegment_slice_entries = 248, .misegment_slices = 264, \
	.mipage_size = 80, .mipage_slice_count = 0, .mipage_slice_offset = 4, \
	.mipage_capacity = 10, .mipage_block_size = 28, .mipage_free = 16, \
	.mipage_local_free = 32, .mipage_thread_free = 40, .dict_size = 48, \
	.dict_used = 16, .dict_keys = 32, .dict_values = 40, \
	.keys_log2_size = 8, .keys_log2_index_bytes = 9, .keys_kind = 10, \
	.keys_refcount = 0, .keys_usable = 16, .keys_nentries = 24, \
	.keys_indices = 32, .values_capacity = 0, .values_embedded = 2, \
	.values_valid = 3, .values_values = 8, .set_size = 200, \
	.set_used = 24, .set_mask = 32, .set_table = 40, .set_smalltable = 64, \
	.list_item = 24, .list_allocated = 32, .tuple_item = 32, \
	.long_tag = 0, .long_value = 16, .long_digit = 24, .float_value = 16, \
	.complex_value = 16, .ascii_size = 40, .str_length = 16, \
	.str_state = 32, .compact_size = 56, .str_utf8_length = 40, \
	.str_utf8 = 48, .str_data = 56, .str_size = 64, .bytes_value = 32, \
	.bytearray_alloc = 24, .bytearray_start = 40, .bytearray_bytes = 32, \
	.code_size = 216, .code_argcount = 52, .code_nlocals = 80, \
	.code_nlocalsplus = 72, .code_stacksize = 64, .code_framesize = 76, \
	.code_flags = 48, .code_firstlineno = 68, .code_consts = 24, \
	.code_names = 32, .code_exceptiontable = 40, \
	.code_localsplusnames = 96, .code_localspluskinds = 104, \
	.code_filename = 112, .code_name = 120, .code_qualname = 128, \
	.code_linetable = 136, .code_extra = 200, .code_cached = 160, \
	.code_monitoring = 176, .code_executors = 152, \
	.code_code_adaptive = 208, .function_code = 48, \
	.function_globals = 16, .function_builtins = 24, \
	.function_module = 104, .function_defaults = 56, \
	.function_kwdefaults = 64, .function_doc = 80, .function_name = 32, \
	.function_dict = 88, .function_closure = 72, \
	.function_annotations = 112, .function_annotate = 120, \
	.function_typeparams = 128, .function_qualname = 40, \
	.method_func = 16, .method_self = 24, .builtin_self = 24, \
	.builtin_module = 32, .builtin_ml = 16, .cell_ref = 16, \
	.module_dict = 16, .module_def = 24, .module_state = 32, \
	.module_name = 48, .weakref_object = 16, .weakref_callback = 24, \
	.weakref_next = 48, .descr_type = 16, .descr_name = 24, \
	.mappingproxy_mapping = 16, .traceback_lineno = 36, .deque_size = 216, \
	.deque_leftblock = 24, .deque_rightblock = 32, .deque_leftindex = 40, \
	.deque_rightindex = 48, .deque_maxlen = 64, .odict_first = 48, \
	.odict_fast_nodes = 64, .odict_fast_nodes_size = 72, \
	.odict_inst_dict = 96, .odictnode_key = 0, .odictnode_next = 16, \
	.lru_cache_root = 0, .lru_cache_maxsize = 96, .lru_cache_misses = 104, \
	.lru_cache_hits = 80, .lru_cache_cache = 72, .lru_cache_func = 88, \
	.lru_link_key = 40, .lru_link_result = 48, .lru_link_next = 24, \
	.range_start = 16, .range_stop = 24, .range_step = 32, \
	.range_length = 40, .datetime_hastzinfo = 24, .datetime_tzinfo = 40, \
	.time_tzinfo = 32, .timezone_offset = 16, .timezone_name = 24, \
	.array_allocated = 32, .array_descr = 40, .arraydescr_itemsize = 4, \
	.bytesio_buf = 16, .buffered_buffer = 56, .buffered_buffer_size = 120, \
	.product_pools = 16, .combinations_r = 40, .cwr_r = 40, \
	.permutations_pool = 16, .permutations_r = 48, .struct_codes = 32, \
	.formatcode_size = 32, .formatcode_fmtdef = 0, .decimal_flags = 24, \
	.decimal_alloc = 56, .element_extra = 40, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 152, .pickler_memo = 16, \
	.pickler_output = 64, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 296, \
	.unpickler_memo = 24, .unpickler_memo_size = 32, \
	.unpickler_marks = 256, .unpickler_marks_size = 272, \
	.unpickler_input_line = 152, .unpickler_encoding = 240, \
	.unpickler_errors = 248, .simplequeue_size = 72, \
	.simplequeue_capacity = 48, .stginfo_initialized = 0, \
	.stginfo_length = 24, .stginfo_elements = 48, .stginfo_format = 144, \
	.stginfo_shape = 160, .stginfo_ndim = 152, .deque_nr_freeblocks = 72, \
	.deque_freeblocks = 80, .array_item = 24, .stringio_buf = 16, \
	.stringio_buf_size = 40, .stringio_writer = 56, .buffered_lock = 104, \
	.fileio_stat = 24, .mmap_data = 16, .mmap_length = 24, \
	.csvreader_field = 48, .csvreader_field_size = 56, \
	.csvwriter_rec = 32, .csvwriter_rec_size = 40, .poll_ufds = 32, \
	.zlib_state = 72, .zlib_lock = 160, .zlibreader_state = 72, \
	.zlibreader_input = 152, .zlibreader_input_size = 160, \
	.zlibreader_lock = 136, .bz2compressor_state = 64, \
	.bz2compressor_lock = 104, .bz2decompressor_state = 64, \
	.bz2decompressor_input = 120, .bz2decompressor_input_size = 128, \
	.bz2decompressor_lock = 144, .lzmacompressor_state = 96, \
	.lzmacompressor_lock = 184, .lzmadecompressor_state = 96, \
	.lzmadecompressor_input = 200, .lzmadecompressor_input_size = 208, \
	.lzmadecompressor_lock = 216, .hash_context = 16, .cdata_pointer = 16, \
	.cdata_needs_free = 24, .cdata_size = 40, .cdata_value = 80, \
	.capsule_pointer = 16, .capsule_name = 24, .capsule_context = 32, \
	.capsule_destructor = 40, .decimal_data = 64, .memotable_table = 24, \
	.pdata_data = 24, .pdata_allocated = 48, .simplequeue_items = 40, \
	.xmlparser_parser = 16, .xmlparser_buffer = 48, \
	.xmlparser_handlers = 80, .etreeparser_parser = 16, \
	.zoneinfo_utc = 56, .zoneinfo_wall = 64, .zoneinfo_transitions = 80, \
	.zoneinfo_infos = 192, .product_indices = 24, \
	.combinations_indices = 24, .cwr_indices = 24, \
	.permutations_indices = 24, .permutations_cycles = 32, \
	.handle_handle = 16, .connection_db = 16, .connection_trace = 120, \
	.connection_progress = 128, .connection_authorizer = 136, \
	.statement_st = 16, .blob_blob = 24, .sslcontext_context = 16, \
	.sslcontext_protocols = 24, .sslcontext_keylog = 80, \
	.sslsocket_ssl = 24, .sslsession_session = 16, .memorybio_bio = 16, \
	.scandir_dir = 112, .hmac_context = 16, .zstdcompressor_context = 16, \
	.zstddecompressor_context = 16, .zstddecompressor_input = 32, \
	.zstddecompressor_input_size = 40, .semlock_name = 48,

#define BASE_3_15 \
	.runtime_size = 346568, .runtime_interpreters_head = 936, \
	.runtime_allocators_standard = 1008, .runtime_signal_handlers = 1384, \
	.runtime_main_interpreter = 120328, .interp_size = 226240, \
	.interp_next = 7264, .interp_id = 7272, .interp_threads = 7336, \
	.interp_gc = 7400, .interp_sysdict = 7576, .interp_builtins = 7584, \
	.interp_modules = 7592, .interp_modules_by_index = 7600, \
	.interp_importlib = 7608, .interp_import_func = 7632, \
	.interp_lazy_import_func = 7640, .interp_lazy_imports_filter = 7656, \
	.interp_lazy_modules = 7664, .interp_lazy_pending_submodules = 7672, \
	.interp_codec_search_path = 7952, .interp_codec_search_cache = 7960, \
	.interp_codec_error_registry = 7968, .interp_dict = 8448, \
	.interp_sysdict_copy = 8456, .interp_builtins_copy = 8464, \
	.interp_before_forkers = 10672, .interp_after_forkers_parent = 10680, \
	.interp_after_forkers_child = 10688, .interp_warnings_filters = 10696, \
	.interp_warnings_once_registry = 10704, \
	.interp_warnings_default_action = 10712, \
	.interp_warnings_context = 10752, .interp_atexit_callbacks = 10768, \
	.interp_audit_hooks = 10888, .interp_errnomap = 79896, \
	.interp_types_builtins = 180264, .interp_types_extensions = 190024, \
	.interp_callable_cache = 223280, .interp_common_consts = 223312, \
	.interp_monitoring_callables = 223552, \
	.interp_monitoring_tool_names = 224768, \
	.interp_cached_interned_strings = 224896, \
	.interp_cached_objreduce = 224904, \
	.interp_cached_generic_type = 224912, \
	.interp_cached_typevar_type = 224920, \
	.interp_cached_typevartuple_type = 224928, \
	.interp_cached_paramspec_type = 224936, \
	.interp_cached_paramspecargs_type = 224944, \
	.interp_cached_paramspeckwargs_type = 224952, \
	.interp_cached_constevaluator_type = 224960, \
	.interp_gil_holder = 7744, .interp_ceval_gil = 16, \
	.gil_last_holder = 8, .gil_locked = 16, .interp_obmalloc = 10880, \
	.gc_size = 176, .gc_enabled = 0, .gc_generations = 8, \
	.gc_generation0 = 168, .gc_permanent = 80, .gc_collecting = 112, \
	.gc_garbage = 128, .gc_callbacks = 136, .gc_stats = 104, \
	.generation_threshold = 16, .generation_count = 20, \
	.generation_size = 24, .stats_size = 64, .stats_collections = 16, \
	.stats_collected = 24, .stats_uncollectable = 32, \
	.stats_candidates = 40, .stats_duration = 48, .stats_young = 0, \
	.stats_young_index = 704, .stats_old = 712, .stats_old_index = 192, \
	.stats_old_size = 200, .thread_size = 888, .thread_next = 8, \
	.thread_interp = 16, .thread_current_frame = 72, \
	.thread_c_profileobj = 120, .thread_c_traceobj = 128, \
	.thread_current_exception = 136, .thread_exc_info = 144, \
	.thread_exc_state = 288, .thread_dict = 152, .thread_async_exc = 168, \
	.thread_state = 48, .thread_thread_id = 176, \
	.thread_native_thread_id = 184, .thread_async_gen_firstiter = 216, \
	.thread_async_gen_finalizer = 224, .thread_context = 232, \
	.thread_threading_local_key = 328, \
	.thread_threading_local_sentinel = 336, .thread_holds_gil = 36, \
	.thread_datastack_chunk = 256, .thread_delete_later = 192, \
	.thread_running_loop = 1024, .thread_running_task = 1032, \
	.stackitem_exc_value = 0, .stackitem_previous = 8, .iframe_size = 88, \
	.iframe_code = 0, .iframe_func = 16, .iframe_globals = 24, \
	.iframe_builtins = 32, .iframe_locals = 40, .iframe_frame_obj = 48, \
	.iframe_previous = 8, .iframe_instr_ptr = 56, \
	.iframe_stackpointer = 64, .iframe_owner = 74, \
	.iframe_localsplus = 80, .frame_size = 80, .frame_back = 16, \
	.frame_frame = 24, .frame_trace = 32, .frame_extra_locals = 48, \
	.frame_locals_cache = 56, .frame_overwritten = 64, .frame_data = 72, \
	.frame_lineno = 40, .gen_name = 24, .gen_qualname = 32, \
	.gen_exc_state = 40, .gen_origin = 56, .gen_frame_state = 67, \
	.gen_iframe = 72, .object_refcount = 0, .object_type = 8, \
	.object_size = 16, .var_size = 16, .type_size = 424, .type_name = 24, \
	.type_basicsize = 32, .type_itemsize = 40, .type_dealloc = 48, \
	.type_getattro = 144, .type_flags = 168, .type_doc = 176, \
	.type_as_sequence = 104, .type_as_mapping = 112, .type_traverse = 184, \
	.type_weaklistoffset = 208, .type_methods = 232, .type_members = 240, \
	.type_getset = 248, .type_base = 256, .type_dict = 264, \
	.type_descr_get = 272, .type_descr_set = 280, .type_dictoffset = 288, \
	.type_is_gc = 328, .type_bases = 336, .type_mro = 344, \
	.type_cache = 352, .type_subclasses = 360, .type_weaklist = 368, \
	.type_del = 376, .type_finalize = 392, .heaptype_size = 944, \
	.heaptype_name = 864, .heaptype_slots = 872, .heaptype_qualname = 880, \
	.heaptype_cached_keys = 888, .heaptype_module = 896, \
	.heaptype_tpname = 904, .member_name = 0, .member_type = 8, \
	.member_offset = 16, .member_size = 40, .static_type_size = 48, \
	.static_type_type = 0, .static_type_dict = 24, \
	.static_type_subclasses = 32, .static_type_weaklist = 40, \
	.misegment_cookie = 216, .misegment_info_slices = 232, \
	.misegment_slice_entries = 248, .misegment_slices = 264, \
	.mipage_size = 80, .mipage_slice_count = 0, .mipage_slice_offset = 4, \
	.mipage_capacity = 10, .mipage_block_size = 28, .mipage_free = 16, \
	.mipage_local_free = 32, .mipage_thread_free = 40, .dict_size = 48, \
	.dict_used = 16, .dict_keys = 32, .dict_values = 40, \
	.keys_log2_size = 8, .keys_log2_index_bytes = 9, .keys_kind = 10, \
	.keys_refcount = 0, .keys_usable = 16, .keys_nentries = 24, \
	.keys_indices = 32, .values_capacity = 0, .values_embedded = 2, \
	.values_valid = 3, .values_values = 8, .set_size = 200, \
	.set_used = 24, .set_mask = 32, .set_table = 40, .set_smalltable = 64, \
	.list_item = 24, .list_allocated = 32, .tuple_item = 32, \
	.long_tag = 0, .long_value = 16, .long_digit = 24, .float_value = 16, \
	.complex_value = 16, .ascii_size = 40, .str_length = 16, \
	.str_state = 32, .compact_size = 56, .str_utf8_length = 40, \
	.str_utf8 = 48, .str_data = 56, .str_size = 64, .bytes_value = 32, \
	.bytearray_alloc = 24, .bytearray_start = 40, .bytearray_bytes = 32, \
	.bytearray_object = 56, .code_size = 216, .code_argcount = 52, \
	.code_nlocals = 80, .code_nlocalsplus = 72, .code_stacksize = 64, \
	.code_framesize = 76, .code_flags = 48, .code_firstlineno = 68, \
	.code_consts = 24, .code_names = 32, .code_exceptiontable = 40, \
	.code_localsplusnames = 96, .code_localspluskinds = 104, \
	.code_filename = 112, .code_name = 120, .code_qualname = 128, \
	.code_linetable = 136, .code_extra = 200, .code_cached = 160, \
	.code_monitoring = 176, .code_executors = 152, \
	.code_code_adaptive = 208, .function_code = 48, \
	.function_globals = 16, .function_builtins = 24, \
	.function_module = 104, .function_defaults = 56, \
	.function_kwdefaults = 64, .function_doc = 80, .function_name = 32, \
	.function_dict = 88, .function_closure = 72, \
	.function_annotations = 112, .function_annotate = 120, \
	.function_typeparams = 128, .function_qualname = 40, \
	.method_func = 16, .method_self = 24, .builtin_self = 24, \
	.builtin_module = 32, .builtin_ml = 16, .cell_ref = 16, \
	.module_dict = 16, .module_state = 24, .module_name = 40, \
	.module_state_size = 56, .module_state_traverse = 64, \
	.weakref_object = 16, .weakref_callback = 24, .weakref_next = 48, \
	.descr_type = 16, .descr_name = 24, .mappingproxy_mapping = 16, \
	.traceback_lineno = 36, .deque_size = 216, .deque_leftblock = 24, \
	.deque_rightblock = 32, .deque_leftindex = 40, .deque_rightindex = 48, \
	.deque_maxlen = 64, .odict_first = 48, .odict_fast_nodes = 64, \
	.odict_fast_nodes_size = 72, .odict_inst_dict = 96, \
	.odictnode_key = 0, .odictnode_next = 16, .lru_cache_root = 0, \
	.lru_cache_maxsize = 96, .lru_cache_misses = 104, \
	.lru_cache_hits = 80, .lru_cache_cache = 72, .lru_cache_func = 88, \
	.lru_link_key = 40, .lru_link_result = 48, .lru_link_next = 24, \
	.range_start = 16, .range_stop = 24, .range_step = 32, \
	.range_length = 40, .datetime_hastzinfo = 24, .datetime_tzinfo = 40, \
	.time_tzinfo = 32, .timezone_offset = 16, .timezone_name = 24, \
	.array_allocated = 32, .array_descr = 40, .arraydescr_itemsize = 4, \
	.bytesio_buf = 16, .buffered_buffer = 56, .buffered_buffer_size = 120, \
	.product_pools = 16, .combinations_r = 40, .cwr_r = 40, \
	.permutations_pool = 16, .permutations_r = 48, .struct_codes = 32, \
	.formatcode_size = 32, .formatcode_fmtdef = 0, .decimal_flags = 24, \
	.decimal_alloc = 56, .element_extra = 40, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 152, .pickler_memo = 16, \
	.pickler_output = 64, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 304, \
	.unpickler_memo = 24, .unpickler_memo_size = 32, \
	.unpickler_marks = 264, .unpickler_marks_size = 280, \
	.unpickler_input_line = 160, .unpickler_encoding = 248, \
	.unpickler_errors = 256, .simplequeue_size = 72, \
	.simplequeue_capacity = 48, .stginfo_initialized = 0, \
	.stginfo_length = 24, .stginfo_elements = 48, .stginfo_format = 144, \
	.stginfo_shape = 160, .stginfo_ndim = 152, .deque_nr_freeblocks = 72, \
	.deque_freeblocks = 80, .array_item = 24, .stringio_buf = 16, \
	.stringio_buf_size = 40, .stringio_writer = 56, .buffered_lock = 104, \
	.fileio_stat = 24, .mmap_data = 16, .mmap_length = 24, \
	.csvreader_field = 48, .csvreader_field_size = 56, \
	.csvwriter_rec = 32, .csvwriter_rec_size = 40, .poll_ufds = 32, \
	.zlib_state = 72, .zlibreader_state = 72, .zlibreader_input = 152, \
	.zlibreader_input_size = 160, .bz2compressor_state = 64, \
	.bz2decompressor_state = 64, .bz2decompressor_input = 120, \
	.bz2decompressor_input_size = 128, .lzmacompressor_state = 96, \
	.lzmadecompressor_state = 96, .lzmadecompressor_input = 200, \
	.lzmadecompressor_input_size = 208, .hash_context = 24, \
	.cdata_pointer = 16, .cdata_needs_free = 24, .cdata_size = 40, \
	.cdata_value = 80, .capsule_pointer = 16, .capsule_name = 24, \
	.capsule_context = 32, .capsule_destructor = 40, .decimal_data = 64, \
	.memotable_table = 24, .pdata_data = 24, .pdata_allocated = 48, \
	.simplequeue_items = 40, .xmlparser_parser = 16, \
	.xmlparser_buffer = 48, .xmlparser_handlers = 80, \
	.etreeparser_parser = 16, .zoneinfo_utc = 56, .zoneinfo_wall = 64, \
	.zoneinfo_transitions = 80, .zoneinfo_infos = 192, \
	.product_indices = 24, .combinations_indices = 24, .cwr_indices = 24, \
	.permutations_indices = 24, .permutations_cycles = 32, \
	.handle_handle = 16, .connection_db = 16, .connection_trace = 104, \
	.connection_progress = 112, .connection_authorizer = 120, \
	.statement_st = 16, .blob_blob = 24, .sslcontext_context = 16, \
	.sslcontext_protocols = 24, .sslcontext_keylog = 80, \
	.sslsocket_ssl = 24, .sslsession_session = 16, .memorybio_bio = 16, \
	.scandir_dir = 112, .hmac_context = 24, .zstdcompressor_context = 16, \
	.zstddecompressor_context = 16, .zstddecompressor_input = 32, \
	.zstddecompressor_input_size = 40, .semlock_name = 48,

#define BASE_3_13T \
	.runtime_size = 328320, .runtime_interpreters_head = 632, \
	.runtime_allocators_standard = 704, .runtime_signal_handlers = 1080, \
	.runtime_main_interpreter = 112704, .interp_size = 215616, \
	.interp_next = 7264, .interp_id = 7272, .interp_threads = 7344, \
	.interp_gc = 7400, .interp_sysdict = 7648, .interp_builtins = 7656, \
	.interp_modules = 7664, .interp_modules_by_index = 7672, \
	.interp_importlib = 7680, .interp_import_func = 7704, \
	.interp_codec_search_path = 7976, .interp_codec_search_cache = 7984, \
	.interp_codec_error_registry = 7992, .interp_dict = 8464, \
	.interp_sysdict_copy = 8472, .interp_builtins_copy = 8480, \
	.interp_before_forkers = 10648, .interp_after_forkers_parent = 10656, \
	.interp_after_forkers_child = 10664, .interp_warnings_filters = 10672, \
	.interp_warnings_once_registry = 10680, \
	.interp_warnings_default_action = 10688, \
	.interp_atexit_callbacks = 10728, .interp_atexit_ncallbacks = 10736, \
	.interp_audit_hooks = 17440, .interp_errnomap = 85728, \
	.interp_types_builtins = 186056, .interp_types_extensions = 195672, \
	.interp_callable_cache = 196160, \
	.interp_monitoring_callables = 196264, \
	.interp_monitoring_tool_names = 197352, \
	.interp_cached_interned_strings = 197416, \
	.interp_cached_objreduce = 197432, \
	.interp_cached_generic_type = 197528, \
	.interp_cached_typevar_type = 197536, \
	.interp_cached_typevartuple_type = 197544, \
	.interp_cached_paramspec_type = 197552, \
	.interp_cached_paramspecargs_type = 197560, \
	.interp_cached_paramspeckwargs_type = 197568, \
	.interp_gil_holder = 7776, .interp_ceval_gil = 16, \
	.gil_last_holder = 16, .gil_locked = 24, .interp_obmalloc = 17432, \
	.gc_size = 248, .gc_enabled = 12, .gc_generations = 24, \
	.gc_generation0 = 96, .gc_permanent = 104, .gc_collecting = 200, \
	.gc_garbage = 208, .gc_callbacks = 216, .gc_stats = 128, \
	.generation_threshold = 16, .generation_count = 20, \
	.generation_size = 24, .stats_size = 24, .stats_collections = 0, \
	.stats_collected = 8, .stats_uncollectable = 16, .thread_size = 304, \
	.thread_next = 8, .thread_interp = 16, .thread_current_frame = 72, \
	.thread_c_profileobj = 96, .thread_c_traceobj = 104, \
	.thread_current_exception = 112, .thread_exc_info = 120, \
	.thread_exc_state = 256, .thread_dict = 128, .thread_async_exc = 144, \
	.thread_state = 40, .thread_thread_id = 152, \
	.thread_native_thread_id = 160, .thread_async_gen_firstiter = 192, \
	.thread_async_gen_finalizer = 200, .thread_context = 208, \
	.thread_threading_local_key = 288, \
	.thread_threading_local_sentinel = 296, .thread_datastack_chunk = 232, \
	.thread_delete_later = 168, .thread_running_loop = 304, \
	.stackitem_exc_value = 0, .stackitem_previous = 8, .iframe_size = 80, \
	.iframe_code = 0, .iframe_func = 16, .iframe_globals = 24, \
	.iframe_builtins = 32, .iframe_locals = 40, .iframe_frame_obj = 48, \
	.iframe_previous = 8, .iframe_instr_ptr = 56, .iframe_stacktop = 64, \
	.iframe_owner = 70, .iframe_localsplus = 72, .frame_size = 88, \
	.frame_back = 32, .frame_frame = 40, .frame_trace = 48, \
	.frame_extra_locals = 64, .frame_locals_cache = 72, .frame_data = 80, \
	.frame_lineno = 56, .gen_name = 40, .gen_qualname = 48, \
	.gen_exc_state = 56, .gen_origin = 72, .gen_frame_state = 83, \
	.gen_iframe = 88, .object_type = 24, .object_gc_bits = 11, \
	.object_ref_local = 12, .object_ref_shared = 16, .object_size = 32, \
	.var_size = 32, .type_size = 432, .type_name = 40, \
	.type_basicsize = 48, .type_itemsize = 56, .type_dealloc = 64, \
	.type_getattro = 160, .type_flags = 184, .type_doc = 192, \
	.type_as_sequence = 120, .type_as_mapping = 128, .type_traverse = 200, \
	.type_weaklistoffset = 224, .type_methods = 248, .type_members = 256, \
	.type_getset = 264, .type_base = 272, .type_dict = 280, \
	.type_descr_get = 288, .type_descr_set = 296, .type_dictoffset = 304, \
	.type_is_gc = 344, .type_bases = 352, .type_mro = 360, \
	.type_cache = 368, .type_subclasses = 376, .type_weaklist = 384, \
	.type_del = 392, .type_finalize = 408, .heaptype_size = 944, \
	.heaptype_name = 872, .heaptype_slots = 880, .heaptype_qualname = 888, \
	.heaptype_cached_keys = 896, .heaptype_module = 904, \
	.heaptype_tpname = 912, .member_name = 0, .member_type = 8, \
	.member_offset = 16, .member_size = 40, .static_type_size = 48, \
	.static_type_type = 0, .static_type_dict = 24, \
	.static_type_subclasses = 32, .static_type_weaklist = 40, \
	.misegment_cookie = 216, .misegment_info_slices = 232, \
	.misegment_slice_entries = 248, .misegment_slices = 264, \
	.mipage_size = 96, .mipage_slice_count = 0, .mipage_slice_offset = 4, \
	.mipage_capacity = 10, .mipage_block_size = 28, .mipage_free = 16, \
	.mipage_local_free = 32, .mipage_thread_free = 40, .dict_size = 64, \
	.dict_used = 32, .dict_keys = 48, .dict_values = 56, \
	.keys_log2_size = 8, .keys_log2_index_bytes = 9, .keys_kind = 10, \
	.keys_refcount = 0, .keys_usable = 16, .keys_nentries = 24, \
	.keys_indices = 32, .values_capacity = 0, .values_embedded = 2, \
	.values_valid = 3, .values_values = 8, .set_size = 216, \
	.set_used = 40, .set_mask = 48, .set_table = 56, .set_smalltable = 80, \
	.list_item = 40, .list_allocated = 48, .tuple_item = 40, \
	.long_tag = 0, .long_value = 32, .long_digit = 40, .float_value = 32, \
	.complex_value = 32, .ascii_size = 56, .str_length = 32, \
	.str_state = 48, .compact_size = 72, .str_utf8_length = 56, \
	.str_utf8 = 64, .str_data = 72, .str_size = 80, .bytes_value = 48, \
	.bytearray_alloc = 40, .bytearray_start = 56, .bytearray_bytes = 48, \
	.code_size = 224, .code_argcount = 68, .code_nlocals = 96, \
	.code_nlocalsplus = 88, .code_stacksize = 80, .code_framesize = 92, \
	.code_flags = 64, .code_firstlineno = 84, .code_consts = 40, \
	.code_names = 48, .code_exceptiontable = 56, \
	.code_localsplusnames = 112, .code_localspluskinds = 120, \
	.code_filename = 128, .code_name = 136, .code_qualname = 144, \
	.code_linetable = 152, .code_extra = 208, .code_cached = 176, \
	.code_monitoring = 192, .code_executors = 168, \
	.code_code_adaptive = 216, .function_code = 64, \
	.function_globals = 32, .function_builtins = 40, \
	.function_module = 120, .function_defaults = 72, \
	.function_kwdefaults = 80, .function_doc = 96, .function_name = 48, \
	.function_dict = 104, .function_closure = 88, \
	.function_annotations = 128, .function_typeparams = 136, \
	.function_qualname = 56, .method_func = 32, .method_self = 40, \
	.builtin_self = 40, .builtin_module = 48, .builtin_ml = 32, \
	.cell_ref = 32, .module_dict = 32, .module_def = 40, \
	.module_state = 48, .module_name = 64, .weakref_object = 32, \
	.weakref_callback = 40, .weakref_next = 64, .descr_type = 32, \
	.descr_name = 40, .mappingproxy_mapping = 32, .traceback_lineno = 52, \
	.deque_size = 232, .deque_leftblock = 40, .deque_rightblock = 48, \
	.deque_leftindex = 56, .deque_rightindex = 64, .deque_maxlen = 80, \
	.odict_first = 64, .odict_fast_nodes = 80, \
	.odict_fast_nodes_size = 88, .odict_inst_dict = 112, \
	.odictnode_key = 0, .odictnode_next = 16, .lru_cache_root = 0, \
	.lru_cache_maxsize = 112, .lru_cache_misses = 120, \
	.lru_cache_hits = 96, .lru_cache_cache = 88, .lru_cache_func = 104, \
	.lru_link_key = 56, .lru_link_result = 64, .lru_link_next = 40, \
	.range_start = 32, .range_stop = 40, .range_step = 48, \
	.range_length = 56, .datetime_hastzinfo = 40, .datetime_tzinfo = 56, \
	.time_tzinfo = 48, .timezone_offset = 32, .timezone_name = 40, \
	.array_allocated = 48, .array_descr = 56, .arraydescr_itemsize = 4, \
	.bytesio_buf = 32, .buffered_buffer = 72, .buffered_buffer_size = 136, \
	.product_pools = 32, .combinations_r = 56, .cwr_r = 56, \
	.permutations_pool = 32, .permutations_r = 64, .struct_codes = 48, \
	.formatcode_size = 32, .formatcode_fmtdef = 0, .decimal_flags = 40, \
	.decimal_alloc = 72, .element_extra = 56, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 168, .pickler_memo = 32, \
	.pickler_output = 80, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 288, \
	.unpickler_memo = 40, .unpickler_memo_size = 48, \
	.unpickler_marks = 256, .unpickler_marks_size = 272, \
	.unpickler_input_line = 168, .unpickler_encoding = 240, \
	.unpickler_errors = 248, .simplequeue_size = 88, \
	.simplequeue_capacity = 64, .stginfo_initialized = 0, \
	.stginfo_length = 24, .stginfo_elements = 48, .stginfo_format = 136, \
	.stginfo_shape = 152, .stginfo_ndim = 144, .deque_nr_freeblocks = 88, \
	.deque_freeblocks = 96, .array_item = 40, .stringio_buf = 32, \
	.stringio_buf_size = 56, .stringio_writer = 72, \
	.stringio_writer_buffer = 72, .buffered_lock = 120, .rlock_lock = 32, \
	.mmap_data = 32, .mmap_length = 40, .csvreader_field = 64, \
	.csvreader_field_size = 72, .csvwriter_rec = 48, \
	.csvwriter_rec_size = 56, .poll_ufds = 48, .zlib_state = 88, \
	.zlib_lock = 176, .zlibreader_state = 88, .zlibreader_input = 168, \
	.zlibreader_input_size = 176, .zlibreader_lock = 152, \
	.bz2compressor_state = 80, .bz2compressor_lock = 120, \
	.bz2decompressor_state = 80, .bz2decompressor_input = 136, \
	.bz2decompressor_input_size = 144, .bz2decompressor_lock = 160, \
	.lzmacompressor_state = 112, .lzmacompressor_lock = 200, \
	.lzmadecompressor_state = 112, .lzmadecompressor_input = 216, \
	.lzmadecompressor_input_size = 224, .lzmadecompressor_lock = 232, \
	.hash_context = 32, .cdata_pointer = 32, .cdata_needs_free = 40, \
	.cdata_size = 56, .cdata_value = 96, .capsule_pointer = 32, \
	.capsule_name = 40, .capsule_context = 48, .capsule_destructor = 56, \
	.decimal_data = 80, .memotable_table = 24, .pdata_data = 40, \
	.pdata_allocated = 64, .simplequeue_items = 56, \
	.xmlparser_parser = 32, .xmlparser_buffer = 56, \
	.xmlparser_handlers = 88, .etreeparser_parser = 32, \
	.zoneinfo_utc = 72, .zoneinfo_wall = 80, .zoneinfo_transitions = 96, \
	.zoneinfo_infos = 208, .product_indices = 40, \
	.combinations_indices = 40, .cwr_indices = 40, \
	.permutations_indices = 40, .permutations_cycles = 48, \
	.handle_handle = 32, .connection_db = 32, .connection_trace = 136, \
	.connection_progress = 144, .connection_authorizer = 152, \
	.statement_st = 32, .blob_blob = 40, .sslcontext_context = 32, \
	.sslcontext_protocols = 40, .sslcontext_keylog = 96, \
	.sslsocket_ssl = 40, .sslsession_session = 32, .memorybio_bio = 32, \
	.scandir_dir = 120, .hmac_context = 32, .semlock_name = 64,

#define BASE_3_14T \
	.runtime_size = 365624, .runtime_interpreters_head = 808, \
	.runtime_allocators_standard = 880, .runtime_signal_handlers = 1256, \
	.runtime_main_interpreter = 115648, .interp_size = 249976, \
	.interp_next = 7272, .interp_id = 7280, .interp_threads = 7344, \
	.interp_gc = 7408, .interp_sysdict = 7696, .interp_builtins = 7704, \
	.interp_modules = 7712, .interp_modules_by_index = 7720, \
	.interp_importlib = 7728, .interp_import_func = 7752, \
	.interp_codec_search_path = 8032, .interp_codec_search_cache = 8040, \
	.interp_codec_error_registry = 8048, .interp_dict = 8536, \
	.interp_sysdict_copy = 8544, .interp_builtins_copy = 8552, \
	.interp_before_forkers = 10736, .interp_after_forkers_parent = 10744, \
	.interp_after_forkers_child = 10752, .interp_warnings_filters = 10760, \
	.interp_warnings_once_registry = 10768, \
	.interp_warnings_default_action = 10776, \
	.interp_warnings_context = 10816, .interp_atexit_callbacks = 10840, \
	.interp_audit_hooks = 17336, .interp_errnomap = 85680, \
	.interp_types_builtins = 186032, .interp_types_extensions = 195648, \
	.interp_callable_cache = 228904, .interp_common_consts = 228936, \
	.interp_monitoring_callables = 229072, \
	.interp_monitoring_tool_names = 230288, \
	.interp_cached_interned_strings = 230424, \
	.interp_cached_objreduce = 230432, \
	.interp_cached_generic_type = 230528, \
	.interp_cached_typevar_type = 230536, \
	.interp_cached_typevartuple_type = 230544, \
	.interp_cached_paramspec_type = 230552, \
	.interp_cached_paramspecargs_type = 230560, \
	.interp_cached_paramspeckwargs_type = 230568, \
	.interp_cached_constevaluator_type = 230576, \
	.interp_gil_holder = 7824, .interp_ceval_gil = 16, \
	.gil_last_holder = 16, .gil_locked = 24, .interp_obmalloc = 17328, \
	.gc_size = 288, .gc_enabled = 12, .gc_young = 24, .gc_old = 48, \
	.gc_permanent = 96, .gc_collecting = 192, .gc_garbage = 200, \
	.gc_callbacks = 208, .gc_stats = 120, .generation_threshold = 16, \
	.generation_count = 20, .generation_size = 24, .stats_size = 40, \
	.stats_collections = 16, .stats_collected = 24, \
	.stats_uncollectable = 32, .thread_size = 832, .thread_next = 8, \
	.thread_interp = 16, .thread_current_frame = 72, \
	.thread_c_profileobj = 96, .thread_c_traceobj = 104, \
	.thread_current_exception = 112, .thread_exc_info = 120, \
	.thread_exc_state = 256, .thread_dict = 128, .thread_async_exc = 144, \
	.thread_state = 44, .thread_thread_id = 152, \
	.thread_native_thread_id = 160, .thread_async_gen_firstiter = 192, \
	.thread_async_gen_finalizer = 200, .thread_context = 208, \
	.thread_threading_local_key = 288, \
	.thread_threading_local_sentinel = 296, .thread_holds_gil = 36, \
	.thread_datastack_chunk = 232, .thread_delete_later = 168, \
	.thread_running_loop = 864, .thread_running_task = 872, \
	.stackitem_exc_value = 0, .stackitem_previous = 8, .iframe_size = 88, \
	.iframe_code = 0, .iframe_func = 16, .iframe_globals = 24, \
	.iframe_builtins = 32, .iframe_locals = 40, .iframe_frame_obj = 48, \
	.iframe_previous = 8, .iframe_instr_ptr = 56, \
	.iframe_stackpointer = 64, .iframe_owner = 78, \
	.iframe_localsplus = 80, .frame_size = 96, .frame_back = 32, \
	.frame_frame = 40, .frame_trace = 48, .frame_extra_locals = 64, \
	.frame_locals_cache = 72, .frame_overwritten = 80, .frame_data = 88, \
	.frame_lineno = 56, .gen_name = 40, .gen_qualname = 48, \
	.gen_exc_state = 56, .gen_origin = 72, .gen_frame_state = 83, \
	.gen_iframe = 88, .object_type = 24, .object_gc_bits = 11, \
	.object_ref_local = 12, .object_ref_shared = 16, .object_size = 32, \
	.var_size = 32, .type_size = 432, .type_name = 40, \
	.type_basicsize = 48, .type_itemsize = 56, .type_dealloc = 64, \
	.type_getattro = 160, .type_flags = 184, .type_doc = 192, \
	.type_as_sequence = 120, .type_as_mapping = 128, .type_traverse = 200, \
	.type_weaklistoffset = 224, .type_methods = 248, .type_members = 256, \
	.type_getset = 264, .type_base = 272, .type_dict = 280, \
	.type_descr_get = 288, .type_descr_set = 296, .type_dictoffset = 304, \
	.type_is_gc = 344, .type_bases = 352, .type_mro = 360, \
	.type_cache = 368, .type_subclasses = 376, .type_weaklist = 384, \
	.type_del = 392, .type_finalize = 408, .heaptype_size = 960, \
	.heaptype_name = 872, .heaptype_slots = 880, .heaptype_qualname = 888, \
	.heaptype_cached_keys = 896, .heaptype_module = 904, \
	.heaptype_tpname = 912, .member_name = 0, .member_type = 8, \
	.member_offset = 16, .member_size = 40, .static_type_size = 48, \
	.static_type_type = 0, .static_type_dict = 24, \
	.static_type_subclasses = 32, .static_type_weaklist = 40, \
	.misegment_cookie = 224, .misegment_info_slices = 256, \
	.misegment_slice_entries = 272, .misegment_slices = 288, \
	.mipage_size = 112, .mipage_slice_count = 0, .mipage_slice_offset = 4, \
	.mipage_tag = 35, .mipage_capacity = 10, .mipage_block_size = 40, \
	.mipage_start = 48, .mipage_free = 16, .mipage_local_free = 24, \
	.mipage_thread_free = 56, .dict_size = 64, .dict_used = 32, \
	.dict_keys = 48, .dict_values = 56, .keys_log2_size = 8, \
	.keys_log2_index_bytes = 9, .keys_kind = 10, .keys_refcount = 0, \
	.keys_usable = 16, .keys_nentries = 24, .keys_indices = 32, \
	.values_capacity = 0, .values_embedded = 2, .values_valid = 3, \
	.values_values = 8, .set_size = 216, .set_used = 40, .set_mask = 48, \
	.set_table = 56, .set_smalltable = 80, .list_item = 40, \
	.list_allocated = 48, .tuple_item = 48, .long_tag = 0, \
	.long_value = 32, .long_digit = 40, .float_value = 32, \
	.complex_value = 32, .ascii_size = 56, .str_length = 32, \
	.str_state = 48, .compact_size = 72, .str_utf8_length = 56, \
	.str_utf8 = 64, .str_data = 72, .str_size = 80, .bytes_value = 48, \
	.bytearray_alloc = 40, .bytearray_start = 56, .bytearray_bytes = 48, \
	.code_size = 240, .code_argcount = 68, .code_nlocals = 96, \
	.code_nlocalsplus = 88, .code_stacksize = 80, .code_framesize = 92, \
	.code_flags = 64, .code_firstlineno = 84, .code_consts = 40, \
	.code_names = 48, .code_exceptiontable = 56, \
	.code_localsplusnames = 112, .code_localspluskinds = 120, \
	.code_filename = 128, .code_name = 136, .code_qualname = 144, \
	.code_linetable = 152, .code_extra = 216, .code_cached = 176, \
	.code_monitoring = 192, .code_executors = 168, .code_tlbc = 224, \
	.code_code_adaptive = 232, .function_code = 64, \
	.function_globals = 32, .function_builtins = 40, \
	.function_module = 120, .function_defaults = 72, \
	.function_kwdefaults = 80, .function_doc = 96, .function_name = 48, \
	.function_dict = 104, .function_closure = 88, \
	.function_annotations = 128, .function_annotate = 136, \
	.function_typeparams = 144, .function_qualname = 56, \
	.method_func = 32, .method_self = 40, .builtin_self = 40, \
	.builtin_module = 48, .builtin_ml = 32, .cell_ref = 32, \
	.module_dict = 32, .module_def = 40, .module_state = 48, \
	.module_name = 64, .weakref_object = 32, .weakref_callback = 40, \
	.weakref_next = 64, .descr_type = 32, .descr_name = 40, \
	.mappingproxy_mapping = 32, .traceback_lineno = 52, .deque_size = 232, \
	.deque_leftblock = 40, .deque_rightblock = 48, .deque_leftindex = 56, \
	.deque_rightindex = 64, .deque_maxlen = 80, .odict_first = 64, \
	.odict_fast_nodes = 80, .odict_fast_nodes_size = 88, \
	.odict_inst_dict = 112, .odictnode_key = 0, .odictnode_next = 16, \
	.lru_cache_root = 0, .lru_cache_maxsize = 112, \
	.lru_cache_misses = 120, .lru_cache_hits = 96, .lru_cache_cache = 88, \
	.lru_cache_func = 104, .lru_link_key = 56, .lru_link_result = 64, \
	.lru_link_next = 40, .range_start = 32, .range_stop = 40, \
	.range_step = 48, .range_length = 56, .datetime_hastzinfo = 40, \
	.datetime_tzinfo = 56, .time_tzinfo = 48, .timezone_offset = 32, \
	.timezone_name = 40, .array_allocated = 48, .array_descr = 56, \
	.arraydescr_itemsize = 4, .bytesio_buf = 32, .buffered_buffer = 72, \
	.buffered_buffer_size = 136, .product_pools = 32, \
	.combinations_r = 56, .cwr_r = 56, .permutations_pool = 32, \
	.permutations_r = 64, .struct_codes = 48, .formatcode_size = 32, \
	.formatcode_fmtdef = 0, .decimal_flags = 40, .decimal_alloc = 72, \
	.element_extra = 56, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 168, .pickler_memo = 32, \
	.pickler_output = 80, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 312, \
	.unpickler_memo = 40, .unpickler_memo_size = 48, \
	.unpickler_marks = 272, .unpickler_marks_size = 288, \
	.unpickler_input_line = 168, .unpickler_encoding = 256, \
	.unpickler_errors = 264, .simplequeue_size = 88, \
	.simplequeue_capacity = 64, .stginfo_initialized = 0, \
	.stginfo_length = 24, .stginfo_elements = 48, .stginfo_format = 144, \
	.stginfo_shape = 160, .stginfo_ndim = 152, .deque_nr_freeblocks = 88, \
	.deque_freeblocks = 96, .array_item = 40, .stringio_buf = 32, \
	.stringio_buf_size = 56, .stringio_writer = 72, .buffered_lock = 120, \
	.fileio_stat = 40, .mmap_data = 32, .mmap_length = 40, \
	.csvreader_field = 64, .csvreader_field_size = 72, \
	.csvwriter_rec = 48, .csvwriter_rec_size = 56, .poll_ufds = 48, \
	.zlib_state = 88, .zlib_lock = 176, .zlibreader_state = 88, \
	.zlibreader_input = 168, .zlibreader_input_size = 176, \
	.zlibreader_lock = 152, .bz2compressor_state = 80, \
	.bz2compressor_lock = 120, .bz2decompressor_state = 80, \
	.bz2decompressor_input = 136, .bz2decompressor_input_size = 144, \
	.bz2decompressor_lock = 160, .lzmacompressor_state = 112, \
	.lzmacompressor_lock = 200, .lzmadecompressor_state = 112, \
	.lzmadecompressor_input = 216, .lzmadecompressor_input_size = 224, \
	.lzmadecompressor_lock = 232, .hash_context = 32, .cdata_pointer = 32, \
	.cdata_needs_free = 40, .cdata_size = 56, .cdata_value = 96, \
	.capsule_pointer = 32, .capsule_name = 40, .capsule_context = 48, \
	.capsule_destructor = 56, .decimal_data = 80, .memotable_table = 24, \
	.pdata_data = 40, .pdata_allocated = 64, .simplequeue_items = 56, \
	.xmlparser_parser = 32, .xmlparser_buffer = 64, \
	.xmlparser_handlers = 96, .etreeparser_parser = 32, \
	.zoneinfo_utc = 72, .zoneinfo_wall = 80, .zoneinfo_transitions = 96, \
	.zoneinfo_infos = 208, .product_indices = 40, \
	.combinations_indices = 40, .cwr_indices = 40, \
	.permutations_indices = 40, .permutations_cycles = 48, \
	.handle_handle = 32, .connection_db = 32, .connection_trace = 136, \
	.connection_progress = 144, .connection_authorizer = 152, \
	.statement_st = 32, .blob_blob = 40, .sslcontext_context = 32, \
	.sslcontext_protocols = 40, .sslcontext_keylog = 96, \
	.sslsocket_ssl = 40, .sslsession_session = 32, .memorybio_bio = 32, \
	.scandir_dir = 128, .hmac_context = 32, .zstdcompressor_context = 32, \
	.zstddecompressor_context = 32, .zstddecompressor_input = 48, \
	.zstddecompressor_input_size = 56, .semlock_name = 64,

#define BASE_3_15T \
	.runtime_size = 409296, .runtime_interpreters_head = 936, \
	.runtime_allocators_standard = 1008, .runtime_signal_handlers = 1384, \
	.runtime_main_interpreter = 158968, .interp_size = 250328, \
	.interp_next = 7264, .interp_id = 7272, .interp_threads = 7336, \
	.interp_gc = 7400, .interp_sysdict = 7576, .interp_builtins = 7584, \
	.interp_modules = 7592, .interp_modules_by_index = 7600, \
	.interp_importlib = 7608, .interp_import_func = 7632, \
	.interp_lazy_import_func = 7640, .interp_lazy_imports_filter = 7656, \
	.interp_lazy_modules = 7664, .interp_lazy_pending_submodules = 7672, \
	.interp_codec_search_path = 7960, .interp_codec_search_cache = 7968, \
	.interp_codec_error_registry = 7976, .interp_dict = 8464, \
	.interp_sysdict_copy = 8472, .interp_builtins_copy = 8480, \
	.interp_before_forkers = 10688, .interp_after_forkers_parent = 10696, \
	.interp_after_forkers_child = 10704, .interp_warnings_filters = 10712, \
	.interp_warnings_once_registry = 10720, \
	.interp_warnings_default_action = 10728, \
	.interp_warnings_context = 10768, .interp_atexit_callbacks = 10792, \
	.interp_audit_hooks = 17288, .interp_errnomap = 85632, \
	.interp_types_builtins = 186000, .interp_types_extensions = 195760, \
	.interp_callable_cache = 229016, .interp_common_consts = 229048, \
	.interp_monitoring_callables = 229288, \
	.interp_monitoring_tool_names = 230504, \
	.interp_cached_interned_strings = 230640, \
	.interp_cached_objreduce = 230648, \
	.interp_cached_generic_type = 230656, \
	.interp_cached_typevar_type = 230664, \
	.interp_cached_typevartuple_type = 230672, \
	.interp_cached_paramspec_type = 230680, \
	.interp_cached_paramspecargs_type = 230688, \
	.interp_cached_paramspeckwargs_type = 230696, \
	.interp_cached_constevaluator_type = 230704, \
	.interp_gil_holder = 7752, .interp_ceval_gil = 16, \
	.gil_last_holder = 16, .gil_locked = 24, .interp_obmalloc = 17280, \
	.gc_size = 176, .gc_enabled = 0, .gc_young = 8, .gc_old = 32, \
	.gc_permanent = 80, .gc_collecting = 112, .gc_garbage = 128, \
	.gc_callbacks = 136, .gc_stats = 104, .generation_threshold = 16, \
	.generation_count = 20, .generation_size = 24, .stats_size = 80, \
	.stats_collections = 32, .stats_collected = 40, \
	.stats_uncollectable = 48, .stats_candidates = 56, \
	.stats_duration = 64, .stats_young = 16, .stats_young_index = 720, \
	.stats_old = 728, .stats_old_index = 208, .stats_old_size = 216, \
	.thread_size = 888, .thread_next = 8, .thread_interp = 16, \
	.thread_current_frame = 72, .thread_c_profileobj = 120, \
	.thread_c_traceobj = 128, .thread_current_exception = 136, \
	.thread_exc_info = 144, .thread_exc_state = 288, .thread_dict = 152, \
	.thread_async_exc = 168, .thread_state = 48, .thread_thread_id = 176, \
	.thread_native_thread_id = 184, .thread_async_gen_firstiter = 216, \
	.thread_async_gen_finalizer = 224, .thread_context = 232, \
	.thread_threading_local_key = 328, \
	.thread_threading_local_sentinel = 336, .thread_holds_gil = 36, \
	.thread_datastack_chunk = 256, .thread_delete_later = 192, \
	.thread_running_loop = 1024, .thread_running_task = 1032, \
	.stackitem_exc_value = 0, .stackitem_previous = 8, .iframe_size = 88, \
	.iframe_code = 0, .iframe_func = 16, .iframe_globals = 24, \
	.iframe_builtins = 32, .iframe_locals = 40, .iframe_frame_obj = 48, \
	.iframe_previous = 8, .iframe_instr_ptr = 56, \
	.iframe_stackpointer = 64, .iframe_owner = 78, \
	.iframe_localsplus = 80, .frame_size = 96, .frame_back = 32, \
	.frame_frame = 40, .frame_trace = 48, .frame_extra_locals = 64, \
	.frame_locals_cache = 72, .frame_overwritten = 80, .frame_data = 88, \
	.frame_lineno = 56, .gen_name = 40, .gen_qualname = 48, \
	.gen_exc_state = 56, .gen_origin = 72, .gen_frame_state = 83, \
	.gen_iframe = 88, .object_type = 24, .object_gc_bits = 11, \
	.object_ref_local = 12, .object_ref_shared = 16, .object_size = 32, \
	.var_size = 32, .type_size = 440, .type_name = 40, \
	.type_basicsize = 48, .type_itemsize = 56, .type_dealloc = 64, \
	.type_getattro = 160, .type_flags = 184, .type_doc = 192, \
	.type_as_sequence = 120, .type_as_mapping = 128, .type_traverse = 200, \
	.type_weaklistoffset = 224, .type_methods = 248, .type_members = 256, \
	.type_getset = 264, .type_base = 272, .type_dict = 280, \
	.type_descr_get = 288, .type_descr_set = 296, .type_dictoffset = 304, \
	.type_is_gc = 344, .type_bases = 352, .type_mro = 360, \
	.type_cache = 368, .type_subclasses = 376, .type_weaklist = 384, \
	.type_del = 392, .type_finalize = 408, .heaptype_size = 968, \
	.heaptype_name = 880, .heaptype_slots = 888, .heaptype_qualname = 896, \
	.heaptype_cached_keys = 904, .heaptype_module = 912, \
	.heaptype_tpname = 920, .member_name = 0, .member_type = 8, \
	.member_offset = 16, .member_size = 40, .static_type_size = 48, \
	.static_type_type = 0, .static_type_dict = 24, \
	.static_type_subclasses = 32, .static_type_weaklist = 40, \
	.misegment_cookie = 224, .misegment_info_slices = 256, \
	.misegment_slice_entries = 272, .misegment_slices = 288, \
	.mipage_size = 112, .mipage_slice_count = 0, .mipage_slice_offset = 4, \
	.mipage_tag = 35, .mipage_capacity = 10, .mipage_block_size = 40, \
	.mipage_start = 48, .mipage_free = 16, .mipage_local_free = 24, \
	.mipage_thread_free = 56, .dict_size = 64, .dict_used = 32, \
	.dict_keys = 48, .dict_values = 56, .keys_log2_size = 8, \
	.keys_log2_index_bytes = 9, .keys_kind = 10, .keys_refcount = 0, \
	.keys_usable = 16, .keys_nentries = 24, .keys_indices = 32, \
	.values_capacity = 0, .values_embedded = 2, .values_valid = 3, \
	.values_values = 8, .set_size = 216, .set_used = 40, .set_mask = 48, \
	.set_table = 56, .set_smalltable = 80, .list_item = 40, \
	.list_allocated = 48, .tuple_item = 48, .long_tag = 0, \
	.long_value = 32, .long_digit = 40, .float_value = 32, \
	.complex_value = 32, .ascii_size = 56, .str_length = 32, \
	.str_state = 48, .compact_size = 72, .str_utf8_length = 56, \
	.str_utf8 = 64, .str_data = 72, .str_size = 80, .bytes_value = 48, \
	.bytearray_alloc = 40, .bytearray_start = 56, .bytearray_bytes = 48, \
	.bytearray_object = 72, .code_size = 240, .code_argcount = 68, \
	.code_nlocals = 96, .code_nlocalsplus = 88, .code_stacksize = 80, \
	.code_framesize = 92, .code_flags = 64, .code_firstlineno = 84, \
	.code_consts = 40, .code_names = 48, .code_exceptiontable = 56, \
	.code_localsplusnames = 112, .code_localspluskinds = 120, \
	.code_filename = 128, .code_name = 136, .code_qualname = 144, \
	.code_linetable = 152, .code_extra = 216, .code_cached = 176, \
	.code_monitoring = 192, .code_executors = 168, .code_tlbc = 224, \
	.code_code_adaptive = 232, .function_code = 64, \
	.function_globals = 32, .function_builtins = 40, \
	.function_module = 120, .function_defaults = 72, \
	.function_kwdefaults = 80, .function_doc = 96, .function_name = 48, \
	.function_dict = 104, .function_closure = 88, \
	.function_annotations = 128, .function_annotate = 136, \
	.function_typeparams = 144, .function_qualname = 56, \
	.method_func = 32, .method_self = 40, .builtin_self = 40, \
	.builtin_module = 48, .builtin_ml = 32, .cell_ref = 32, \
	.module_dict = 32, .module_state = 40, .module_name = 56, \
	.module_state_size = 72, .module_state_traverse = 80, \
	.weakref_object = 32, .weakref_callback = 40, .weakref_next = 64, \
	.descr_type = 32, .descr_name = 40, .mappingproxy_mapping = 32, \
	.traceback_lineno = 52, .deque_size = 232, .deque_leftblock = 40, \
	.deque_rightblock = 48, .deque_leftindex = 56, .deque_rightindex = 64, \
	.deque_maxlen = 80, .odict_first = 64, .odict_fast_nodes = 80, \
	.odict_fast_nodes_size = 88, .odict_inst_dict = 112, \
	.odictnode_key = 0, .odictnode_next = 16, .lru_cache_root = 0, \
	.lru_cache_maxsize = 112, .lru_cache_misses = 120, \
	.lru_cache_hits = 96, .lru_cache_cache = 88, .lru_cache_func = 104, \
	.lru_link_key = 56, .lru_link_result = 64, .lru_link_next = 40, \
	.range_start = 32, .range_stop = 40, .range_step = 48, \
	.range_length = 56, .datetime_hastzinfo = 40, .datetime_tzinfo = 56, \
	.time_tzinfo = 48, .timezone_offset = 32, .timezone_name = 40, \
	.array_allocated = 48, .array_descr = 56, .arraydescr_itemsize = 4, \
	.bytesio_buf = 32, .buffered_buffer = 72, .buffered_buffer_size = 136, \
	.product_pools = 32, .combinations_r = 56, .cwr_r = 56, \
	.permutations_pool = 32, .permutations_r = 64, .struct_codes = 48, \
	.formatcode_size = 32, .formatcode_fmtdef = 0, .decimal_flags = 40, \
	.decimal_alloc = 72, .element_extra = 56, .elementextra_size = 64, \
	.elementextra_allocated = 16, .elementextra_children = 24, \
	.elementextra_inline = 32, .pickler_size = 168, .pickler_memo = 32, \
	.pickler_output = 80, .memotable_size = 32, .memoentry_size = 16, \
	.memotable_allocated = 16, .unpickler_size = 320, \
	.unpickler_memo = 40, .unpickler_memo_size = 48, \
	.unpickler_marks = 280, .unpickler_marks_size = 296, \
	.unpickler_input_line = 176, .unpickler_encoding = 264, \
	.unpickler_errors = 272, .simplequeue_size = 88, \
	.simplequeue_capacity = 64, .stginfo_initialized = 0, \
	.stginfo_length = 24, .stginfo_elements = 48, .stginfo_format = 144, \
	.stginfo_shape = 160, .stginfo_ndim = 152, .deque_nr_freeblocks = 88, \
	.deque_freeblocks = 96, .array_item = 40, .stringio_buf = 32, \
	.stringio_buf_size = 56, .stringio_writer = 72, .buffered_lock = 120, \
	.fileio_stat = 40, .mmap_data = 32, .mmap_length = 40, \
	.csvreader_field = 64, .csvreader_field_size = 72, \
	.csvwriter_rec = 48, .csvwriter_rec_size = 56, .poll_ufds = 48, \
	.zlib_state = 88, .zlibreader_state = 88, .zlibreader_input = 168, \
	.zlibreader_input_size = 176, .bz2compressor_state = 80, \
	.bz2decompressor_state = 80, .bz2decompressor_input = 136, \
	.bz2decompressor_input_size = 144, .lzmacompressor_state = 112, \
	.lzmadecompressor_state = 112, .lzmadecompressor_input = 216, \
	.lzmadecompressor_input_size = 224, .hash_context = 40, \
	.cdata_pointer = 32, .cdata_needs_free = 40, .cdata_size = 56, \
	.cdata_value = 96, .capsule_pointer = 32, .capsule_name = 40, \
	.capsule_context = 48, .capsule_destructor = 56, .decimal_data = 80, \
	.memotable_table = 24, .pdata_data = 40, .pdata_allocated = 64, \
	.simplequeue_items = 56, .xmlparser_parser = 32, \
	.xmlparser_buffer = 64, .xmlparser_handlers = 96, \
	.etreeparser_parser = 32, .zoneinfo_utc = 72, .zoneinfo_wall = 80, \
	.zoneinfo_transitions = 96, .zoneinfo_infos = 208, \
	.product_indices = 40, .combinations_indices = 40, .cwr_indices = 40, \
	.permutations_indices = 40, .permutations_cycles = 48, \
	.handle_handle = 32, .connection_db = 32, .connection_trace = 120, \
	.connection_progress = 128, .connection_authorizer = 136, \
	.statement_st = 32, .blob_blob = 40, .sslcontext_context = 32, \
	.sslcontext_protocols = 40, .sslcontext_keylog = 96, \
	.sslsocket_ssl = 40, .sslsession_session = 32, .memorybio_bio = 32, \
	.scandir_dir = 128, .hmac_context = 40, .zstdcompressor_context = 32, \
	.zstddecompressor_context = 32, .zstddecompressor_input = 48, \
	.zstddecompressor_input_size = 56, .semlock_name = 64,

const struct layout_row layout_rows[] = {
{ .hexversion = 0x030812f0, .name = "3.8.18",
.layout = {
#include "python/layout/layout.def"
	BASE_3_8
} },
{ .hexversion = 0x030912f0, .name = "3.9.18",
.layout = {
#include "python/layout/layout.def"
	BASE_3_9
} },
{ .hexversion = 0x030a0df0, .name = "3.10.13",
.layout = {
#include "python/layout/layout.def"
	BASE_3_10
} },
{ .hexversion = 0x030b07f0, .name = "3.11.7",
.layout = {
#include "python/layout/layout.def"
	BASE_3_11
} },
{ .hexversion = 0x030c01f0, .name = "3.12.1",
.layout = {
#include "python/layout/layout.def"
	BASE_3_12
} },
/*
 * Derived.  The headers of 3.12.10: _PyRuntime has fewer static strings.
 */
{ .hexversion = 0x030c0af0, .name = "3.12.10",
.layout = {
#include "python/layout/layout.def"
	BASE_3_12
	.runtime_size = 459280, .runtime_main_interpreter = 75728,
} },
{ .hexversion = 0x030d00f0, .name = "3.13.0",
.layout = {
#include "python/layout/layout.def"
	BASE_3_13
} },
/*
 * Derived.  The headers of 3.13.5: more static strings, threads_preallocated.
 */
{ .hexversion = 0x030d05f0, .name = "3.13.5",
.layout = {
#include "python/layout/layout.def"
	BASE_3_13
	.runtime_size = 283376, .runtime_main_interpreter = 88400,
	.interp_size = 194976,
} },
/*
 * Derived.  The headers of 3.13.15, without Debian's gchead-alignment.diff.
 */
{ .hexversion = 0x030d0ff0, .name = "3.13.15",
.layout = {
#include "python/layout/layout.def"
	BASE_3_13
	.runtime_size = 283408, .runtime_main_interpreter = 88424,
	.interp_size = 194984, .thread_size = 312, .thread_running_loop = 312,
	.pickler_size = 152, .pickler_output = 64, .unpickler_size = 296,
	.unpickler_marks = 256, .unpickler_marks_size = 272,
	.unpickler_input_line = 152, .unpickler_encoding = 240,
	.unpickler_errors = 248, .lock_lock = LAYOUT_NONE,
	.xmlparser_buffer = 48, .xmlparser_handlers = 80, .scandir_dir = 112,
} },
/*
 * Debian's gchead-alignment.diff puts gc.generations at 20, upstream
 * has it at 24, and nothing else tells the two apart: gc.c probes.
 */
{ .hexversion = 0x030d0ff0, .name = "3.13.15 (Debian)",
.layout = {
#include "python/layout/layout.def"
	BASE_3_13
	.runtime_size = 283408, .runtime_main_interpreter = 88424,
	.interp_size = 194984, .gc_generations = 20, .thread_size = 312,
	.thread_running_loop = 312, .pickler_size = 152, .pickler_output = 64,
	.unpickler_size = 296, .unpickler_marks = 256,
	.unpickler_marks_size = 272, .unpickler_input_line = 152,
	.unpickler_encoding = 240, .unpickler_errors = 248,
	.lock_lock = LAYOUT_NONE, .xmlparser_buffer = 48,
	.xmlparser_handlers = 80, .scandir_dir = 112,
} },
{ .hexversion = 0x030d0ff0, .debug = true, .name = "3.13.15 (Debian, debug)",
.layout = {
#include "python/layout/layout.def"
	BASE_3_13
	.runtime_size = 299424, .runtime_main_interpreter = 104424,
	.interp_size = 195000, .interp_dict = 8456, .interp_sysdict_copy = 8464,
	.interp_builtins_copy = 8472, .interp_before_forkers = 10640,
	.interp_after_forkers_parent = 10648,
	.interp_after_forkers_child = 10656, .interp_warnings_filters = 10664,
	.interp_warnings_once_registry = 10672,
	.interp_warnings_default_action = 10680,
	.interp_atexit_callbacks = 10720, .interp_atexit_ncallbacks = 10728,
	.interp_audit_hooks = 10816, .interp_errnomap = 82656,
	.interp_types_builtins = 182984, .interp_types_extensions = 192600,
	.interp_callable_cache = 193088, .interp_monitoring_callables = 193192,
	.interp_monitoring_tool_names = 194280,
	.interp_cached_interned_strings = 194344,
	.interp_cached_objreduce = 194360, .interp_cached_generic_type = 194456,
	.interp_cached_typevar_type = 194464,
	.interp_cached_typevartuple_type = 194472,
	.interp_cached_paramspec_type = 194480,
	.interp_cached_paramspecargs_type = 194488,
	.interp_cached_paramspeckwargs_type = 194496, .interp_obmalloc = 10808,
	.gc_generations = 20, .thread_size = 312, .thread_running_loop = 312,
	.mipage_size = 96, .mipage_thread_free = 56, .mipage_keys = 40,
	.pickler_size = 152, .pickler_output = 64, .unpickler_size = 296,
	.unpickler_marks = 256, .unpickler_marks_size = 272,
	.unpickler_input_line = 152, .unpickler_encoding = 240,
	.unpickler_errors = 248, .lock_lock = LAYOUT_NONE,
	.xmlparser_buffer = 48, .xmlparser_handlers = 80, .scandir_dir = 112,
} },
/*
 * Derived.  The incremental collector: its state is 24 bytes smaller, so what
 * follows in the interpreter is 24 lower; a thread has no
 * datastack_cached_chunk yet (agrees with bindings that py-spy made
 * from the headers of 3.14.0).  Its _PyRuntime was never measured.
 */
{ .hexversion = 0x030e04f0, .name = "3.14.0 to 3.14.4",
.layout = {
#include "python/layout/layout.def"
	BASE_3_14
	.runtime_size = LAYOUT_NONE, .runtime_main_interpreter = LAYOUT_NONE,
	.interp_size = 225832, .interp_sysdict = 7648, .interp_builtins = 7656,
	.interp_modules = 7664, .interp_modules_by_index = 7672,
	.interp_importlib = 7680, .interp_import_func = 7704,
	.interp_codec_search_path = 7976, .interp_codec_search_cache = 7984,
	.interp_codec_error_registry = 7992, .interp_dict = 8472,
	.interp_sysdict_copy = 8480, .interp_builtins_copy = 8488,
	.interp_before_forkers = 10672, .interp_after_forkers_parent = 10680,
	.interp_after_forkers_child = 10688, .interp_warnings_filters = 10696,
	.interp_warnings_once_registry = 10704,
	.interp_warnings_default_action = 10712,
	.interp_warnings_context = 10752, .interp_atexit_callbacks = 10768,
	.interp_audit_hooks = 10888, .interp_errnomap = 79864,
	.interp_types_builtins = 180216, .interp_types_extensions = 189832,
	.interp_callable_cache = 223088, .interp_common_consts = 223120,
	.interp_monitoring_callables = 223256,
	.interp_monitoring_tool_names = 224472,
	.interp_cached_interned_strings = 224600,
	.interp_cached_objreduce = 224608, .interp_cached_generic_type = 224704,
	.interp_cached_typevar_type = 224712,
	.interp_cached_typevartuple_type = 224720,
	.interp_cached_paramspec_type = 224728,
	.interp_cached_paramspecargs_type = 224736,
	.interp_cached_paramspeckwargs_type = 224744,
	.interp_cached_constevaluator_type = 224752, .interp_gil_holder = 7768,
	.interp_obmalloc = 10880, .gc_size = 240, .gc_generations = LAYOUT_NONE,
	.gc_young = 24, .gc_old = 48, .gc_generation0 = LAYOUT_NONE,
	.thread_size = 824, .thread_running_loop = 856,
	.thread_running_task = 864,
} },
{ .hexversion = 0x030e08f0, .name = "3.14.8 (Debian)",
.layout = {
#include "python/layout/layout.def"
	BASE_3_14
} },
{ .hexversion = 0x030e08f0, .debug = true, .name = "3.14.8 (Debian, debug)",
.layout = {
#include "python/layout/layout.def"
	BASE_3_14
	.runtime_size = 332632, .runtime_main_interpreter = 106752,
	.interp_size = 225880, .interp_dict = 8504, .interp_sysdict_copy = 8512,
	.interp_builtins_copy = 8520, .interp_before_forkers = 10704,
	.interp_after_forkers_parent = 10712,
	.interp_after_forkers_child = 10720, .interp_warnings_filters = 10728,
	.interp_warnings_once_registry = 10736,
	.interp_warnings_default_action = 10744,
	.interp_warnings_context = 10784, .interp_atexit_callbacks = 10800,
	.interp_audit_hooks = 10920, .interp_errnomap = 79904,
	.interp_types_builtins = 180256, .interp_types_extensions = 189872,
	.interp_callable_cache = 223128, .interp_common_consts = 223160,
	.interp_monitoring_callables = 223296,
	.interp_monitoring_tool_names = 224512,
	.interp_cached_interned_strings = 224640,
	.interp_cached_objreduce = 224648, .interp_cached_generic_type = 224744,
	.interp_cached_typevar_type = 224752,
	.interp_cached_typevartuple_type = 224760,
	.interp_cached_paramspec_type = 224768,
	.interp_cached_paramspecargs_type = 224776,
	.interp_cached_paramspeckwargs_type = 224784,
	.interp_cached_constevaluator_type = 224792, .interp_obmalloc = 10912,
	.mipage_size = 96, .mipage_thread_free = 56, .mipage_keys = 40,
} },
/*
 * Derived.  The headers of 3.15.2 without --enable-experimental-jit.
 */
{ .hexversion = 0x030f00f0, .name = "3.15.0",
.layout = {
#include "python/layout/layout.def"
	BASE_3_15
	.runtime_size = 346560, .interp_size = 226232,
} },
{ .hexversion = 0x030f00f0, .name = "3.15.0 (Debian)",
.layout = {
#include "python/layout/layout.def"
	BASE_3_15
} },
{ .hexversion = 0x030f00f0, .debug = true, .name = "3.15.0 (Debian, debug)",
.layout = {
#include "python/layout/layout.def"
	BASE_3_15
	.runtime_size = 362592, .runtime_main_interpreter = 136336,
	.interp_size = 226256, .interp_dict = 8456, .interp_sysdict_copy = 8464,
	.interp_builtins_copy = 8472, .interp_before_forkers = 10680,
	.interp_after_forkers_parent = 10688,
	.interp_after_forkers_child = 10696, .interp_warnings_filters = 10704,
	.interp_warnings_once_registry = 10712,
	.interp_warnings_default_action = 10720,
	.interp_warnings_context = 10760, .interp_atexit_callbacks = 10776,
	.interp_audit_hooks = 10896, .interp_errnomap = 79912,
	.interp_types_builtins = 180280, .interp_types_extensions = 190040,
	.interp_callable_cache = 223296, .interp_common_consts = 223328,
	.interp_monitoring_callables = 223568,
	.interp_monitoring_tool_names = 224784,
	.interp_cached_interned_strings = 224912,
	.interp_cached_objreduce = 224920, .interp_cached_generic_type = 224928,
	.interp_cached_typevar_type = 224936,
	.interp_cached_typevartuple_type = 224944,
	.interp_cached_paramspec_type = 224952,
	.interp_cached_paramspecargs_type = 224960,
	.interp_cached_paramspeckwargs_type = 224968,
	.interp_cached_constevaluator_type = 224976, .interp_obmalloc = 10888,
	.mipage_size = 96, .mipage_thread_free = 56, .mipage_keys = 40,
} },
{ .hexversion = 0x030d05f0, .free_threaded = true, .name = "3.13.5t",
.layout = {
#include "python/layout/layout.def"
	BASE_3_13T
} },
/*
 * Derived.  The headers of 3.14.10: see tools/gen-free-threaded.c.
 */
{ .hexversion = 0x030e0af0, .free_threaded = true, .name = "3.14.10t",
.layout = {
#include "python/layout/layout.def"
	BASE_3_14T
} },
/*
 * Derived.  The headers of 3.15.2: see tools/gen-free-threaded.c.
 */
{ .hexversion = 0x030f02f0, .free_threaded = true, .name = "3.15.2t",
.layout = {
#include "python/layout/layout.def"
	BASE_3_15T
} },
};

const unsigned int nr_layout_rows = ARRAY_SIZE(layout_rows);
