# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/python/check_claims \
	tests/unit/python/check_claims_missing \
	tests/unit/python/check_claims_words \
	tests/unit/python/check_dict \
	tests/unit/python/check_frame_chunks \
	tests/unit/python/check_frames \
	tests/unit/python/check_futures \
	tests/unit/python/check_gc \
	tests/unit/python/check_generators \
	tests/unit/python/check_greenlets \
	tests/unit/python/check_interned \
	tests/unit/python/check_layout \
	tests/unit/python/check_layout_builds \
	tests/unit/python/check_preview \
	tests/unit/python/check_raw \
	tests/unit/python/check_raw_compress \
	tests/unit/python/check_raw_expat \
	tests/unit/python/check_raw_library \
	tests/unit/python/check_raw_lzma \
	tests/unit/python/check_raw_openssl \
	tests/unit/python/check_refs \
	tests/unit/python/check_roots \
	tests/unit/python/check_self_checks \
	tests/unit/python/check_size \
	tests/unit/python/check_text \
	tests/unit/python/check_traces \
	tests/unit/python/check_truncated \
	tests/unit/python/check_types \
	tests/unit/python/check_unvisited \
	tests/unit/python/check_unvisited_library \
	tests/unit/python/check_verdicts
tests_unit_python_check_preview_SOURCES = \
	tests/unit/python/check_preview.c \
	tests/unit/python/texts.c \
	tests/unit/python/texts.h
tests_unit_python_check_raw_SOURCES = \
	tests/unit/python/check_raw.c \
	tests/unit/python/owners.c \
	tests/unit/python/owners.h
tests_unit_python_check_raw_compress_SOURCES = \
	tests/unit/python/check_raw_compress.c \
	tests/unit/python/owners.c \
	tests/unit/python/owners.h
tests_unit_python_check_raw_expat_SOURCES = \
	tests/unit/python/check_raw_expat.c \
	tests/unit/python/owners.c \
	tests/unit/python/owners.h
tests_unit_python_check_raw_library_SOURCES = \
	tests/unit/python/check_raw_library.c \
	tests/unit/python/owners.c \
	tests/unit/python/owners.h
tests_unit_python_check_raw_lzma_SOURCES = \
	tests/unit/python/check_raw_lzma.c \
	tests/unit/python/owners.c \
	tests/unit/python/owners.h
tests_unit_python_check_raw_openssl_SOURCES = \
	tests/unit/python/check_raw_openssl.c \
	tests/unit/python/owners.c \
	tests/unit/python/owners.h
tests_unit_python_check_refs_SOURCES = \
	tests/unit/python/check_refs.c \
	tests/unit/python/scenes.c \
	tests/unit/python/scenes.h
tests_unit_python_check_text_SOURCES = \
	tests/unit/python/check_text.c \
	tests/unit/python/texts.c \
	tests/unit/python/texts.h

# Machine code, run over fake memory.
if HAVE_UNICORN
check_PROGRAMS += \
	tests/unit/python/check_emulator \
	tests/unit/python/check_emulator_budget \
	tests/unit/python/check_emulator_failures \
	tests/unit/python/check_emulator_machine_code \
	tests/unit/python/check_watchdog
tests_unit_python_check_emulator_SOURCES = \
	tests/unit/python/check_emulator.c \
	tests/unit/python/machine-code.c \
	tests/unit/python/machine-code.h
tests_unit_python_check_emulator_budget_SOURCES = \
	tests/unit/python/check_emulator_budget.c \
	tests/unit/python/machine-code.c \
	tests/unit/python/machine-code.h
tests_unit_python_check_emulator_failures_SOURCES = \
	tests/unit/python/check_emulator_failures.c \
	tests/unit/python/machine-code.c \
	tests/unit/python/machine-code.h
tests_unit_python_check_emulator_machine_code_SOURCES = \
	tests/unit/python/check_emulator_machine_code.c \
	tests/unit/python/machine-code.c \
	tests/unit/python/machine-code.h
endif

# Its target is a live CPython.
if HAVE_PYTHON3
check_PROGRAMS += tests/unit/python/check_cores
tests_unit_python_check_cores_CPPFLAGS = $(AM_CPPFLAGS) -DPYTHON3='"$(PYTHON3)"'
endif
