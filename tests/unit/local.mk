# SPDX-License-Identifier: GPL-2.0-or-later
# Unit tests: each program is added to check_PROGRAMS, not to TESTS:
# tests/run-all runs it and counts the tests in it.  A program's source is the
# .c of its name, where nothing else is said.
if HAVE_CHECK
AM_CPPFLAGS += $(CHECK_CFLAGS)
LDADD = tests/unit/libunit.a $(libpyheld) $(CHECK_LIBS)

# What they share: main(), heaps made from text, plain algorithms to hold ours
# against, children to attach to, forged files.
check_LIBRARIES += tests/unit/libunit.a
tests_unit_libunit_a_SOURCES = \
	tests/unit/brute.c \
	tests/unit/brute.h \
	tests/unit/child.c \
	tests/unit/child.h \
	tests/unit/forge.c \
	tests/unit/forge.h \
	tests/unit/graph.c \
	tests/unit/graph.h \
	tests/unit/suite.c \
	tests/unit/suite.h \
	tests/unit/tiny.c \
	tests/unit/tiny.h

check_PROGRAMS += \
	tests/unit/check_audit \
	tests/unit/check_capture \
	tests/unit/check_chain \
	tests/unit/check_collect \
	tests/unit/check_condition \
	tests/unit/check_copy \
	tests/unit/check_core \
	tests/unit/check_cycles \
	tests/unit/check_diff \
	tests/unit/check_dominators \
	tests/unit/check_garbage \
	tests/unit/check_heap \
	tests/unit/check_image \
	tests/unit/check_layout \
	tests/unit/check_layout_builds \
	tests/unit/check_limit \
	tests/unit/check_memory \
	tests/unit/check_open \
	tests/unit/check_output \
	tests/unit/check_stop \
	tests/unit/check_unpack
tests_unit_check_image_SOURCES = \
	tests/unit/check_image.c \
	tests/unit/image-elsewhere.c \
	tests/unit/image-elsewhere.h
# It looks for its own types in its own DWARF.
tests_unit_check_image_CFLAGS = $(AM_CFLAGS) -g

# Machine code, run over fake memory.
if HAVE_UNICORN
check_PROGRAMS += tests/unit/check_emulator
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
