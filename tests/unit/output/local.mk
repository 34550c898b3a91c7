# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/output/check_calls \
	tests/unit/output/check_export \
	tests/unit/output/check_fleet \
	tests/unit/output/check_html \
	tests/unit/output/check_metrics \
	tests/unit/output/check_output \
	tests/unit/output/check_profiles \
	tests/unit/output/check_ps \
	tests/unit/output/check_report_leaks \
	tests/unit/output/check_report_memory \
	tests/unit/output/check_report_summary \
	tests/unit/output/check_report_text \
	tests/unit/output/check_stacks \
	tests/unit/output/check_words
tests_unit_output_check_calls_SOURCES = \
	tests/unit/output/calls-scene.c \
	tests/unit/output/calls-scene.h \
	tests/unit/output/check_calls.c \
	tests/unit/output/expect.c \
	tests/unit/output/expect.h
tests_unit_output_check_html_SOURCES = \
	tests/unit/output/check_html.c \
	tests/unit/output/expect.c \
	tests/unit/output/expect.h
tests_unit_output_check_metrics_SOURCES = \
	tests/unit/output/check_metrics.c \
	tests/unit/output/expect.c \
	tests/unit/output/expect.h
tests_unit_output_check_report_text_SOURCES = \
	tests/unit/output/check_report_text.c \
	tests/unit/output/expect.c \
	tests/unit/output/expect.h
tests_unit_output_check_report_summary_SOURCES = \
	tests/unit/output/check_report_summary.c \
	tests/unit/output/expect.c \
	tests/unit/output/expect.h
tests_unit_output_check_report_leaks_SOURCES = \
	tests/unit/output/check_report_leaks.c \
	tests/unit/output/expect.c \
	tests/unit/output/expect.h
tests_unit_output_check_report_memory_SOURCES = \
	tests/unit/output/check_report_memory.c \
	tests/unit/output/expect.c \
	tests/unit/output/expect.h
