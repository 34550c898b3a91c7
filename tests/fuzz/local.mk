# SPDX-License-Identifier: GPL-2.0-or-later
# `make check` runs them for a moment, with CI=true for a minute: see
# tests/e2e/test_fuzz.py.
check_PROGRAMS += tests/fuzz/fuzz-capture tests/fuzz/fuzz-core \
	tests/fuzz/fuzz-packet
tests_fuzz_fuzz_capture_SOURCES = \
	tests/fuzz/ask.c \
	tests/fuzz/ask.h \
	tests/fuzz/fuzz-capture.c \
	tests/fuzz/fuzz.c \
	tests/fuzz/fuzz.h \
	tests/unit/support/tiny.c \
	tests/unit/support/tiny.h
tests_fuzz_fuzz_capture_CPPFLAGS = $(AM_CPPFLAGS) \
	-I$(top_srcdir)/tests/unit/support
tests_fuzz_fuzz_capture_LDADD = $(libpyheld)
tests_fuzz_fuzz_core_SOURCES = \
	tests/fuzz/ask.c \
	tests/fuzz/ask.h \
	tests/fuzz/fuzz-core.c \
	tests/fuzz/fuzz.c \
	tests/fuzz/fuzz.h \
	tests/unit/support/forge.c \
	tests/unit/support/forge.h
tests_fuzz_fuzz_core_CPPFLAGS = $(AM_CPPFLAGS) \
	-I$(top_srcdir)/tests/unit/support
tests_fuzz_fuzz_core_LDADD = $(libpyheld)
tests_fuzz_fuzz_packet_SOURCES = \
	tests/fuzz/fuzz-packet.c \
	tests/fuzz/fuzz.c \
	tests/fuzz/fuzz.h
tests_fuzz_fuzz_packet_LDADD = $(libpyheld)

EXTRA_DIST += \
	tests/fuzz/corpus/huge-sizes.pyheld \
	tests/fuzz/corpus-core/far-stack \
	tests/fuzz/corpus-core/memory \
	tests/fuzz/corpus-core/process \
	tests/fuzz/corpus-packet/copy \
	tests/fuzz/corpus-packet/inputs \
	tests/fuzz/corpus-packet/outputs \
	tests/fuzz/corpus-packet/process \
	tests/fuzz/corpus/packed.pyheld \
	tests/fuzz/corpus/plain.pyheld \
	tests/fuzz/corpus/redacted-all.pyheld \
	tests/fuzz/corpus/redacted.pyheld \
	tests/fuzz/corpus/version1-redacted-all.pyheld \
	tests/fuzz/corpus/version1-redacted.pyheld \
	tests/fuzz/corpus/version1.pyheld
