# SPDX-License-Identifier: GPL-2.0-or-later
# Unit tests.  The folders are those of src/, and support/ for what tests share.
#
# To add a unit test program for src/FOLDER:
#
#  1. Write tests/unit/FOLDER/check_NAME.c.  It defines suite_name and
#     suite_add_tests() (support/suite.h); main() is there already.  The headers
#     of support/ say what a test can use: heaps from a line of text (graph.h),
#     captures of them (graph-file.h), ledgers (books.h), allocations (traced.h),
#     small CPythons (fake-python.h, fake-values.h, fake-interpreter.h), forged
#     cores (forge.h), processes to attach to (child.h), what does without files
#     (no-files.h), how much there is before and after (entries.h).
#  2. Add tests/unit/FOLDER/check_NAME to tests/unit/FOLDER/local.mk.
#
# Then `make tests/unit/FOLDER/check_NAME` builds it and tests/run-all finds it:
# each line of its TAP output counts as a test.  A program with more than one
# source file has a _SOURCES line in its local.mk.
if HAVE_CHECK
AM_CPPFLAGS += $(CHECK_CFLAGS) -I$(top_srcdir)/tests/unit/support
LDADD = tests/unit/libunit.a $(libpyheld) $(CHECK_LIBS)

# What the programs share: main(), heaps made from text, plain algorithms to
# compare ours with, processes to attach to, forged files.
check_LIBRARIES += tests/unit/libunit.a
tests_unit_libunit_a_SOURCES = \
	tests/unit/support/books.c \
	tests/unit/support/books.h \
	tests/unit/support/brute.c \
	tests/unit/support/brute.h \
	tests/unit/support/child.c \
	tests/unit/support/child.h \
	tests/unit/support/claims-scene.h \
	tests/unit/support/entries.c \
	tests/unit/support/entries.h \
	tests/unit/support/fake-interpreter.c \
	tests/unit/support/fake-interpreter.h \
	tests/unit/support/fake-memory.c \
	tests/unit/support/fake-memory.h \
	tests/unit/support/fake-process.c \
	tests/unit/support/fake-process.h \
	tests/unit/support/fake-python.c \
	tests/unit/support/fake-python.h \
	tests/unit/support/fake-values.c \
	tests/unit/support/fake-values.h \
	tests/unit/support/forge.c \
	tests/unit/support/forge.h \
	tests/unit/support/graph.c \
	tests/unit/support/graph.h \
	tests/unit/support/graph-file.c \
	tests/unit/support/graph-file.h \
	tests/unit/support/library.c \
	tests/unit/support/library.h \
	tests/unit/support/no-files.c \
	tests/unit/support/no-files.h \
	tests/unit/support/suite.c \
	tests/unit/support/suite.h \
	tests/unit/support/terminal.c \
	tests/unit/support/terminal.h \
	tests/unit/support/tiny.c \
	tests/unit/support/tiny.h \
	tests/unit/support/traced.c \
	tests/unit/support/traced.h \
	tests/unit/support/unnamed.c \
	tests/unit/support/unnamed.h

include tests/unit/base/local.mk
include tests/unit/target/local.mk
include tests/unit/heap/local.mk
include tests/unit/native/local.mk
include tests/unit/python/local.mk
include tests/unit/analysis/local.mk
include tests/unit/output/local.mk
include tests/unit/sql/local.mk
include tests/unit/tui/local.mk
include tests/unit/cli/local.mk
endif

# It is no program of Check's: tests/e2e/test_retained.py runs it.
check_PROGRAMS += tests/unit/analysis/retained-brute
tests_unit_analysis_retained_brute_SOURCES = \
	tests/unit/analysis/retained-brute.c
tests_unit_analysis_retained_brute_LDADD = $(libpyheld)

# Tests in tests/e2e read what it prints.
check_PROGRAMS += tests/unit/native/print-blocks
tests_unit_native_print_blocks_SOURCES = tests/unit/native/print-blocks.c
tests_unit_native_print_blocks_LDADD = $(libpyheld)
check_PROGRAMS += tests/unit/python/print-raw
tests_unit_python_print_raw_SOURCES = tests/unit/python/print-raw.c
tests_unit_python_print_raw_LDADD = $(libpyheld)
