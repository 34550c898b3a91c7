# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/tui/check_browse \
	tests/unit/tui/check_order \
	tests/unit/tui/check_rows \
	tests/unit/tui/check_screen \
	tests/unit/tui/check_terminfo \
	tests/unit/tui/check_tui
