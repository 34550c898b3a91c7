# `make check` runs it for a moment, with CI=true for a minute: see
# tests/e2e/test_fuzz.py.
check_PROGRAMS += tests/fuzz/fuzz-capture
tests_fuzz_fuzz_capture_SOURCES = \
	tests/fuzz/fuzz-capture.c \
	tests/unit/tiny.c \
	tests/unit/tiny.h
tests_fuzz_fuzz_capture_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit
tests_fuzz_fuzz_capture_LDADD = $(libpyheld)

EXTRA_DIST += \
	tests/fuzz/corpus/huge-sizes.pyheld \
	tests/fuzz/corpus/packed.pyheld \
	tests/fuzz/corpus/plain.pyheld \
	tests/fuzz/corpus/redacted-all.pyheld \
	tests/fuzz/corpus/redacted.pyheld
