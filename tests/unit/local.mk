# Unit tests: each program is added to check_PROGRAMS, not to TESTS:
# tests/run-all runs it and counts the tests in it.
if HAVE_CHECK
unit_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit $(CHECK_CFLAGS)
unit_libs = $(libpyheld) $(CHECK_LIBS)

# Heaps made from text, and plain algorithms to hold ours against.
check_LIBRARIES += tests/unit/libgraph.a
tests_unit_libgraph_a_SOURCES = \
	tests/unit/brute.c \
	tests/unit/brute.h \
	tests/unit/graph.c \
	tests/unit/graph.h
tests_unit_libgraph_a_CPPFLAGS = $(unit_cppflags)

check_PROGRAMS += \
	tests/unit/check_chain \
	tests/unit/check_cycles \
	tests/unit/check_dominators \
	tests/unit/check_garbage \
	tests/unit/check_heap \
	tests/unit/check_image \
	tests/unit/check_copy \
	tests/unit/check_open \
	tests/unit/check_stop \
	tests/unit/check_memory
tests_unit_check_chain_SOURCES = tests/unit/check_chain.c
tests_unit_check_chain_CPPFLAGS = $(unit_cppflags)
tests_unit_check_chain_LDADD = tests/unit/libgraph.a $(unit_libs)
check_PROGRAMS += tests/unit/check_audit tests/unit/check_collect
tests_unit_check_audit_SOURCES = tests/unit/check_audit.c
tests_unit_check_audit_CPPFLAGS = $(unit_cppflags)
tests_unit_check_audit_LDADD = tests/unit/libgraph.a $(unit_libs)
tests_unit_check_collect_SOURCES = tests/unit/check_collect.c
tests_unit_check_collect_CPPFLAGS = $(unit_cppflags)
tests_unit_check_collect_LDADD = tests/unit/libgraph.a $(unit_libs)
tests_unit_check_cycles_SOURCES = tests/unit/check_cycles.c
tests_unit_check_cycles_CPPFLAGS = $(unit_cppflags)
tests_unit_check_cycles_LDADD = tests/unit/libgraph.a $(unit_libs)
tests_unit_check_dominators_SOURCES = tests/unit/check_dominators.c
tests_unit_check_dominators_CPPFLAGS = $(unit_cppflags)
tests_unit_check_dominators_LDADD = tests/unit/libgraph.a $(unit_libs)
tests_unit_check_garbage_SOURCES = tests/unit/check_garbage.c
tests_unit_check_garbage_CPPFLAGS = $(unit_cppflags)
tests_unit_check_garbage_LDADD = tests/unit/libgraph.a $(unit_libs)
tests_unit_check_heap_SOURCES = tests/unit/check_heap.c
tests_unit_check_heap_CPPFLAGS = $(unit_cppflags)
tests_unit_check_heap_LDADD = tests/unit/libgraph.a $(unit_libs)

check_PROGRAMS += tests/unit/check_core
tests_unit_check_core_SOURCES = \
	tests/unit/check_core.c \
	tests/unit/forge.c \
	tests/unit/forge.h
tests_unit_check_core_CPPFLAGS = $(unit_cppflags)
tests_unit_check_core_LDADD = $(unit_libs)
check_PROGRAMS += tests/unit/check_unpack
tests_unit_check_unpack_SOURCES = \
	tests/unit/check_unpack.c \
	tests/unit/forge.c \
	tests/unit/forge.h
tests_unit_check_unpack_CPPFLAGS = $(unit_cppflags)
tests_unit_check_unpack_LDADD = $(unit_libs)
check_PROGRAMS += tests/unit/check_layout tests/unit/check_layout_builds
tests_unit_check_layout_SOURCES = tests/unit/check_layout.c
tests_unit_check_layout_CPPFLAGS = $(unit_cppflags)
tests_unit_check_layout_LDADD = $(unit_libs)
tests_unit_check_layout_builds_SOURCES = tests/unit/check_layout_builds.c
tests_unit_check_layout_builds_CPPFLAGS = $(unit_cppflags)
tests_unit_check_layout_builds_LDADD = $(unit_libs)
tests_unit_check_image_SOURCES = \
	tests/unit/check_image.c \
	tests/unit/image-elsewhere.c \
	tests/unit/image-elsewhere.h
