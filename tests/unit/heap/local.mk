# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/heap/check_allocation \
	tests/unit/heap/check_capture \
	tests/unit/heap/check_capture_allocations \
	tests/unit/heap/check_capture_bad \
	tests/unit/heap/check_heap \
	tests/unit/heap/check_labels \
	tests/unit/heap/check_memory \
	tests/unit/heap/check_packing \
	tests/unit/heap/check_pointed \
	tests/unit/heap/check_redact_names \
	tests/unit/heap/check_type_kinds \
	tests/unit/heap/check_version1
tests_unit_heap_check_version1_CPPFLAGS = $(AM_CPPFLAGS) \
	-DCORPUS=\"$(abs_top_srcdir)/tests/fuzz/corpus\"
tests_unit_heap_check_capture_SOURCES = \
	tests/unit/heap/check_capture.c \
	tests/unit/heap/file.c \
	tests/unit/heap/file.h
tests_unit_heap_check_capture_allocations_SOURCES = \
	tests/unit/heap/check_capture_allocations.c \
	tests/unit/heap/file.c \
	tests/unit/heap/file.h
tests_unit_heap_check_capture_bad_SOURCES = \
	tests/unit/heap/check_capture_bad.c \
	tests/unit/heap/file.c \
	tests/unit/heap/file.h
