# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/heap/check_capture \
	tests/unit/heap/check_type_kinds