tests_unit_check_image_CPPFLAGS = $(unit_cppflags)
# It looks for its own types in its own DWARF.
tests_unit_check_image_CFLAGS = $(AM_CFLAGS) -g
tests_unit_check_image_LDADD = $(unit_libs)
# Children to attach to.
child_sources = tests/unit/child.c tests/unit/child.h
tests_unit_check_copy_SOURCES = tests/unit/check_copy.c $(child_sources)
tests_unit_check_copy_CPPFLAGS = $(unit_cppflags)
tests_unit_check_copy_LDADD = $(unit_libs)
tests_unit_check_open_SOURCES = tests/unit/check_open.c $(child_sources)
tests_unit_check_open_CPPFLAGS = $(unit_cppflags)
tests_unit_check_open_LDADD = $(unit_libs)
tests_unit_check_stop_SOURCES = tests/unit/check_stop.c $(child_sources)
tests_unit_check_stop_CPPFLAGS = $(unit_cppflags)
tests_unit_check_stop_LDADD = $(unit_libs)
tests_unit_check_memory_SOURCES = tests/unit/check_memory.c
tests_unit_check_memory_CPPFLAGS = $(unit_cppflags)
tests_unit_check_memory_LDADD = $(unit_libs)

check_PROGRAMS += tests/unit/check_diff tests/unit/check_limit
tests_unit_check_diff_SOURCES = tests/unit/check_diff.c
tests_unit_check_diff_CPPFLAGS = $(unit_cppflags)
tests_unit_check_diff_LDADD = tests/unit/libgraph.a $(unit_libs)
tests_unit_check_limit_SOURCES = tests/unit/check_limit.c
tests_unit_check_limit_CPPFLAGS = $(unit_cppflags)
tests_unit_check_limit_LDADD = tests/unit/libgraph.a $(unit_libs)

check_PROGRAMS += tests/unit/check_condition
tests_unit_check_condition_SOURCES = tests/unit/check_condition.c
tests_unit_check_condition_CPPFLAGS = $(unit_cppflags)
tests_unit_check_condition_LDADD = $(unit_libs)

check_PROGRAMS += tests/unit/check_capture
tests_unit_check_capture_SOURCES = \
	tests/unit/check_capture.c \
	tests/unit/tiny.c \
	tests/unit/tiny.h
tests_unit_check_capture_CPPFLAGS = $(unit_cppflags)
tests_unit_check_capture_LDADD = $(unit_libs)

check_PROGRAMS += tests/unit/check_output
tests_unit_check_output_SOURCES = tests/unit/check_output.c
tests_unit_check_output_CPPFLAGS = $(unit_cppflags)
tests_unit_check_output_LDADD = tests/unit/libgraph.a $(unit_libs)

# Machine code, run over fake memory.
if HAVE_UNICORN
check_PROGRAMS += tests/unit/check_emulator
tests_unit_check_emulator_SOURCES = tests/unit/check_emulator.c
tests_unit_check_emulator_CPPFLAGS = $(unit_cppflags)
tests_unit_check_emulator_LDADD = $(unit_libs)
endif
endif

# Run by tests/e2e/test_retained.py.
check_PROGRAMS += tests/unit/retained-brute
tests_unit_retained_brute_SOURCES = tests/unit/retained-brute.c
tests_unit_retained_brute_LDADD = $(libpyheld)

# How long the analyses take: make tests/bench/graph-speed, then run it.
EXTRA_PROGRAMS += tests/bench/graph-speed tests/bench/dominators-speed
tests_bench_graph_speed_SOURCES = \
	tests/bench/graph-speed.c \
	tests/bench/service.c \
	tests/bench/service.h
tests_bench_graph_speed_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/bench
tests_bench_graph_speed_LDADD = $(libpyheld)
tests_bench_dominators_speed_SOURCES = \
	tests/bench/dominators-speed.c \
	tests/bench/service.c \
	tests/bench/service.h
tests_bench_dominators_speed_CPPFLAGS = $(AM_CPPFLAGS) \
	-I$(top_srcdir)/tests/bench
tests_bench_dominators_speed_LDADD = $(libpyheld)
