# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/output/check_output \
	tests/unit/output/check_report_text \
	tests/unit/output/check_words
