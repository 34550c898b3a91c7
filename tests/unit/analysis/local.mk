# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/analysis/check_alike \
	tests/unit/analysis/check_allocated \
	tests/unit/analysis/check_audit \
	tests/unit/analysis/check_call_stacks \
	tests/unit/analysis/check_chain \
	tests/unit/analysis/check_collect \
	tests/unit/analysis/check_commonest \
	tests/unit/analysis/check_condition \
	tests/unit/analysis/check_cycles \
	tests/unit/analysis/check_diff \
	tests/unit/analysis/check_dominators \
	tests/unit/analysis/check_garbage \
	tests/unit/analysis/check_ledger \
	tests/unit/analysis/check_limit \
	tests/unit/analysis/check_match \
	tests/unit/analysis/check_order \
	tests/unit/analysis/check_reach \
	tests/unit/analysis/check_retained \
	tests/unit/analysis/check_series \
	tests/unit/analysis/check_similar \
	tests/unit/analysis/check_suspects \
	tests/unit/analysis/check_suspects_chain \
	tests/unit/analysis/check_suspects_frames \
	tests/unit/analysis/check_suspects_kinds \
	tests/unit/analysis/check_suspects_lost \
	tests/unit/analysis/check_suspects_large \
	tests/unit/analysis/check_suspects_types \
	tests/unit/analysis/check_tasks
tests_unit_analysis_check_suspects_SOURCES = \
	tests/unit/analysis/check_suspects.c \
	tests/unit/analysis/find-suspects.c \
	tests/unit/analysis/find-suspects.h
tests_unit_analysis_check_suspects_chain_SOURCES = \
	tests/unit/analysis/check_suspects_chain.c \
	tests/unit/analysis/find-suspects.c \
	tests/unit/analysis/find-suspects.h
tests_unit_analysis_check_suspects_frames_SOURCES = \
	tests/unit/analysis/check_suspects_frames.c \
	tests/unit/analysis/find-suspects.c \
	tests/unit/analysis/find-suspects.h
tests_unit_analysis_check_suspects_lost_SOURCES = \
	tests/unit/analysis/check_suspects_lost.c \
	tests/unit/analysis/find-suspects.c \
	tests/unit/analysis/find-suspects.h \
	tests/unit/analysis/same-process.c \
	tests/unit/analysis/same-process.h
tests_unit_analysis_check_suspects_kinds_SOURCES = \
	tests/unit/analysis/check_suspects_kinds.c \
	tests/unit/analysis/find-suspects.c \
	tests/unit/analysis/find-suspects.h
tests_unit_analysis_check_suspects_large_SOURCES = \
	tests/unit/analysis/check_suspects_large.c \
	tests/unit/analysis/find-suspects.c \
	tests/unit/analysis/find-suspects.h
tests_unit_analysis_check_diff_SOURCES = \
	tests/unit/analysis/check_diff.c \
	tests/unit/analysis/same-process.c \
	tests/unit/analysis/same-process.h
tests_unit_analysis_check_match_SOURCES = \
	tests/unit/analysis/check_match.c \
	tests/unit/analysis/same-process.c \
	tests/unit/analysis/same-process.h
tests_unit_analysis_check_series_SOURCES = \
	tests/unit/analysis/check_series.c \
	tests/unit/analysis/same-process.c \
	tests/unit/analysis/same-process.h
