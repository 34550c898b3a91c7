# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/native/check_blocks \
	tests/unit/native/check_link_maps \
	tests/unit/native/check_malloc \
	tests/unit/native/check_malloc_bad \
	tests/unit/native/check_malloc_mapped \
	tests/unit/native/check_free_lists \
	tests/unit/native/check_mappings \
	tests/unit/native/check_mimalloc \
	tests/unit/native/check_native \
	tests/unit/native/check_owners \
	tests/unit/native/check_pymalloc \
	tests/unit/native/check_pymalloc_bad \
	tests/unit/native/check_stacks \
	tests/unit/native/check_tracemalloc
tests_unit_native_check_pymalloc_SOURCES = \
	tests/unit/native/check_pymalloc.c \
	tests/unit/native/forge-pymalloc.c \
	tests/unit/native/forge-pymalloc.h
tests_unit_native_check_pymalloc_bad_SOURCES = \
	tests/unit/native/check_pymalloc_bad.c \
	tests/unit/native/forge-pymalloc.c \
	tests/unit/native/forge-pymalloc.h
tests_unit_native_check_malloc_SOURCES = \
	tests/unit/native/check_malloc.c \
	tests/unit/native/forged-malloc.c \
	tests/unit/native/forged-malloc.h
tests_unit_native_check_malloc_bad_SOURCES = \
	tests/unit/native/check_malloc_bad.c \
	tests/unit/native/forged-malloc.c \
	tests/unit/native/forged-malloc.h
tests_unit_native_check_malloc_mapped_SOURCES = \
	tests/unit/native/check_malloc_mapped.c \
	tests/unit/native/forged-malloc.c \
	tests/unit/native/forged-malloc.h
